import ArrayStore
import CHDF5
import Foundation
import TestTags
import Testing

/// Files that other programs wrote in forms that lead out of the file, or take too much memory.
@Suite(.tags(.quick)) struct ForeignStorageTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  /// Writes a file with HDF5 itself: its attribute `kind`, and what `body` puts into it.
  private func make(_ name: String, _ body: (hid_t) -> Void) throws -> String {
    let path = folder.file(name)
    try ArrayFileWriter(path: path, kind: "test").finish()
    let file = H5Fopen(path, 1, hid_t(H5P_DEFAULT))  // H5F_ACC_RDWR
    try #require(file >= 0)
    body(file)
    try #require(H5Fclose(file) >= 0)
    return path
  }

  /// Makes a dataset of bytes with the properties that `set` gives it.
  private func makeDataset(
    _ name: String, in file: hid_t, count: UInt64, _ set: (hid_t) -> Void
  ) {
    let list = H5Pcreate(hdf5_dataset_creation())
    set(list)
    let space = H5Screate_simple(1, [count], nil)
    let dataset = H5Dcreate2(
      file, name, hdf5_stored_uint8(), space, hid_t(H5P_DEFAULT), list, hid_t(H5P_DEFAULT))
    #expect(dataset >= 0)
    H5Dclose(dataset)
    H5Sclose(space)
    H5Pclose(list)
  }

  private func error(_ path: String, _ name: String) -> ArrayStoreError? {
    #expect(throws: ArrayStoreError.self) {
      _ = try ArrayFileReader(path: path, kind: "test").bytes(name)
    }
  }

  @Test("what lies in another file is refused, and the file is not opened", .withinAMinute)
  func elsewhere() throws {
    // Whoever opened the pipe would wait for ever.
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let path = try make("x.h5") { file in
      makeDataset("external", in: file, count: 8) { H5Pset_external($0, pipe, 0, 8) }
      let source = H5Screate_simple(1, [8], nil)
      makeDataset("virtual", in: file, count: 8) { list in
        H5Pset_virtual(list, source, pipe, "a", source)
      }
      H5Sclose(source)
    }
    // Made by h5py, since this process has no such links: f["link"] = h5py.ExternalLink("pipe", "/a")
    // and f["soft"] = h5py.SoftLink("/link").
    var links = [UInt8](repeating: 0, count: 6144)
    for (offset, text) in [
      (
        0,
        "iUhERg0KGgoDCAgAAAAAAAAAAAD//////////wAYAAAAAAAAMAAAAAAAAABBiYkHT0hEUgIAfgISAAAA"
          + "AP////////////////////8KAgABAAAVEgAEAAD/////////////////////DB4AAAMABQAIAAQAAGtp"
          + "bmQAEwEAAAQAAAACAAAAdGVzdAYTAAABCEAEbGluawkAAHBpcGUAL2EABg8AAAEIAQRzb2Z0BQAvbGlu"
          + "a3gLBUs="
      ),
      (
        2048,
        "R0NPTAEAAAAAEAAAAAAAAAEAAAAAAAAABAAAAAAAAAB0ZXN0AAAAAAAAAAAAAAAA2A8="
      ),
    ] {
      let block = try #require(Data(base64Encoded: text))
      links.replaceSubrange(offset..<offset + block.count, with: block)
    }
    try folder.put(links, "links.h5")
    for (name, words) in [
      ("external", "its values lie in another file"), ("virtual", "it is a virtual dataset"),
      ("link", "it is a link to another file"), ("link/b", "link is a link to another file"),
    ] {
      let error = error(name.hasPrefix("link") ? folder.file("links.h5") : path, name)
      #expect(error?.cause.hasPrefix(words) == true, "\(name): \(String(describing: error))")
      #expect(error?.remedy == "copy the values into this one")
    }
    _ = error(folder.file("links.h5"), "soft")
    let reader = try ArrayFileReader(path: folder.file("links.h5"), kind: "test")
    #expect(try reader.groups().isEmpty)
  }

  @Test("a pipe is no file")
  func pipe() throws {
    try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    let error = #expect(throws: ArrayStoreError.self) {
      _ = try ArrayFileReader(path: folder.file("pipe"), kind: "test")
    }
    #expect(error?.cause == "it is not a regular file")
    #expect(throws: ArrayStoreError.self) { try sha256(ofFile: folder.file("pipe")) }
  }

  @Test("chunks of hundreds of megabytes and filters of other libraries are refused")
  func chunks() throws {
    let path = try make("x.h5") { file in
      for (name, size) in [("small", 1 << 20), ("large", 256 << 20), ("huge", 2 << 30)] {
        makeDataset(name, in: file, count: 4 << 30) { list in
          H5Pset_chunk(list, 1, [UInt64(size)])
          H5Pset_deflate(list, 1)
        }
      }
      makeDataset("lzf", in: file, count: 8) { list in
        H5Pset_chunk(list, 1, [8])
        // Optional (1), as the library is not here.
        H5Pset_filter(list, 32000, 1, 0, nil)
      }
    }
    #expect(error(path, "small")?.cause.contains("more than the file holds") == true)
    for name in ["large", "huge"] {
      #expect(error(path, name)?.remedy == "write it in smaller chunks")
    }
    #expect(error(path, "lzf")?.cause == "it is compressed by filter 32000, which is not read")
  }

  @Test("what a terminal would obey is escaped")
  func escapes() {
    #expect("plain, ü, 漢".printable == "plain, ü, 漢")
    #expect("a\u{1B}[2J\n\0\u{9B}\u{202E}b".printable == "a\\u{1B}[2J\\u{A}\\u{0}\\u{9B}\\u{202E}b")
  }
}
