import FoundationEssentials
import NeuralNetworks

extension ModelCard {
  /// The card of a network: the one given, or the JSON file beside the network with its name.
  ///
  /// - Parameters:
  ///   - networkPath: The network's file.
  ///   - explicit: The card's file, when it does not lie beside the network.
  /// - Returns: The card (empty when there is none beside the network), and one line for everything
  ///   that is assumed or not understood.
  /// - Throws: `ModelError` with the field's path when the card cannot be read, has more than 1 MiB
  ///   or holds impossible values.
  public static func load(
    besides networkPath: String, explicit: String?
  ) throws(ModelError) -> (card: ModelCard, warnings: [String]) {
    let (found, warnings) = try read(besides: networkPath, explicit: explicit)
    let card = found ?? ModelCard()
    let assumption = card.assumption(
      (card, nil), path: path(besides: networkPath, explicit: explicit), isThere: found != nil)
    return (card, warnings + [assumption].compactMap { $0 })
  }

  /// The card of a network, and one line for everything in it that is not understood.
  ///
  /// - Returns: `nil` for the card when there is none beside the network.
  /// - Throws: As `load` does.
  package static func read(
    besides networkPath: String, explicit: String?
  ) throws(ModelError) -> (card: ModelCard?, warnings: [String]) {
    let path = self.path(besides: networkPath, explicit: explicit)
    guard explicit != nil || FileManager.default.fileExists(atPath: path) else { return (nil, []) }
    let bytes = try fileBytes(path, what: "model card", limit: 1 << 20)
    let card: ModelCard
    let unknown: [String]
    do {
      card = try JSONDecoder().decode(ModelCard.self, from: Data(bytes))
      // A decoder says nothing of fields that it does not ask for, and a misspelt `mean` would
      // silently give way to its default: the file is decoded a second time for the names alone.
      unknown = try JSONDecoder().decode(UnknownFields.self, from: Data(bytes)).paths
    } catch {
      throw fault(path, cause(of: error), remedy: "correct the card")
    }
    try card.checkValues(path: path)
    var warnings = unknown.map { "Model card \(path): the field \($0) is not known" }
    if let network = card.network, network != fileName(networkPath) {
      warnings.append(
        "Model card \(path): it is for \(quoted(network)), not \(fileName(networkPath))")
    }
    return (card, warnings)
  }

  /// Where the card of a network is looked for: `explicit`, or the network's path with `.json` in
  /// place of its extension.
  package static func path(besides networkPath: String, explicit: String?) -> String {
    if let explicit { return explicit }
    let name = fileName(networkPath)
    let folder = networkPath.dropLast(name.count)
    // A leading dot begins a hidden file's name, not an extension.
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else {
      return folder + name + ".json"
    }
    return folder + name[..<dot] + ".json"
  }

  /// An error about a card, in one line.
  package static func fault(_ path: String, _ cause: String, remedy: String) -> ModelError {
    ModelError("use model card", path, cause, remedy: remedy)
  }

  /// What a decoding error says, with the field's path and without the decoder's own terms.
  private static func cause(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it is not JSON" }
    switch error {
    case .dataCorrupted(let context): return line(context.codingPath, context.debugDescription)
    case .typeMismatch(_, let context): return line(context.codingPath, context.debugDescription)
    case .valueNotFound(_, let context): return line(context.codingPath, "it has no value")
    case .keyNotFound(let key, let context):
      return line(context.codingPath + [key], "it is missing")
    @unknown default: return "it is not a model card"
    }
  }

  /// A cause behind its field's path, for instance `input.mean[1]: …`, in one line of bounded
  /// length.
  private static func line(_ path: [any CodingKey], _ cause: String) -> String {
    var field = ""
    for key in path {
      if let index = key.intValue {
        field += "[\(index)]"
      } else {
        field += (field.isEmpty ? "" : ".") + key.stringValue
      }
    }
    let words = cause.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300)
    return field.isEmpty ? String(words) : "\(field.prefix(200)): \(words)"
  }
}

/// The fields of a card that have no meaning, most likely misspelt, by their paths.
private struct UnknownFields: Decodable {
  /// The fields in quotation marks, each with the known one that is near.
  let paths: [String]

  init(from decoder: any Decoder) throws {
    let card = try decoder.container(keyedBy: Key.self)
    var paths = Self.names(
      in: card, besides: ModelCard.CodingKeys.allCases.map(\.rawValue), prefix: "")
    let inputKey = Key(stringValue: "input")
    if let input = try? card.nestedContainer(keyedBy: Key.self, forKey: inputKey) {
      let known = ["name", "size", "resize", "crop", "channels", "range", "mean", "std"]
      paths += Self.names(in: input, besides: known, prefix: "input.")
      if let resize = try? input.nestedContainer(
        keyedBy: Key.self, forKey: Key(stringValue: "resize"))
      {
        let known = ["to", "keep_aspect", "filter", "antialias"]
        paths += Self.names(in: resize, besides: known, prefix: "input.resize.")
      }
    }
    self.paths = paths
  }

  /// The names of a container's fields that are not known: at most 10, sorted, so that equal cards
  /// give equal warnings.
  private static func names(
    in container: KeyedDecodingContainer<Key>, besides known: [String], prefix: String
  ) -> [String] {
    container.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted().prefix(10)
      .map { name in
        let near = nearNames(to: name, among: known, count: 1)
        return quoted(prefix + name) + (near.isEmpty ? "" : " (\(quoted(prefix + near[0]))?)")
      }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension ModelCard {
  /// Checks what can be checked without the network: lengths of lists, finite numbers, ranges.
  ///
  /// - Parameter path: The card, for messages.
  /// - Throws: `ModelError` with the field's path.
  func checkValues(path: String) throws(ModelError) {
    func check(_ isFine: Bool, _ cause: String) throws(ModelError) {
      guard isFine else { throw Self.fault(path, cause, remedy: "correct the card") }
    }
    for (field, sides) in [("size", input.size), ("resize.to", input.resize?.to)] {
      guard let sides else { continue }
      try check(
        sides.count == 2 && sides.allSatisfy((1...4096).contains),
        "input.\(field) must be [height, width], each from 1 to 4096")
    }
    if let range = input.range {
      try check(
        range.count == 2 && range.allSatisfy(\.isFinite) && range[0] < range[1],
        "input.range must be [black, white], finite and ascending")
    }
    for (field, values) in [("mean", input.mean), ("std", input.std)] {
      guard let values else { continue }
      let count = input.channels == .gray ? 1 : 3
      try check(
        values.count == count && values.allSatisfy(\.isFinite),
        "input.\(field) must hold \(count) finite \(count == 1 ? "number" : "numbers")")
    }
    try check(input.std?.contains(0) != true, "input.std must not be 0")
    try checkUnits(path: path)
    try check(
      // ImageNet's mean in units of 0 to 255 would shift an input in 0 to 1 by a hundred times its
      // range, and a single mean of gray is nobody's convention.
      input.mean != nil || (input.channels != .gray && usedRange == [0, 255]),
      "input.mean is missing; it has a default for colors from 0 to 255 only")
    try check(
      layers.keys.allSatisfy { !$0.isEmpty }, "layers must not hold an empty name")
  }
}
