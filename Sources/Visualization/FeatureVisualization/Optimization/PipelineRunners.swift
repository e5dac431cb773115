internal import Randomness

// What an `ImagePipeline` needs of links whose types it does not know: each with one thread's memory for
// it, and a transform with its variation for each slot. They are classes, so that a pipeline can hold
// several kinds in one array; calls cross them once per image, not per pixel.

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

/// The times of a step's parts, each the sum over all images.
struct StepClock {
  /// A part of a step.
  enum Part: Hashable {
    /// The network's passes.
    case forward, backward
    /// Everything else.
    case named(String)
  }

  /// Seconds by part, in the order in which they ran first.
  private(set) var parts: [(part: Part, seconds: Double)] = []

  /// Adds a run of a part.
  mutating func add(_ part: Part, _ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    add(part, Double(seconds) + Double(attoseconds) * 1e-18) { $0 + $1 }
  }

  /// Takes over what is faster in another step.
  mutating func keepBest(of step: StepClock) {
    for (part, seconds) in step.parts { add(part, seconds) { min($0, $1) } }
  }

  private mutating func add(
    _ part: Part, _ seconds: Double, _ combine: (Double, Double) -> Double
  ) {
    if let index = parts.firstIndex(where: { $0.part == part }) {
      parts[index].seconds = combine(parts[index].seconds, seconds)
    } else {
      parts.append((part, seconds))
    }
  }
}
