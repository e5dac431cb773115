internal import Randomness

/// What is optimized in place of pixels: parameters that a differentiable map turns into an image.
///
/// The gradient of a parameterization points elsewhere than that of the pixels, though both ascend:
/// the choice decides which of the many images that excite a network are found (Mordvintsev, Pezzotti,
/// Schubert and Olah, "Differentiable Image Parameterizations", Distill 2018).
///
/// Images are RGB in 0…1, three planes, each side × side and row-major.
public protocol ImageParameterization: Sendable {
  /// Scratch memory; nothing in it lasts from one call to the next.
  associatedtype Workspace

  /// What it is called in profiles.
  var name: String { get }
  /// The side of the image in pixels.
  var side: Int { get }
  /// The number of parameters of an image.
  var parameterCount: Int { get }

  /// The parameters that optimization starts from.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - item: The image: a cell, a channel, a class.
  ///   - restart: Which of several starts of the same item.
  /// - Returns: `parameterCount` numbers that depend on the three alone.
  func start(seed: UInt64, item: Int, restart: Int) -> [Float]

  /// What the weight decay is multiplied by for each parameter; `parameterCount` numbers, 1 in the mean
  /// for a spectrum.
  var weightDecayScales: [Float] { get }

  /// Memory for one thread.
  func makeWorkspace() -> Workspace

  /// Turns parameters into an image.
  ///
  /// - Parameters:
  ///   - parameters: `parameterCount` of them.
  ///   - workspace: Scratch memory.
  ///   - rgb: 3 × side × side; holds anything before.
  func image(
    of parameters: Span<Float>, using workspace: inout Workspace, into rgb: inout MutableSpan<Float>
  )

  /// Pulls a gradient back from the image to the parameters.
  ///
  /// - Parameters:
  ///   - rgbGradient: The gradient with respect to the image, 3 × side × side.
  ///   - parameters: Where it is taken.
  ///   - rgb: The image of these parameters.
  ///   - workspace: Scratch memory.
  ///   - gradient: The gradient with respect to the parameters; holds anything before.
  func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    using workspace: inout Workspace, into gradient: inout MutableSpan<Float>)
}

extension ImageParameterization {
  /// Independent normal numbers with standard deviation 0.01, as in lucid: nearly gray.
  public func start(seed: UInt64, item: Int, restart: Int) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .iconStart, item: item, step: restart)
    var parameters: [Float] = []
    parameters.reserveCapacity(parameterCount)
    while parameters.count < parameterCount {
      // Both numbers of a pair are used; of an odd count, the last one's partner is left.
      let (x, y) = stream.normalPair()
      parameters.append(0.01 * x)
      if parameters.count < parameterCount { parameters.append(0.01 * y) }
    }
    return parameters
  }
}
