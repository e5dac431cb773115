import Activations
import Foundation
import TestSupport
import TestTags
import Testing

/// Classes out of text files of the forms that people have.
@Suite(.tags(.quick)) struct ClassFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["cat.0.jpg", "cat.1.jpg", "sub/dog.0.jpg", "img 0.png"] {
      try folder.write("pictures/\(name)", "an image")
    }
  }

  private func classes(_ bytes: [UInt8]) throws -> [String?] {
    let file = try folder.write("classes", bytes)
    let images = try ImageCollection(folder: folder.file("pictures"), classes: .file(file))
    #expect(images.names == ["cat.0.jpg", "cat.1.jpg", "img 0.png", "sub/dog.0.jpg"])
    return images.classes.map { $0 < 0 ? nil : images.classNames[Int($0)] }
  }

  private func classes(_ text: String) throws -> [String?] { try classes(Array(text.utf8)) }

  static let usual: [(String, String)] = [
    ("spaces", "cat.0.jpg cat\ncat.1.jpg  cat\nsub/dog.0.jpg great dog\nimg 0.png 7\n"),
    ("no ending", "cat.0 cat\ncat.1 cat\ndog.0 great dog\nimg 0 7"),
    ("another ending and case", "CAT.0.JPEG cat\nCat.1.png cat\nDOG.0.jpg great dog\nIMG 0.jpg 7"),
    (
      "paths",
      "./cat.0.jpg cat\n/data/x/cat.1.jpg cat\nC:\\x\\sub\\dog.0.jpg great dog\nimg 0.png 7"
    ),
    ("tabs", "cat.0.jpg\tcat\ncat.1.jpg\tcat\nsub/dog.0.jpg\tgreat dog\nimg 0.png\t7\n"),
    ("commas", "cat.0.jpg,cat\r\ncat.1.jpg, cat\r\ndog.0.jpg,great dog\r\nimg 0.png,7\r\n"),
    ("a heading", "id,class\ncat.0,cat\ncat.1,cat\ndog.0,great dog\nimg 0,7\n"),
    (
      "more columns",
      "label;width;file\ncat;640;cat.0.jpg\ncat;1;cat.1.jpg\ngreat dog;2;dog.0.jpg\n7;3;img 0.png"
    ),
    (
      "quotes",
      "\"cat.0.jpg\",\"cat\"\n\"cat.1.jpg\",cat\n\"sub/dog.0.jpg\",\"great dog\"\nimg 0.png,\"7\""
    ),
    (
      "quotes and spaces",
      "\"cat.0.jpg\" cat\ncat.1.jpg \"cat\"\ndog.0.jpg great dog\n\"img 0.png\" 7"
    ),
    (
      "others between",
      "x.jpg wok\n\ncat.0.jpg cat\ncat.1.jpg cat\ndog.0.jpg great dog\nimg 0.png 7"
    ),
  ]

  @Test("every usual form", arguments: usual)
  func forms(name: String, text: String) throws {
    #expect(try classes(text) == ["cat", "cat", "7", "great dog"], "\(name)")
  }

  @Test("commas and quotes within a class")
  func separators() throws {
    let quoted = "cat.0.jpg,\"shark, white \"\"one\"\"\"\ncat.1.jpg,cat"
    #expect(try classes(quoted)[..<2] == ["shark, white \"one\"", "cat"])
    #expect(try classes("cat.0.jpg,shark, white one\ncat.1.jpg,cat")[0] == "shark, white one")
    #expect(try classes("cat.0.jpg shark, white one\ncat.1.jpg cat")[0] == "shark, white one")
  }

  @Test("every usual encoding")
  func encodings() throws {
    let text = "cat.0.jpg Straße\nimg 0.png x\n"
    let units = Array(text.utf16)
    let files: [[UInt8]] = [
      [0xEF, 0xBB, 0xBF] + Array(text.utf8),
      [0xFF, 0xFE] + units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] },
      [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] },
      text.unicodeScalars.map { UInt8($0.value) },
    ]
    for file in files { #expect(try classes(file) == ["Straße", nil, "x", nil]) }
  }

  @Test("files that tell nothing are errors in one line")
  func errors() throws {
    for (bytes, words) in [
      ([], "0 of 4 images have a class"), (Array("other.jpg cat\n".utf8), "0 of 4 images"),
      (Array("cat.0.jpg\ncat.1.jpg\n".utf8), "0 of 4 images"),
      (Array("cat.0.jpg ca\u{0}t\n".utf8), "a zero byte"), ([0xFF, 0xFE, 0x41], "UTF-16"),
    ] as [([UInt8], String)] {
      let error = #expect(throws: ActivationsError.self) { try classes(bytes) }
      let line = error?.description ?? ""
      #expect(line.contains(words) && !line.contains("\n"), "\(line)")
    }
    for path in [folder.file("missing"), folder.path] {
      let error = #expect(throws: ActivationsError.self) {
        try ImageCollection(folder: folder.file("pictures"), classes: .file(path))
      }
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test("an image with two classes has the later one, and that is said")
  func conflicts() throws {
    let file = try folder.write("classes", "cat.0.jpg cat\ncat.0.jpg lynx\ncat.1.jpg cat\n")
    let images = try ImageCollection(folder: folder.file("pictures"), classes: .file(file))
    #expect(images.classNames == ["cat", "lynx"] && images.classes[..<2] == [1, 0])
    #expect(images.notes.contains { $0.hasPrefix("1 image has another class further down") })
    #expect(images.withoutClassCount == 2)
  }
}
