/// What an icon is to show.
public struct IconTarget: Sendable {
  /// The number that decides the icon's random numbers: the cell, channel or class.
  public let index: Int
  /// What its activations are to maximise.
  public let objective: Objective
  /// The activation that fidelity is measured against, one number a channel; nil for targets that
  /// are no direction.
  public let direction: [Float]?

  /// Makes a target.
  public init(index: Int, objective: Objective, direction: [Float]? = nil) {
    self.index = index
    self.objective = objective
    self.direction = direction
  }
}

/// A finished icon with the measure of how well it shows its target.
public struct Icon: Sendable {
  /// RGB, row-major, side × side × 3.
  public let pixels: [UInt8]
  /// The cosine between the target direction and what the icon evokes at the layer's centre, the
  /// icon shown as it is stored, in 8 bits and untransformed; nil for targets that are no direction.
  public let fidelity: Float?
  /// The same, the mean over transforms that were not used to optimise.
  public let transformedFidelity: Float?
  /// The objective's mean over those transforms.
  public let objective: Float
  /// Which attempt won.
  public let attempt: Int
}
