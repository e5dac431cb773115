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

  @Test("links are followed, but no folder is read twice; what is there twice is counted")
  func links() throws {
    try make(["a.jpg", "sub/b.jpg"])
    let files = FileManager.default
    func link(_ name: String, to target: String) throws {
      try files.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: folder.file(target))
    }
    try link("link.jpg", to: "a.jpg")
    try link("sub/loop", to: "")
    try link("gone", to: "nowhere")
    let images = try ImageCollection(folder: folder.path)
    #expect(images.names == ["a.jpg", "link.jpg", "sub/b.jpg"])
    #expect(
      images.notes == [
        "2 files passed over: 1 link that leads nowhere (gone), 1 link to a folder that is read already (sub/loop)",
        "1 image is there under two names, and sampled under both",
      ])
    // A class may be a link to a folder elsewhere, and the folder itself may be one.
    let other = try TemporaryFolder()
    try other.write("store/c.jpg", "an image")
    try files.createSymbolicLink(
      atPath: folder.file("sub/class"), withDestinationPath: other.file("store"))
    try link("all", to: "sub")
    let all = try ImageCollection(folder: folder.file("all"))
    #expect(all.names == ["b.jpg", "class/c.jpg", "loop/a.jpg", "loop/link.jpg"])
    // Folders full of links to each other have more paths than can be walked.
    let maze = try TemporaryFolder()
    for first in 0..<12 {
      try maze.write("\(first)/\(first).jpg", "an image")
      for second in 0..<12 where second != first {
        try files.createSymbolicLink(
          atPath: maze.file("\(first)/to\(second)"), withDestinationPath: maze.file("\(second)"))
      }
    }
    #expect(try ImageCollection(folder: maze.path).names.count == 12)
  }

  @Test("what is passed over is counted and named")
  func passedOver() throws {
    try make(["a.jfif", "b.JPE", "c.heic", "d.heic", "e.txt", ".hidden.jpg", ".git/x.jpg", "none"])
    try folder.write("picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    try folder.write("tab\tand\nline\u{1B}[31m.webp", "an image")
    #expect(mkfifo(folder.file("pipe.jpg"), 0o600) == 0)
    let images = try ImageCollection(folder: folder.path)
    #expect(images.names == ["a.jfif", "b.JPE", "picture", "tab\tand\nline\u{1B}[31m.webp"])
    #expect(
      images.notes == [
        "7 files passed over: 2 .heic, 2 hidden (.hidden.jpg), 1 .txt, 1 no ordinary file (pipe.jpg), 1 without an ending (none)"
      ])
  }

  @Test("names that are not UTF-8 and folders that may not be read are named")
  func unreadable() throws {
    try make(["a.jpg", "locked/b.jpg"])
    // Latin-1, as archives from Windows have it.
    let path = Array((folder.path + "/caf").utf8) + [0xE9] + Array(".jpg".utf8) + [0]
    let file = open(path.map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY, 0o600)
    #expect(file >= 0)
    close(file)
    chmod(folder.file("locked"), 0)
    defer { chmod(folder.file("locked"), 0o700) }
    let images = try ImageCollection(folder: folder.path)
    let notes = images.notes.joined()
    #expect(notes.contains("1 of a name that is not UTF-8 (caf\\xe9.jpg)"))
    // The superuser reads every folder.
    if getuid() != 0 {
      #expect(notes.contains("1 folder that may not be read (locked)"))
      #expect(images.names == ["a.jpg"])
    }
  }

  @Test("folders without images, or that cannot be read, are errors that name them")
  func errors() throws {
    try folder.write("notes.txt", "no image")
    for (path, words) in [
      (folder.path, "no JPEG, PNG, WebP, BMP or GIF file (1 file passed over: 1 .txt)"),
      (folder.file("missing"), "No such file"), (folder.file("notes.txt"), "check --images"),
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
    #expect(images.labelIndices(among: [Label(text: "Shark, great fish")]) == [nil, 0])
    // Two labels of one name tell nothing.
    #expect(
      images.labelIndices(among: [Label(text: "shark, x"), Label(text: "shark, y")]) == [nil, nil])
  }

  @Test("WordNet numbers are classes without labels too; one class for all is none")
  func namesWithoutLabels() throws {
    try make([
      "n01484850_shark.jpg", "n02123045_tabby.jpg", "beach 1.jpg", "beach-2.jpg", "n12_3.jpg",
    ])
    #expect(
      try ImageCollection(folder: folder.path).classNames == [
        "beach", "n", "n01484850", "n02123045",
      ])
    let camera = try TemporaryFolder()
    for name in ["IMG_0001.jpg", "IMG_0002.jpg"] { try camera.write(name, "x") }
    #expect(try ImageCollection(folder: camera.path).classNames.isEmpty)
    #expect(try ImageCollection(folder: camera.path, classes: .names).classNames == ["IMG"])
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
