internal import Images
public import Models

/// Images in a folder, in a fixed order, each with a class if one is known.
public struct ImageCollection: Sendable {
  /// The folder that the names are relative to.
  public let folder: String
  /// The images' paths below the folder, sorted by the bytes of their UTF-8: the same order in
  /// every locale.
  public private(set) var names: [String]
  /// The files' sizes and their times of modification when they were found.
  private var byteCounts: [Int]
  private var modified: [String]
  /// The classes' names.
  public private(set) var classNames: [String]
  /// Each image's class as an index into `classNames`; −1 where none is known.
  public private(set) var classes: [Int32]

  /// Where classes come from.
  public enum ClassSource: Sendable, Equatable {
    /// Folders if images lie in folders, else names; none where these give all images one class, as a
    /// camera's `IMG_0001` does.
    case automatic
    /// The first folder of each image's path.
    case folders
    /// What stands before the first `_` of each file's name, if it is a label's identifier or a WordNet
    /// number such as `n02123045`, as ImageNet's files have it, else before the first `_`, `-` or digit.
    case names
    /// A text file with an image and its class in each line, separated by spaces, tabs or commas. An
    /// image is named by its path below the folder, or by its file name alone, with or without the
    /// ending.
    case file(String)
    /// No classes.
    case none
  }

  /// What a reader must know of the images: a line for files that were passed over, for images that
  /// are there twice, and for images with two classes.
  public private(set) var notes: [String] = []

  /// Finds the images below a folder: files with the endings of `ImageFormat`, whatever the case, and
  /// others that begin as such files do.
  ///
  /// Links are followed. Hidden files and folders, and whatever is no image, are passed over and
  /// counted in `notes`.
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
    let found = try ImageFolder(folder)
    names = found.images.map(\.name)
    byteCounts = found.images.map(\.byteCount)
    modified = found.images.map(\.modified)
    guard !names.isEmpty else {
      let others = found.summary.map { " (\($0))" } ?? ""
      throw ActivationsError(
        "Cannot sample \(printable(folder)): it holds no \(ImageFormat.list) file\(others); give a folder of images."
      )
    }
    classNames = []
    classes = []
    if let summary = found.summary { notes.append(summary) }
    if found.duplicateCount > 0 {
      notes.append(
        found.duplicateCount == 1
          ? "1 image is there under two names, and sampled under both"
          : "\(found.duplicateCount) images are there under two names, and sampled under both")
    }
    let named = try classNames(source, labels)
    // Sorted, since sets have another order in each process.
    classNames = Set(named.compactMap { $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let indices = Dictionary(uniqueKeysWithValues: zip(classNames, Int32(0)...))
    classes = named.map { $0.flatMap { indices[$0] } ?? -1 }
  }

  /// The path of an image.
  public func path(of index: Int) -> String { folder + "/" + names[index] }

  /// The size of an image's file in bytes, when it was found.
  public func byteCount(of index: Int) -> Int { byteCounts[index] }

  /// A number that changes when an image is added, removed or renamed, or becomes larger or
  /// smaller.
  ///
  /// Fowler, Noll and Vo's hash (FNV-1a, 64 bits) of names and sizes. A digest of the contents
  /// would read every image once more than sampling does.
  public var fingerprint: UInt64 { hash { "\(byteCounts[$0])" } }

  /// A number that changes as well when an image is written anew with the same size.
  ///
  /// The same hash of names and times of modification: it differs between copies of a folder.
  public var arrivalFingerprint: UInt64 { hash { modified[$0] } }

  private func hash(_ describe: (Int) -> String) -> UInt64 {
    // FNV's offset basis, and below its prime.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in names.indices {
      for byte in "\(names[index])\n\(describe(index))\n".utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    return hash
  }

  /// Some of the images, in the same order, with the same classes.
  public func selecting(_ indices: [Int]) -> ImageCollection {
    var part = self
    part.names = indices.map { names[$0] }
    part.byteCounts = indices.map { byteCounts[$0] }
    part.modified = indices.map { modified[$0] }
    part.classes = indices.map { classes[$0] }
    return part
  }

  /// How many images have no class.
  public var withoutClassCount: Int { classes.count { $0 < 0 } }

  /// For each class, the label that it is: if its name is a label's identifier, its text or the
  /// first of its synonyms, whatever the case; or, if all names are numbers, the label of that
  /// number.
  public func labelIndices(among labels: [Label]) -> [Int?] {
    let numbers = classNames.map { Int($0) }
    if numbers.allSatisfy({ $0.map(labels.indices.contains) == true }) { return numbers }
    let index = LabelIndex(labels)
    return classNames.map { index[$0] }
  }

  // MARK: Classes

  private mutating func classNames(
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
      let found = try classNames(nested ? .folders : .names, labels)
      return nested || Set(found).count > 1 ? found : names.map { _ in nil }
    case .file(let path):
      let file = try ClassFile(path: path, for: names)
      if file.conflictCount > 0 {
        let images = file.conflictCount == 1 ? "1 image has" : "\(file.conflictCount) images have"
        notes.append("\(images) another class further down in \(printable(path)), which counts")
      }
      return file.classes
    }
  }

  private static func folderClass(_ name: String) -> String? {
    guard let slash = name.firstIndex(of: "/") else { return nil }
    return String(name[..<slash])
  }

  private static func nameClass(_ name: String, _ identifiers: Set<String>) -> String? {
    let file = name.split(separator: "/").last ?? ""
    let first = file.prefix { $0 != "_" && $0 != "." }
    if identifiers.contains(String(first)) || isWordNetNumber(first) { return String(first) }
    var word = file.prefix { $0 != "_" && $0 != "-" && $0 != "." && !$0.isNumber }
    while word.last?.isWhitespace == true { word.removeLast() }
    return word.isEmpty ? nil : String(word)
  }

  private static func isWordNetNumber(_ word: Substring) -> Bool {
    word.utf8.count == 9 && word.first == "n"
      && word.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
  }
}

/// Images that cannot be used, or a network that cannot sample them.
public struct ActivationsError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy.
  public let description: String

  init(_ description: String) { self.description = description }
}
