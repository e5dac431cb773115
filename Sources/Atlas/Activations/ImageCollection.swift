internal import FoundationEssentials
internal import Glibc
public import Models

/// Images in a folder, in a fixed order, each with a class if one is known.
public struct ImageCollection: Sendable {
  /// The folder that the names are relative to.
  public let folder: String
  /// The images' paths below the folder, sorted by the bytes of their UTF-8: the same order in
  /// every locale.
  public let names: [String]
  /// The classes' names.
  public private(set) var classNames: [String]
  /// Each image's class as an index into `classNames`; −1 where none is known.
  public private(set) var classes: [Int32]

  /// Where classes come from.
  public enum ClassSource: Sendable, Equatable {
    /// Folders if images lie in folders, else names.
    case automatic
    /// The first folder of each image's path.
    case folders
    /// What stands before the first `_` of each file's name, if it is a label's identifier (a
    /// WordNet number such as `n02123045`, as ImageNet's files have it), else before the first `_`,
    /// `-` or digit.
    case names
    /// Lines `image class` of a text file; the class is the rest of the line. An image is named by
    /// its path below the folder, or by its file name alone.
    case file(String)
    /// No classes.
    case none
  }

  /// Finds the images below a folder: every `.jpg`, `.jpeg` and `.png`, whatever the case.
  ///
  /// Hidden files and folders are passed over.
  ///
  /// - Parameters:
  ///   - folder: The folder; nested folders are searched as well.
  ///   - source: Where classes come from.
  ///   - labels: The network's classes, whose identifiers may begin the file names.
  /// - Throws: `ActivationsError` when the folder or the file of classes cannot be read, or there
  ///   is no image.
  public init(
    folder: String, classes source: ClassSource = .automatic, labels: [Label] = []
  ) throws(ActivationsError) {
    self.folder = folder
    names = try Self.images(below: folder)
    guard !names.isEmpty else {
      throw ActivationsError(
        "Cannot sample \(folder): it holds no .jpg, .jpeg or .png file; give a folder of images.")
    }
    classNames = []
    classes = []
    let found = try classNames(source, labels)
    // Sorted, since sets have another order in each process.
    classNames = Set(found.compactMap { $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let indices = Dictionary(uniqueKeysWithValues: zip(classNames, Int32(0)...))
    classes = found.map { $0.flatMap { indices[$0] } ?? -1 }
  }

  /// The path of an image.
  public func path(of index: Int) -> String { folder + "/" + names[index] }

  /// A number that changes when an image is added, removed or renamed, or becomes larger or
  /// smaller.
  ///
  /// Fowler, Noll and Vo's hash (FNV-1a, 64 bits) of names and sizes. A digest of the contents
  /// would read every image once more than sampling does.
  public var fingerprint: UInt64 { hash { status in "\(status?.st_size ?? -1)" } }

  /// A number that changes as well when an image is written anew with the same size.
  ///
  /// The same hash of names and times of modification: it differs between copies of a folder.
  public var arrivalFingerprint: UInt64 {
    hash { status in
      status.map { "\($0.st_mtim.tv_sec).\($0.st_mtim.tv_nsec)" } ?? ""
    }
  }

  private func hash(_ describe: (stat?) -> String) -> UInt64 {
    // FNV's offset basis, and below its prime.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in names.indices {
      var status = stat()
      let found = stat(path(of: index), &status) == 0
      for byte in "\(names[index])\n\(describe(found ? status : nil))\n".utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    return hash
  }

  /// For each class, the label that it is, if its name is a label's identifier or text.
  public func labelIndices(among labels: [Label]) -> [Int?] {
    var known: [String: Int] = [:]
    for (index, label) in labels.enumerated() {
      known[label.text] = index
      if let identifier = label.identifier { known[identifier] = index }
    }
    return classNames.map { known[$0] }
  }

  // MARK: Finding

  private static func images(below folder: String) throws(ActivationsError) -> [String] {
    var found: [String] = []
    // Folders that are still to be looked through, rather than a recursion as deep as a folder may
    // be.
    var open = [""]
    while let part = open.popLast() {
      let path = part.isEmpty ? folder : folder + "/" + part
      guard let entries = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw ActivationsError(
          "Cannot read the folder \(path): it does not exist or may not be read; check --images.")
      }
      for entry in entries where !entry.hasPrefix(".") {
        let name = part.isEmpty ? entry : part + "/" + entry
        let isFolder = isFolder(folder + "/" + name)
        if isFolder {
          open.append(name)
        } else if [".jpg", ".jpeg", ".png"].contains(where: entry.lowercased().hasSuffix) {
          found.append(name)
        }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a path is a folder; a link to a folder is not followed, since it may lead in a circle.
  private static func isFolder(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeDirectory
  }

  // MARK: Classes

  private func classNames(
    _ source: ClassSource, _ labels: [Label]
  ) throws(ActivationsError) -> [String?] {
    switch source {
    case .none: return names.map { _ in nil }
    case .folders: return names.map(Self.folderClass)
    case .names:
      let identifiers = Set(labels.compactMap(\.identifier))
      return names.map { Self.nameClass($0, identifiers) }
    case .automatic:
      let nested = names.contains { $0.contains("/") }
      return try classNames(nested ? .folders : .names, labels)
    case .file(let path):
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw ActivationsError(
          "Cannot read the classes in \(path): no such UTF-8 text file; check --classes.")
      }
      var classOf: [Substring: String] = [:]
      // Image names hold no spaces here; class names may.
      for line in text.split(whereSeparator: \.isNewline) {
        guard let space = line.firstIndex(where: \.isWhitespace) else { continue }
        classOf[line[..<space]] = String(line[space...].drop(while: \.isWhitespace))
      }
      return names.map { classOf[$0[...]] ?? classOf[$0.split(separator: "/").last ?? ""] }
    }
  }

  private static func folderClass(_ name: String) -> String? {
    guard let slash = name.firstIndex(of: "/") else { return nil }
    return String(name[..<slash])
  }

  private static func nameClass(_ name: String, _ identifiers: Set<String>) -> String? {
    let file = name.split(separator: "/").last ?? ""
    let first = file.prefix { $0 != "_" && $0 != "." }
    if identifiers.contains(String(first)) { return String(first) }
    let word = file.prefix { $0 != "_" && $0 != "-" && $0 != "." && !$0.isNumber }
    return word.isEmpty ? nil : String(word)
  }
}

/// Images that cannot be used, or a network that cannot sample them.
public struct ActivationsError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy.
  public let description: String

  init(_ description: String) { self.description = description }
}
