/// The effects of all cells of a grid on one class, a byte each.
public struct ClassColumn: Encodable, Sendable, Equatable {
  /// What a unit of the bytes stands for, in logits.
  public let scale: Float
  /// The mean effects in that unit, rounded to the nearest.
  public let mean: PackedArray
  /// Their standard errors, rounded up; 255 for what is larger or not known.
  public let error: PackedArray

  /// Packs effects.
  ///
  /// - Parameters:
  ///   - means: The mean effect of each cell; one that is not finite counts as 0.
  ///   - errors: The standard errors.
  public init(means: some Sequence<Float>, errors: some Sequence<Float>) {
    let means = means.map { $0.isFinite ? $0 : 0 }
    let largest = means.map(abs).max() ?? 0
    // A number of its own for class without effects: nothing is divided by zero.
    let scale = largest > 0 ? max(largest / 127, .leastNormalMagnitude) : 1
    self.scale = scale
    mean = .i8(means.map { Int8(clamping: Int(($0 / scale).rounded())) })
    error = .u8(
      errors.map { error in
        let units = (error / scale).rounded(.up)
        return units.isFinite && units >= 0 && units < 255 ? UInt8(units) : 255
      })
  }
}
