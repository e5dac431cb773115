import ArrayStore
import Foundation
import TestTags
import Testing

/// A full disk, played by a limit on the size of files in a process of its own.
@Suite(.tags(.quick)) struct FullDiskTests {
  @Test("a disk that is full at any point is an error, and the partial file goes")
  func fullDisk() async {
    await #expect(processExitsWith: .success) {
      let folder = try Folder()
      signal(SIGXFSZ, SIG_IGN)
      try write(folder.file("free.h5"))
      let size = try folder.bytes("free.h5").count
      let descriptorCount = openDescriptorCount()
      let limits = [
        0, 1, 100, 2000, size / 4, size / 3, size / 2, size - 5000, size - 100, size - 1,
      ]
      for limit in limits {
        setFileSizeLimit(limit)
        let error = #expect(throws: ArrayStoreError.self) { try write(folder.file("x.h5")) }
        let bytesError = #expect(throws: ArrayStoreError.self) {
          try AtomicFile.write([UInt8](repeating: 1, count: size), to: folder.file("x"))
        }
        setFileSizeLimit(nil)
        guard try folder.content == ["free.h5"], error?.cause == "File too large",
          bytesError?.cause == "File too large"
        else {
          print("limit \(limit): \(String(describing: error)), \(try folder.content)")
          exit(1)
        }
      }
      guard openDescriptorCount() == descriptorCount else { exit(3) }
      // The library still works afterwards.
      try write(folder.file("again.h5"))
      guard try folder.bytes("again.h5") == folder.bytes("free.h5") else { exit(2) }
    }
  }
}

private func write(_ path: String) throws {
  let writer = try ArrayFileWriter(path: path, kind: "test")
  let rows = try writer.appendable("group/rows", of: Float.self, rowShape: [512])
  for _ in 0..<30 { try rows.append([Float](repeating: 1, count: 512 * 37)) }
  try writer.write("whole", [Double](repeating: 2, count: 10_000), shape: [100, 100])
  try writer.setAttribute("list", .strings((0..<500).map { "\($0)" }))
  try writer.finish()
}

private func openDescriptorCount() -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? -1
}

private func setFileSizeLimit(_ limit: Int?) {
  var limits = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
  limits.rlim_cur = limit.map { rlim_t($0) } ?? limits.rlim_max
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
}
