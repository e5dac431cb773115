internal import CHDF5
import Glibc
import Synchronization

/// Held while a function of the library runs: HDF5 may be built without locks of its own.
private let library = Mutex<Void>(())

/// Settings of the library as a whole.
///
/// It does not flush files when the process exits.
/// It would try to write a file that failed on a full disk again and again. `H5dont_atexit` works
/// only before the first other call, so every call comes after it.
///
/// Nor does it lock files, whatever the environment asks for: partial files are locked already.
private let prepareLibrary: Void = {
  setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1)
  _ = H5dont_atexit()
  // A file may name another one to read from, or a library that decodes it: neither is opened.
  _ = H5Lunregister(H5L_TYPE_EXTERNAL)
  _ = H5PLset_loading_state(0)
}()

/// Calls a function of HDF5 and turns a negative status into an error; every call passes here.
///
/// The functions of one process run one at a time. HDF5 does not print; its own innermost message
/// becomes the cause.
///
/// - Parameters:
///   - function: Its name, the cause where HDF5 has no message.
///   - body: The call, and nothing that itself calls `call`: the lock is not recursive.
/// - Returns: The status, or the identifier or length that the function returns.
/// - Throws: `HDF5Failure` for a negative status.
@discardableResult
func call<Status: SignedInteger>(
  _ function: String, _ body: () -> Status
) throws(HDF5Failure) -> Status {
  let (status, message) = library.withLock { _ in
    _ = prepareLibrary
    _ = H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)  // a setting of the calling thread
    let status = body()
    return (status, status < 0 ? innermostMessage() : nil)
  }
  guard status >= 0 else {
    throw HDF5Failure(cause: message ?? "\(function) failed", isRefusal: false)
  }
  return status
}

/// The first message of the calling thread's error stack, closest to the cause; those above it only
/// name the functions passed through.
private func innermostMessage() -> String? {
  var message: String?
  withUnsafeMutablePointer(to: &message) { message in
    _ = H5Ewalk2(
      hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
      { depth, entry, message in
        if depth == 0, let text = entry?.pointee.desc {
          message?.assumingMemoryBound(to: String?.self).pointee = String(cString: text)
        }
        return 0
      }, message)
  }
  return message.map(systemMessage(within:))
}

/// The operating system's words where HDF5 quotes them among its own details, otherwise the whole
/// message in one line.
///
/// HDF5 writes `file write failed: time = …, error message = 'No space left on device', buf = …`.
private func systemMessage(within message: String) -> String {
  let opening = "error message = '"
  guard let start = message.firstRange(of: opening)?.upperBound,
    let end = message[start...].firstIndex(of: "'")
  else { return message.split(whereSeparator: \.isNewline).joined(separator: " ") }
  return String(message[start..<end])
}
