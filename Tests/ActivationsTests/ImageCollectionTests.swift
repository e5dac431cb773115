import Activations
import Foundation
import Models
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct ImageCollectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ names: [String]) throws {
    for name in names { try folder.write(name, "an image") }
  }

  @Test("images are found in all folders, whatever the case, in the order of their bytes")
  func finds() throws {
    try make([
      "b.jpg", "a.PNG", "C.Jpeg", "ä.jpg", "z.jpg", "deep/er/x.png", "deep/a.jpg", "notes.txt",
      ".hidden.jpg", ".hidden/x.jpg", "deep/.hidden.png", "jpg", "x.jpg.txt", "like.jpg/inside.png",
    ])
    let images = try ImageCollection(folder: folder.path)
    #expect(
      images.names == [
        "C.Jpeg", "a.PNG", "b.jpg", "deep/a.jpg", "deep/er/x.png", "like.jpg/inside.png", "z.jpg",
        "ä.jpg",
      ])
    #expect(images.path(of: 3) == folder.path + "/deep/a.jpg")
  }

  @Test("links to images are images, links to folders are not followed")
  func links() throws {
    try make(["a.jpg", "sub/b.jpg"])
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.file("link.jpg"), withDestinationPath: folder.file("a.jpg"))
    try files.createSymbolicLink(
      atPath: folder.file("sub/loop"), withDestinationPath: folder.path)
    #expect(try ImageCollection(folder: folder.path).names == ["a.jpg", "link.jpg", "sub/b.jpg"])
    // The folder itself may be a link.
    try files.createSymbolicLink(
      atPath: folder.file("all"), withDestinationPath: folder.file("sub"))
    #expect(try ImageCollection(folder: folder.file("all")).names == ["b.jpg"])
  }

  @Test("folders without images, or that cannot be read, are errors that name them")
  func errors() throws {
    try folder.write("notes.txt", "no image")
    for (path, words) in [
      (folder.path, "it holds no .jpg, .jpeg or .png file"),
      (folder.file("missing"), "does not exist"), (folder.file("notes.txt"), "check --images"),
    ] {
      let error = #expect(throws: ActivationsError.self) { try ImageCollection(folder: path) }
      let line = error?.description ?? ""
      #expect(line.contains(path) && line.contains(words) && !line.contains("\n"), "\(line)")
    }
  }

  @Test("images in folders have the first folder's class, others none")
  func folderClasses() throws {
    try make(["shark/1.jpg", "shark/deep/2.jpg", "pan/3.jpg", "4_x.jpg"])
    for source in [ImageCollection.ClassSource.automatic, .folders] {
      let images = try ImageCollection(folder: folder.path, classes: source)
      #expect(images.names == ["4_x.jpg", "pan/3.jpg", "shark/1.jpg", "shark/deep/2.jpg"])
      #expect(images.classNames == ["pan", "shark"])
      #expect(images.classes == [-1, 0, 1, 1])
    }
    let none = try ImageCollection(folder: folder.path, classes: .none)
    #expect(none.classNames.isEmpty && none.classes == [-1, -1, -1, -1])
  }

  @Test("names begin with a label's identifier, or with a word")
  func nameClasses() throws {
    try make([
      "n01484850_great_white_shark.jpg", "n01484850.png", "shark_2.jpg", "shark-3.jpg",
      "shark4.jpg", "0005.jpg", "shark.jpg",
    ])
    let labels = [Label(identifier: "n01484850", text: "great white shark")]
    let images = try ImageCollection(folder: folder.path, labels: labels)
    #expect(images.classNames == ["n01484850", "shark"])
    #expect(
      zip(images.names, images.classes).map { "\($0) \($1)" } == [
        "0005.jpg -1", "n01484850.png 0", "n01484850_great_white_shark.jpg 0", "shark-3.jpg 1",
        "shark.jpg 1", "shark4.jpg 1", "shark_2.jpg 1",
      ])
    #expect(images.labelIndices(among: labels) == [0, nil])
    #expect(images.labelIndices(among: [Label(text: "shark")]) == [nil, 0])
  }

  @Test("a file gives classes by path or by name")
  func classFile() throws {
    try make(["pictures/a.jpg", "pictures/sub/b.jpg", "pictures/c.jpg"])
    let file = try folder.write(
      "classes.txt", "a.jpg  frying pan\r\nsub/b.jpg shark\n\nnonsense\nd.jpg wok\n")
    let images = try ImageCollection(folder: folder.file("pictures"), classes: .file(file))
    #expect(images.names == ["a.jpg", "c.jpg", "sub/b.jpg"])
    #expect(images.classNames == ["frying pan", "shark"] && images.classes == [0, -1, 1])
    for path in [folder.file("missing"), try folder.write("bytes", [0xFF, 0xFE, 0xFD])] {
      let error = #expect(throws: ActivationsError.self) {
        try ImageCollection(folder: folder.file("pictures"), classes: .file(path))
      }
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test("the fingerprint tells collections apart, but not the folders that they lie in")
  func fingerprint() throws {
    try make(["one/a.jpg", "one/b.jpg", "two/a.jpg", "two/b.jpg"])
    func fingerprint(_ name: String) throws -> UInt64 {
      try ImageCollection(folder: folder.file(name)).fingerprint
    }
    let first = try fingerprint("one")
    #expect(try first == fingerprint("one") && first == fingerprint("two"))
    try folder.write("two/b.jpg", "a larger image")
    let larger = try fingerprint("two")
    try folder.write("two/c.jpg", "")
    let added = try fingerprint("two")
    try FileManager.default.moveItem(
      atPath: folder.file("two/c.jpg"), toPath: folder.file("two/d.jpg"))
    #expect(try Set([first, larger, added, fingerprint("two")]).count == 4)
  }
}
