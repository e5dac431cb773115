/// One line of a network's profile: a step, what it is for and what it costs.
public struct ProfileEntry: Sendable {
  /// Which way the step goes.
  public enum Phase: String, Sendable {
    /// From the image to the layers.
    case forward
    /// From seeds to the gradients that are wanted.
    case backward
    /// Along tangents, from their source to their targets.
    case tangent
    /// None of these: what a program does beside the network.
    case beside
  }

  /// The node's name; empty for what belongs to none.
  public var node: String
  /// What is computed, for instance `convolution`.
  public var operation: String
  /// The result's sizes, and what was read.
  public var shape: String
  /// Which way it goes.
  public var phase: Phase
  /// The kernel, for instance `jit:avx512_core`.
  public var implementation: String
  /// Seconds of one run, the best of several.
  public var seconds: Double
  /// Floating-point operations: two for each multiply-add of convolutions and matrix products.
  public var operationCount: Int

  /// Makes a line.
  public init(
    node: String = "", operation: String, shape: String = "", phase: Phase,
    implementation: String = "", seconds: Double, operationCount: Int = 0
  ) {
    self.node = node
    self.operation = operation
    self.shape = shape
    self.phase = phase
    self.implementation = implementation
    self.seconds = seconds
    self.operationCount = operationCount
  }

  /// Runs a part of a program that is no step of a network several times.
  ///
  /// - Returns: The entry with its best time.
  public static func beside(
    _ operation: String, shape: String = "", repetitions: Int, _ body: () throws -> Void
  ) rethrows -> ProfileEntry {
    var best = Double.infinity
    // The best, not the mean: what else runs on the machine only adds time.
    for _ in 0..<max(1, repetitions) { best = min(best, try seconds(of: body)) }
    return ProfileEntry(operation: operation, shape: shape, phase: .beside, seconds: best)
  }

  /// The time that something takes.
  static func seconds(of body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }
}
