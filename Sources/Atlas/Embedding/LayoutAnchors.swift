public import Matrices

/// Places that rows of a layout are drawn to by a weak spring, for instance where their partners
/// stand in another layout.
public struct LayoutAnchors: Sendable, Equatable {
  /// Where each row is drawn to, n × dimension of the layout.
  ///
  /// A row with a place that is not finite is free.
  public let targets: Matrix
  /// The strength of the springs, against 1 for that of all neighbours of a row together.
  public let strength: Float

  /// Makes springs from their ends and strength.
  ///
  /// - Precondition: The strength is finite and not negative.
  public init(targets: Matrix, strength: Float) {
    precondition(
      strength >= 0 && strength.isFinite, "the strength must not be negative, got \(strength)")
    (self.targets, self.strength) = (targets, strength)
  }
}
