/// How a tensor holds activations: which of its dimensions are channels, and which the positions of
/// an image.
///
/// An atlas is made of vectors of activations, one for each position. Networks hold them in several
/// orders, which their sizes do not tell: 1 × 14 × 14 × 384 may be 14 channels of 14 × 384 or 384 of
/// 14 × 14. The graph tells: how a tensor descends from the image through convolutions,
/// transpositions and reshapes (`ReceptiveField`).
public enum ActivationForm: Hashable, Sendable {
  /// Batch × channels × rows × columns.
  case map
  /// Batch × rows × columns × channels, as Swin and ConvNeXt have them.
  case channelsLast
  /// Batch × tokens × channels: rows · columns of tokens, row by row, behind `first` that have no
  /// position (the class's, registers).
  case tokens(first: Int, rows: Int, columns: Int)
  /// Batch × channels × tokens, in the same order.
  case channelTokens(first: Int, rows: Int, columns: Int)
  /// One vector: batch × channels, also with dimensions of size 1.
  case vector
}

/// Whether an atlas can be made of a tensor: the one rule for the list of layers, extraction and
/// rendering.
public enum LayerSuitability: Hashable, Sendable {
  /// It can.
  case suits(ActivationForm)
  /// It cannot, with the reason.
  case unsuited(String)

  /// How the tensor holds activations; `nil` for one that does not suit.
  public var form: ActivationForm? {
    if case .suits(let form) = self { form } else { nil }
  }

  /// Judges a tensor of one image.
  ///
  /// - Parameters:
  ///   - fact: What is known of it.
  ///   - field: Its receptive field; `nil` when it does not depend on the image.
  public init(_ fact: TensorFact, _ field: ReceptiveField?) {
    let sizes = fact.shape.dimensions
    guard fact.type == .float else {
      self = .unsuited("it holds no floating-point numbers")
      return
    }
    guard let field else {
      self = .unsuited("it does not depend on the image")
      return
    }
    guard (2...4).contains(sizes.count), sizes[0] == 1, sizes.allSatisfy({ $0 > 0 }) else {
      self = .unsuited("it is no map, no tokens and no vector of one image")
      return
    }
    if let form = Self.form(fact.shape, field) {
      self = .suits(form)
      return
    }
    let isLost = [field.rows, field.columns].contains {
      $0.positions == nil && $0.reach == .unknown
    }
    self = .unsuited(
      isLost
        ? "where in the image its elements lie is not known"
        : "its elements do not lie in rows and columns of the image")
  }

  private static func form(_ shape: TensorShape, _ field: ReceptiveField) -> ActivationForm? {
    let sizes = shape.dimensions
    switch sizes.count {
    case 4:
      if field.isMap(shape) == true { return .map }
      if field.isMap(shape, at: (rows: 1, columns: 2)) == true { return .channelsLast }
    case 3:
      if let tokens = tokens(shape, field, dimension: 1) {
        return .tokens(first: tokens.first, rows: tokens.rows, columns: tokens.columns)
      }
      if let tokens = tokens(shape, field, dimension: 2) {
        return .channelTokens(first: tokens.first, rows: tokens.rows, columns: tokens.columns)
      }
    default: return .vector
    }
    // What is left of pooled maps: one position, if nothing else has more than one element.
    let hasNoPositions = [field.rows, field.columns].allSatisfy { line in
      line.positions == nil && line.reach != .unknown
    }
    return hasNoPositions && sizes.dropFirst().count { $0 > 1 } <= 1 ? .vector : nil
  }

  /// The tokens that lie along a dimension, row by row.
  private static func tokens(
    _ shape: TensorShape, _ field: ReceptiveField, dimension: Int
  ) -> (first: Int, rows: Int, columns: Int)? {
    guard let rows = field.rows.positions, let columns = field.columns.positions,
      rows.dimension == dimension, columns.dimension == dimension, rows.order == 0,
      columns.order == 0, columns.divisor == 1, rows.divisor == columns.count,
      rows.before == columns.before, rows.after == columns.after,
      rows.before + rows.count * columns.count + rows.after == shape.dimensions[dimension]
    else { return nil }
    return (rows.before, rows.count, columns.count)
  }
}

extension NetworkGraph {
  /// Whether an atlas can be made of one of the network's tensors.
  ///
  /// - Parameters:
  ///   - tensor: The tensor.
  ///   - facts: What is known of all tensors, for one image.
  ///   - fields: Their receptive fields.
  /// - Returns: `nil` for a tensor of which nothing is known.
  package func suitability(
    of tensor: String, _ facts: [String: TensorFact], _ fields: [String: ReceptiveField]
  ) -> LayerSuitability? {
    guard tensor != inputName else { return .unsuited("it is the image itself") }
    return facts[tensor].map { LayerSuitability($0, fields[tensor]) }
  }
}

extension ActivationForm {
  /// The map that an atlas sees in a tensor of one image; a vector is one of 1 × 1.
  public func map(of shape: TensorShape) -> MapShape {
    let sizes = shape.dimensions
    switch self {
    case .map: return MapShape(channels: sizes[1], height: sizes[2], width: sizes[3])
    case .channelsLast: return MapShape(channels: sizes[3], height: sizes[1], width: sizes[2])
    case .tokens(_, let rows, let columns):
      return MapShape(channels: sizes[2], height: rows, width: columns)
    case .channelTokens(_, let rows, let columns):
      return MapShape(channels: sizes[1], height: rows, width: columns)
    case .vector:
      return MapShape(channels: sizes.dropFirst().reduce(1, *), height: 1, width: 1)
    }
  }
}

extension ActivationForm {
  /// The indices of a position's channels among the elements of one image, in plain order.
  public typealias Elements = StrideTo<Int>

  /// Where the vector of a position lies in a tensor of one image.
  ///
  /// - Parameters:
  ///   - y: The position's row; 0 in a vector.
  ///   - x: Its column.
  ///   - shape: The tensor's sizes.
  /// - Returns: One index for each channel.
  /// - Precondition: The position lies in the map that `map(of:)` tells.
  public func elements(y: Int, x: Int, of shape: TensorShape) -> Elements {
    let map = map(of: shape)
    let place = y * map.width + x
    func every(_ step: Int, from first: Int) -> Elements {
      stride(from: first, to: first + map.channels * step, by: step)
    }
    return switch self {
    case .map: every(map.positionCount, from: place)
    case .channelsLast: every(1, from: place * map.channels)
    case .tokens(let first, _, _): every(1, from: (first + place) * map.channels)
    case .channelTokens(let first, _, _): every(shape.dimensions[2], from: first + place)
    case .vector: every(1, from: 0)
    }
  }
}
