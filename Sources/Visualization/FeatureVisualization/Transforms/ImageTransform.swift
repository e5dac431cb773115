public import Randomness

/// A differentiable map from images to images: a link between parameters and a network.
///
/// Some links belong to the image itself (a vignette, a mask), others decide what the network sees of it
/// at a step (a random warp, an occluder). An image has three planes, each row-major. A link may change
/// the side; what the numbers mean, RGB in 0…1 or a network's values, is for the chain to agree on.
///
/// Protocol calls happen once per image and link, and cost nothing beside the kernels behind them.
public protocol ImageTransform: Sendable {
  /// What changes from step to step; nothing unless stated.
  associatedtype Variation: Sendable = Void
  /// Scratch memory, in which nothing lasts from one call to the next; none unless stated.
  associatedtype Workspace = Void

  /// What it is called in profiles.
  var name: String { get }
  /// The sides, in pixels, of the images that it takes and makes.
  var inputSide: Int { get }
  var outputSide: Int { get }

  /// Draws a step's variation from the random numbers that belong to the image and the step.
  func draw(using stream: inout RandomStream) -> Variation

  /// The variation under which the image is seen as it is.
  var still: Variation { get }

  /// Memory for one thread.
  func makeWorkspace() -> Workspace

  /// Transforms an image.
  ///
  /// - Parameters:
  ///   - image: 3 × inputSide × inputSide.
  ///   - variation: What was drawn for the step.
  ///   - workspace: Scratch memory.
  ///   - result: 3 × outputSide × outputSide; holds anything before.
  func apply(
    to image: Span<Float>, _ variation: Variation, using workspace: inout Workspace,
    into result: inout MutableSpan<Float>)

  /// Pulls a gradient back from the result to the image: the adjoint of the derivative of `apply`.
  ///
  /// - Parameters:
  ///   - resultGradient: The gradient with respect to the result, 3 × outputSide × outputSide.
  ///   - image: Where it is taken. Maps that are linear but for a constant have no need of it.
  ///   - variation: What was drawn for the step.
  ///   - workspace: Scratch memory.
  ///   - gradient: The gradient with respect to the image, 3 × inputSide × inputSide; holds anything
  ///     before.
  func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, _ variation: Variation,
    using workspace: inout Workspace, into gradient: inout MutableSpan<Float>)
}

extension ImageTransform where Variation == Void {
  /// Nothing.
  public func draw(using stream: inout RandomStream) {}
  /// Nothing.
  public var still: Void { () }
}

extension ImageTransform where Workspace == Void {
  /// None.
  public func makeWorkspace() {}
}
