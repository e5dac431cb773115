import Activations
import TestSupport
import TestTags
import Testing

/// Numeric columns out of tables of the forms that people have.
@Suite(.tags(.quick)) struct ImageColumnsTests {
  private let folder: TemporaryFolder
  private static let images = ["a/1.jpg", "a/2.jpg", "b/img 3.png"]

  init() throws { folder = try TemporaryFolder() }

  private func columns(_ bytes: [UInt8], _ images: [String] = images) throws -> ImageColumns {
    try ImageColumns(path: folder.write("table", bytes), for: images)
  }

  private func columns(_ text: String) throws -> ImageColumns { try columns(Array(text.utf8)) }

  /// The values with −1 for those that are missing, as NaN is not equal to itself.
  private func values(_ columns: ImageColumns) -> [Double] {
    columns.values.map { $0.isNaN ? -1 : $0 }
  }

  static let usual: [(String, String)] = [
    ("commas", "file,size,depth\n1.jpg,3,0.5\n2.jpg,4,\nimg 3.png,5,1e3\n"),
    ("tabs", "file\tsize\tdepth\r\n1.jpg\t3\t.5\r\n2.jpg\t4\tNA\r\nimg 3.png\t5\t+1000\r\n"),
    ("semicolons and decimal commas", "file;size;depth\n1;3;0,5\n2;4;NaN\nimg 3;5;1000,0\n"),
    (
      "quotes", "\"file\",\"size\",depth\n\"1.jpg\",\"3\",0.5\n2.jpg,4,null\n\"img 3\",5,\"1000\"\n"
    ),
    ("paths", "file,size,depth\n/d/a/1.jpg,3,0.5\n./a/2.jpg,4,\nC:\\b\\IMG 3.JPG,5,1000\n"),
    ("names in the second column", "size,file,depth\n3,1.jpg,0.5\n4,2.jpg,na\n5,img 3.png,1000\n"),
    (
      "no heading for names, as R writes", "size,depth\n1.jpg,3,0.5\n2.jpg,4,NA\nimg 3.png,5,1000\n"
    ),
    ("other rows", "file,size,depth\nx.jpg,wide,deep\n1,3,0.5\n2,4,\nimg 3,5,1000\nsum,,all\n"),
    (
      "text beside numbers, over two lines",
      "file,text,size,depth\n1,\"so, \"\"it\"\"\nis\",3,0.5\n2,5\" wide,4,\nimg 3,6\" wide,5,1000\n"
    ),
  ]

  @Test("every usual form", arguments: usual)
  func forms(name: String, text: String) throws {
    let columns = try columns(text)
    #expect(columns.names == ["size", "depth"], "\(name)")
    #expect(values(columns) == [3, 0.5, 4, -1, 5, 1000], "\(name)")
    #expect(columns.imageCount == 3 && columns.repeatedCount == 0)
  }

  @Test("UTF-16, a byte order mark, Latin-1")
  func encodings() throws {
    let text = "file,Größe\n1.jpg,3\n"
    let units = Array(text.utf16)
    let files: [[UInt8]] = [
      [0xEF, 0xBB, 0xBF] + Array(text.utf8),
      [0xFF, 0xFE] + units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] },
      text.unicodeScalars.map { UInt8($0.value) },
    ]
    for file in files {
      let columns = try columns(file)
      #expect(columns.names == ["Größe"] && values(columns) == [3, -1, -1])
    }
  }

  @Test("columns of anything else are passed over and named")
  func passedOver() throws {
    let columns = try columns("file,kind,,none,wrong,x\n1,cat,1,,1,2\n2,cat,2,NA,two,inf\n")
    #expect(columns.names == ["column 3"] && columns.passedOver == ["kind", "none", "wrong", "x"])
    #expect(columns.imageCount == 2)
  }

  @Test("a name that names several images tells of all, and of two rows the last counts")
  func several() throws {
    let images = ["a/1.jpg", "b/1.jpg", "c/2.jpg"]
    let columns = try columns(Array("file,x\n1.jpg,1\nb/1.jpg,2\n2.jpg,3\n".utf8), images)
    #expect(columns.values == [1, 2, 3] && columns.repeatedCount == 1)
  }

  @Test("where images are called by numbers, the column that names most of them counts")
  func numbers() throws {
    let images = (1...9).map { "\($0).jpg" }
    let rows = (1...9).map { "\($0 % 3 + 1),\($0)\n" }.joined()
    let columns = try columns(Array(("rating,id\n" + rows).utf8), images)
    #expect(columns.names == ["rating"] && columns.values == [2, 3, 1, 2, 3, 1, 2, 3, 1])
  }

  @Test("of a long table few rows may be of the images")
  func longTable() throws {
    let others = (0..<5_000).map { "x\($0).jpg,\($0)\n" }.joined()
    let columns = try columns("file,x\n" + others + "1.jpg,7\n")
    #expect(values(columns) == [7, -1, -1])
  }

  @Test("tables that tell nothing are errors in one line")
  func errors() throws {
    for (text, words) in [
      ("", "no row names an image"), ("file,x\n", "no row names an image"),
      ("file,x\nother,9\n", "for instance \"a/1.jpg\""),
      ("file,x\n1.jpg,a\n", "none of its columns holds numbers alone"),
      ("1.jpg,1\n2.jpg,2\n", "its first line names an image"),
      ("file,x\n1.jpg,\u{0}\n", "a zero byte"),
    ] {
      let error = #expect(throws: ActivationsError.self) { try columns(text) }
      let line = error?.description ?? ""
      #expect(line.contains(words) && !line.contains("\n"), "\(line)")
    }
    for path in [folder.file("missing"), folder.path] {
      let error = #expect(throws: ActivationsError.self) {
        try ImageColumns(path: path, for: Self.images)
      }
      let line = error?.description ?? ""
      #expect(line.contains(path) && line.contains("check --columns"), "\(line)")
    }
  }
}
