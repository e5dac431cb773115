import Foundation

/// A file that h5py 3 wrote, with arrays that claim far more than the file holds.
///
/// Made by this program (zeros between the blocks are left out here):
///
///     f = h5py.File("h5py.h5", "w", libver=("v110", "v110"))
///     f.attrs["kind"] = "foreign"
///     f.attrs["flag"] = np.int32(7)
///     f.attrs["ratio"] = np.float32(0.5)
///     f.attrs["void"] = h5py.Empty("f")
///     f["doubles"] = np.arange(6, dtype="f8").reshape(2, 3) / 4
///     f["wide"] = np.arange(3, dtype="i8")
///     f["text"] = ["ä", "", "long enough"]
///     f.create_dataset("zeros", data=np.zeros(1000, "f4"), chunks=(1000,), compression="gzip")
///     f.create_dataset("sparse", shape=(10**15,), dtype="f4", chunks=(1000,))
///     f.create_dataset("endless", shape=(2**62, 2**62), dtype="u1", chunks=(8, 8))
///     f.create_dataset("unwritten", shape=(10**15,), dtype="f8")
///     f.create_dataset("nothing", data=h5py.Empty("f"))
///     f.close()
enum ForeignFile {
  static var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    for (offset, text) in blocks {
      let block = Data(base64Encoded: text) ?? Data()
      bytes.replaceSubrange(offset..<offset + block.count, with: block)
    }
    return bytes
  }

  private static let byteCount = 8996

  private static let blocks: [(offset: Int, base64: String)] = [
    (0, "iUhERg0KGgoDCAgAAAAAAAAAAAD//////////yQjAAAAAAAAMAAAAAAAAACZoAL/T0hEUgIA6xAQAAAy"),
    (60, "AgAAAAAAADQAAAAAAAAACgIAAQAAEBAAAHIDAAAAAAAAMQAAAAAAAAAMNgAAAwAFABQABAAAa2luZAAZ"),
    (120, "AQEAEAAAABAAAAABAAAAAAAIAAIAAAAHAAAAAAgAAAAAAAABAAAADCIAAAMABQAMAAQAAGZsYWcAEAgA"),
    (180, "AAQAAAAAACAAAgAAAAcAAAAMKwAAAwAGABQABAAAcmF0aW8AESAfAAQAAAAAACAAFwgAF38AAAACAAAA"),
    (240, "AAAAPwwmAAADAAUAFAAEAAB2b2lkABEgHwAEAAAAAAAgABcIABd/AAAAAgAAAgAAAADyzgN7T0hEUgIB"),
    (300, "AAEBJAAAAgIBAQIAAAAAAAAAAwAAAAAAAAACAAAAAAAAAAMAAAAAAAAAAxQAAREgPwAIAAAAAABAADQL"),
    (360, "ADT/AwAABQIAAQMKCBIAAAMBABgAAAAAAAAwAAAAAAAAAACg"),
    (558, "SJ2nBk9DSEsQEAAArwQAAAAAAAAxAAAAAAAAAAYSAAABAAdkb3VibGVzJgEAAAAAAAAAAJKcu3VPSERS"),
    (618, "AgEAAQEUAAACAQEBAwAAAAAAAAADAAAAAAAAAAMMAAEQCAAACAAAAAAAQAAFAgABAwoIEgAAAwEwGAAA"),
    (678, "AAAAABgAAAAAAAAAALg="),
    (878, "WMxok09DSEsQEAAA7AUAAAAAAAAyAAAAAAAAAAYPAAABAAR3aWRlZgIAAAAAAAAAAPVepsJPSERSAgEA"),
    (938, "AQEUAAACAQEBAwAAAAAAAAADAAAAAAAAAAMUAAEZAQEAEAAAABAAAAABAAAAAAAIAAUCAAEDAggSAAAD"),
    (998, "AUgYAAAAAAAAMAAAAAAAAAAAsA=="),
    (1195, "ozKLA09DSEsCEgAAAAD/////////////////////Bg8AAAEABHRleHSjAwAAAAAAAIQmyflPSERSAgEA"),
    (1255, "AQEUAAACAQEB6AMAAAAAAADoAwAAAAAAAAMUAAERIB8ABAAAAAAAIAAXCAAXfwAAAAUCAAEDCwsMAAEC"),
    (1315, "AQEAAQABAAQAAAAIHgAABAICAgLoAwQAARsAAAAAAAAAAAAAAHgYAAAAAAAAAJQ="),
    (1512, "8qnOz09DSEsVEgAEAAD/////////////////////EBAAACoHAAAAAAAAdQAAAAAAAABDLkjVT0hEUgIB"),
    (1572, "AAEBFAAAAgEBAQCAxqR+jQMAAIDGpH6NAwADFAABESAfAAQAAAAAACAAFwgAF38AAAAFAgABAwsIEwAA"),
    (1632, "BAIAAgLoAwQAAwr//////////wCv"),
    (1830, "SOSb/U9DSEsGEAAAAQAFemVyb3PgBAAAAAAAAAYRAAABAAZzcGFyc2UeBgAAAAAAAAYSAAABAAdlbmRs"),
    (1890, "ZXNzACAAAAAAAAAGFAAAAQAJdW53cml0dGVuDCEAAAAAAAAGEgAAAQAHbm90aGluZxgiAAAAAAAAb7mt"),
    (1950, "BQ=="),
    (2048, "R0NPTAEAAAAAEAAAAAAAAAEAAAAAAAAABwAAAAAAAABmb3JlaWduAAIAAAAAAAAACwAAAAAAAABsb25n"),
    (2108, "IGVub3VnaAAAAAAAAwAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAgAAAAAAAADDpAAAAAAAAAAAAAAAAAAA"),
    (2168, "kA8="),
    (6158, "0D8AAAAAAADgPwAAAAAAAOg/AAAAAAAA8D8AAAAAAAD0PwAAAAAAAAAAAQAAAAAAAAACAAAAAAAAAAIA"),
    (6218, "AAAACAAAAAAAAAQAAAAAAAAAAAgAAAAAAAADAAAACwAAAAAIAAAAAAAAAgAAAHhe7cExAQAAAMKg9U9t"),
    (6278, "DB+gAAAAgLcBD6AAAQ=="),
    (8192, "T0hEUgIBAAEBJAAAAgIBAQAAAAAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAwwAARAAAAABAAAA"),
    (8252, "AAAIAAUCAAEDCwgSAAAEAgADAQgIAQMK//////////8AqA=="),
    (8456, "aHBwT09IRFICAQABARQAAAIBAQEAgMakfo0DAACAxqR+jQMAAxQAAREgPwAIAAAAAABAADQLADT/AwAA"),
    (8516, "BQIAAQMKCBIAAAMB//////////8AADQm9WscAACw"),
    (8724, "KoZhL09IRFICAQABAQQAAAIAAAIDFAABESAfAAQAAAAAACAAFwgAF38AAAAFAgABAwoIEgAAAwH/////"),
    (8784, "/////wAAAAAAAAAAAMA="),
    (8992, "cz+BLA=="),
  ]
}
