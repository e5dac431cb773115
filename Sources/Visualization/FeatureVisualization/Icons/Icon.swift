/// What an icon is to show.
public struct IconTarget: Sendable {
  /// The number that decides the icon's random numbers: the cell, channel or class.
  public let index: Int
  /// What the icon is optimized for.
  public let objective: Objective

  /// Makes a target.
  public init(index: Int, objective: Objective) {
    self.index = index
    self.objective = objective
  }
}

/// A finished icon with the measure of how well it shows its target.
public struct Icon: Sendable {
  /// RGB, row-major, side × side × 3.
  public let pixels: [UInt8]
  /// The objective's fidelity: for a direction, the cosine between it and what the icon evokes.
  ///
  /// The icon is shown as it is stored, in 8 bits and untransformed. Nil for objectives that have none.
  public let fidelity: Float?
  /// The same, the mean over views that were not used to optimize.
  public let transformedFidelity: Float?
  /// The objective's mean over those views.
  public let objective: Float
  /// Which restart won.
  public let restart: Int
  /// The steps that it took.
  public let stepCount: Int
  /// The objective's value at each step, under the step's view and in the precision of the
  /// optimization; empty unless `IconParameters.keepsObjectiveByStep`.
  public let objectiveByStep: [Float]

  /// What restarts are compared by.
  var score: Float {
    let score = transformedFidelity ?? objective
    return score.isFinite ? score : -.infinity
  }
}

/// Turns RGB planes into bytes.
///
/// - Parameter planes: 3 × pixels, planar; 0…1, other values are clamped.
/// - Returns: pixels × 3, interleaved, each the nearest of 256 levels.
public func quantized(_ planes: [Float]) -> [UInt8] {
  precondition(planes.count % 3 == 0, "three planes expected, got \(planes.count) values")
  let pixelCount = planes.count / 3
  return (0..<planes.count).map { index in
    let level = planes[index % 3 * pixelCount + index / 3] * 255
    return UInt8(max(0, min(255, level.rounded())))
  }
}

/// Turns bytes into RGB planes; the inverse of `quantized`.
///
/// - Parameter bytes: pixels × 3, interleaved.
/// - Returns: 3 × pixels, planar, in 0…1.
public func dequantized(_ bytes: [UInt8]) -> [Float] {
  precondition(bytes.count % 3 == 0, "three channels expected, got \(bytes.count) bytes")
  let pixelCount = bytes.count / 3
  return (0..<bytes.count).map { index in
    Float(bytes[index % pixelCount * 3 + index / pixelCount]) / 255
  }
}
