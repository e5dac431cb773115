internal import Randomness

/// How parameters become what a network sees: a parameterization, then transforms.
///
/// The first transforms belong to the image: what they make is what an icon shows. The others are views
/// of it: what the network sees at a step. The last one makes network values.
public struct ImageChain: Sendable {
  /// From parameters to RGB.
  public let parameterization: any ImageParameterization
  /// From RGB to the finished image, RGB as well.
  public let imageTransforms: [any ImageTransform]
  /// From the finished image to the network's input.
  public let viewTransforms: [any ImageTransform]

  /// Ties links together.
  ///
  /// - Precondition: There is a view, and each link takes images of the side that the one before makes.
  public init(
    _ parameterization: any ImageParameterization, imageTransforms: [any ImageTransform] = [],
    viewTransforms: [any ImageTransform]
  ) {
    precondition(!viewTransforms.isEmpty, "a view that makes the network's values is needed")
    var side = parameterization.side
    for transform in imageTransforms + viewTransforms {
      precondition(
        transform.inputSide == side,
        "\(transform.name) takes images of side \(transform.inputSide), gets \(side)")
      side = transform.outputSide
    }
    self.parameterization = parameterization
    self.imageTransforms = imageTransforms
    self.viewTransforms = viewTransforms
  }

  /// The side of the network's input.
  public var outputSide: Int { viewTransforms.last?.outputSide ?? parameterization.side }
}

// MARK: - Links at work

// What an `ImagePipeline` needs of links whose types it does not know: each with one thread's memory for
// it, and a transform with its variation for each slot. They are classes, since the memory of an unknown
// type cannot be passed `inout` through an existential; calls cross them once per image, not per pixel.

/// A parameterization of any kind with its workspace.
protocol ParameterizationRunner: AnyObject {
  var name: String { get }
  func image(of parameters: Span<Float>, into rgb: inout [Float])
  func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    into gradient: inout [Float])
}

/// A transform of any kind with its workspace and a variation for each slot.
protocol TransformRunner: AnyObject {
  var name: String { get }
  func draw(slot: Int, using stream: inout RandomStream)
  func holdStill(slot: Int)
  func apply(to image: Span<Float>, slot: Int, into result: inout MutableSpan<Float>)
  func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, slot: Int,
    into gradient: inout MutableSpan<Float>)
}

func makeRunner(_ link: some ImageParameterization) -> any ParameterizationRunner {
  ParameterizationLink(link)
}

func makeRunner(_ link: some ImageTransform, slotCount: Int) -> any TransformRunner {
  TransformLink(link, slotCount: slotCount)
}

private final class ParameterizationLink<Link: ImageParameterization>: ParameterizationRunner {
  let name: String
  private let link: Link
  private var workspace: Link.Workspace

  init(_ link: Link) {
    self.link = link
    name = link.name
    workspace = link.makeWorkspace()
  }

  func image(of parameters: Span<Float>, into rgb: inout [Float]) {
    writing(to: &rgb) { link.image(of: parameters, using: &workspace, into: &$0) }
  }

  func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    into gradient: inout [Float]
  ) {
    writing(to: &gradient) {
      link.pullback(rgbGradient, at: parameters, rgb: rgb, using: &workspace, into: &$0)
    }
  }
}

private final class TransformLink<Link: ImageTransform>: TransformRunner {
  let name: String
  private let link: Link
  private var workspace: Link.Workspace
  private var variations: [Link.Variation]

  init(_ link: Link, slotCount: Int) {
    self.link = link
    name = link.name
    workspace = link.makeWorkspace()
    variations = [Link.Variation](repeating: link.still, count: slotCount)
  }

  func draw(slot: Int, using stream: inout RandomStream) {
    variations[slot] = link.draw(using: &stream)
  }

  func holdStill(slot: Int) { variations[slot] = link.still }

  func apply(to image: Span<Float>, slot: Int, into result: inout MutableSpan<Float>) {
    link.apply(to: image, variations[slot], using: &workspace, into: &result)
  }

  func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, slot: Int,
    into gradient: inout MutableSpan<Float>
  ) {
    link.pullback(
      resultGradient, at: image, variations[slot], using: &workspace, into: &gradient)
  }
}

/// Lets a kernel write into an array that a class holds, in place.
func writing(to array: inout [Float], _ body: (inout MutableSpan<Float>) -> Void) {
  var elements = array.mutableSpan
  body(&elements)
}
