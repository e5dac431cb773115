public import NeuralNetworks

/// The squares of all activations, summed or averaged: what DeepDream maximizes.
///
/// Mordvintsev, Olah and Tyka, "Inceptionism: going deeper into neural networks", 2015. The mean does
/// not depend on the size of the layer; lucid's `deepdream` is the mean.
public struct SquaredNormMeasure: Measure {
  /// How squares become one number.
  public enum Reduction: String, Sendable {
    /// ‖a‖².
    case sum
    /// ‖a‖² over the number of channels and positions.
    case mean
  }

  /// Sum or mean.
  public let reduction: Reduction

  /// Measures squares.
  public init(_ reduction: Reduction = .mean) { self.reduction = reduction }

  /// `the mean of squares` or `the sum of squares`.
  public var description: String { "the \(reduction) of squares" }

  /// Every tensor fits.
  public func mismatch(with shape: MapShape) -> String? { nil }

  /// The sum or the mean, summed in `Double`.
  public func value(of activations: Span<Float>, at positions: Positions) -> Float {
    var sum = 0.0
    for start in planeStarts(positions) {
      positions.forEach { index in
        let activation = Double(activations[start + index])
        sum += activation * activation
      }
    }
    return Float(sum * reductionFactor(positions))
  }

  /// Adds 2a, or 2a over the number of squares.
  public func addGradient(
    of activations: Span<Float>, at positions: Positions, scale: Float,
    to gradient: inout MutableSpan<Float>
  ) {
    let factor = 2 * scale * Float(reductionFactor(positions))
    for start in planeStarts(positions) {
      positions.forEach { index in
        gradient[start + index] += factor * activations[start + index]
      }
    }
  }

  private func planeStarts(_ positions: Positions) -> StrideTo<Int> {
    let planeSize = positions.shape.positionCount
    return stride(from: 0, to: positions.shape.channels * planeSize, by: planeSize)
  }

  private func reductionFactor(_ positions: Positions) -> Double {
    switch reduction {
    case .sum: 1
    case .mean: 1 / Double(positions.shape.channels * positions.count)
    }
  }
}

extension Objective {
  /// The squares of all activations; DeepDream's objective.
  public static func squaredNorm(
    of tensor: String, in region: Region = .everywhere,
    reduction: SquaredNormMeasure.Reduction = .mean
  ) -> Objective {
    Objective(SquaredNormMeasure(reduction), of: tensor, in: region)
  }
}
