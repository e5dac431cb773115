public import NeuralNetworks
public import Randomness

/// An image that is being optimized.
public struct ImageDraft: Sendable {
  /// What is optimized; the chain's parameterization turns them into the image.
  public var parameters: [Float]
  /// What it is optimized for.
  public let objective: Objective
  /// The random numbers that decide the views of the next step.
  public var stream: RandomStream
  /// What the optimizer remembers.
  public var optimizerState: Adam.State
  /// What the objective said at the last step, under the step's views and before its update.
  public fileprivate(set) var report = ObjectiveReport()

  /// The image before its first step.
  public init(parameters: [Float], objective: Objective, stream: RandomStream) {
    self.parameters = parameters
    self.objective = objective
    self.stream = stream
    optimizerState = Adam.State(parameterCount: parameters.count)
  }
}

/// Parameters → image → views → network → objective, and all of it backwards.
///
/// This is the one place where a step of optimization is written: renderers run it, profiles time it,
/// and tests hold it as a whole against central differences.
///
/// It works on the calling thread alone and on as many images at once as the network was compiled for,
/// each in a slot of its own. Only the network sees several together, since its kernels are faster
/// then; it always runs on the same number, whatever is in the other slots. An image's numbers depend on
/// its draft alone, not on its slot or on the others.
///
/// Memory: one image per link and slot, besides the network's.
public final class ImagePipeline {
  /// What comes before the network.
  public let chain: ImageChain
  /// The network.
  public let network: CompiledNetwork
  /// The tensors that objectives may name, with the shapes that they have for one image.
  public let shapes: [String: MapShape]

  private let tensors: [String]
  private let inputName: String
  private let parameterization: any ParameterizationRunner
  /// Image transforms, then views.
  private let transforms: [any TransformRunner]
  /// How many of them belong to the image.
  private let imageTransformCount: Int

  /// What the link before a transform made, by transform and slot, kept until the way back.
  private var images: [[[Float]]]
  /// The gradient with respect to what the link before a transform made, by transform; scratch.
  private var gradients: [[Float]]
  private var parameterGradient: [Float]
  private var clock: StepClock?

  /// Ties a chain to a network.
  ///
  /// - Parameters:
  ///   - chain: What comes before the network.
  ///   - network: A network compiled for images of the chain's last side. To optimize, and not only to
  ///     measure, it must be compiled to seed `tensors` and to differentiate its input.
  ///   - inputName: The network's input tensor.
  ///   - tensors: The tensors that objectives may name; the network must be compiled to read them.
  /// - Throws: `NetworkError` when a tensor is neither a map of channels × height × width nor a vector.
  public init(
    _ chain: ImageChain, network: CompiledNetwork, inputName: String, tensors: [String]
  ) throws {
    let slots = 0..<network.imageCount
    precondition(
      network.inputShape.elementCount == slots.count * 3 * chain.outputSide * chain.outputSide,
      "an input of \(network.inputShape) for images of side \(chain.outputSide)")
    self.chain = chain
    self.network = network
    self.inputName = inputName
    self.tensors = tensors
    var shapes: [String: MapShape] = [:]
    for tensor in tensors { shapes[tensor] = try network.map(of: tensor) }
    self.shapes = shapes
    let links = chain.imageTransforms + chain.viewTransforms
    imageTransformCount = chain.imageTransforms.count
    parameterization = makeRunner(chain.parameterization)
    transforms = links.map { makeRunner($0, slotCount: slots.count) }
    gradients = links.map { [Float](repeating: 0, count: 3 * $0.inputSide * $0.inputSide) }
    images = gradients.map { image in slots.map { _ in image } }
    parameterGradient = [Float](repeating: 0, count: chain.parameterization.parameterCount)
  }

  /// How many images it works on at once.
  public var imageCount: Int { network.imageCount }

  // MARK: A step

  /// Runs a step: shows each image to the network under random views and hands out the gradient of its
  /// objective.
  ///
  /// - Parameters:
  ///   - drafts: At most `imageCount` images, with objectives that `Objective.check(shapes:)` passes.
  ///     Their streams advance, and their reports are of this step.
  ///   - update: Called with each draft and the gradient with respect to its parameters.
  /// - Throws: When the network cannot be run.
  public func step(
    _ drafts: inout [ImageDraft],
    update: (_ draft: inout ImageDraft, _ gradient: Span<Float>) -> Void
  ) throws {
    checkCount(drafts.count)
    for slot in drafts.indices {
      for transform in transforms { transform.draw(slot: slot, using: &drafts[slot].stream) }
      makeImage(of: drafts[slot].parameters, slot: slot)
      show(slot: slot)
    }
    try timed(.forward) { try network.forward() }
    try timed(.named("objective")) { try seed(&drafts) }
    try timed(.backward) { try network.pullback() }
    for slot in drafts.indices {
      pullback(to: drafts[slot].parameters, slot: slot)
      // The optimizer follows at once, so that one gradient serves all slots and is still in the cache.
      let gradient = parameterGradient
      timed(.named("optimizer")) { update(&drafts[slot], gradient.span) }
    }
  }

  /// Turns parameters into the finished image, in the images of the first view.
  private func makeImage(of parameters: [Float], slot: Int) {
    timed(.named(parameterization.name)) {
      parameterization.image(of: parameters.span, into: &images[0][slot])
    }
    for index in 0..<imageTransformCount {
      // A second reference, no copy: a span of the element would keep all of `images` from being
      // written.
      let image = images[index][slot]
      timed(.named(transforms[index].name)) {
        writing(to: &images[index + 1][slot]) {
          transforms[index].apply(to: image.span, slot: slot, into: &$0)
        }
      }
    }
  }

  /// Shows the finished image to the network.
  private func show(slot: Int) {
    for index in imageTransformCount..<transforms.count {
      let image = images[index][slot]
      timed(.named(transforms[index].name)) {
        guard index + 1 == transforms.count else {
          return writing(to: &images[index + 1][slot]) {
            transforms[index].apply(to: image.span, slot: slot, into: &$0)
          }
        }
        // The last one writes where the network reads; another pass would only copy.
        network.withInput(image: slot) {
          transforms[index].apply(to: image.span, slot: slot, into: &$0)
        }
      }
    }
  }

  /// Writes the objectives' gradients to the network, and what they say to the drafts.
  private func seed(_ drafts: inout [ImageDraft]) throws {
    for slot in drafts.indices { drafts[slot].report = ObjectiveReport() }
    for (tensor, shape) in shapesInOrder {
      try network.forEachOutput(tensor) { slot, activations in
        // Slots without a draft keep what was there: their gradients are computed, and never read.
        guard slot < drafts.count else { return }
        let objective = drafts[slot].objective
        drafts[slot].report.add(objective, at: tensor, activations, shape: shape)
        network.withSeed(of: tensor, image: slot) { gradient in
          objective.writeGradient(at: tensor, activations, shape: shape, into: &gradient)
        }
      }
    }
  }

  /// Carries the gradient at the network's input back to the parameters.
  private func pullback(to parameters: [Float], slot: Int) {
    for index in transforms.indices.reversed() {
      let image = images[index][slot]
      let later = index + 1 < transforms.count ? gradients[index + 1] : []
      timed(.named(transforms[index].name + ", backward")) {
        writing(to: &gradients[index]) { gradient in
          guard index + 1 == transforms.count else {
            return transforms[index].pullback(
              later.span, at: image.span, slot: slot, into: &gradient)
          }
          network.withGradient(of: inputName, image: slot) {
            transforms[index].pullback($0, at: image.span, slot: slot, into: &gradient)
          }
        }
      }
    }
    let (rgb, rgbGradient) = (images[0][slot], gradients[0])
    timed(.named(parameterization.name + ", backward")) {
      parameterization.pullback(
        rgbGradient.span, at: parameters.span, rgb: rgb.span, into: &parameterGradient)
    }
  }

  // MARK: Measuring

  /// The finished image of some parameters, 3 × side × side in 0…1.
  public func image(of parameters: [Float]) -> [Float] {
    // Any slot will do: nothing here lasts.
    for transform in transforms.prefix(imageTransformCount) { transform.holdStill(slot: 0) }
    makeImage(of: parameters, slot: 0)
    return images[imageTransformCount][0]
  }

  /// What objectives say of finished images, without any gradient.
  ///
  /// - Parameters:
  ///   - finished: At most `imageCount` images of 3 × side × side in 0…1, however they were made.
  ///   - objectives: What to measure, one for each.
  ///   - streams: The random numbers that decide each one's views; nil to show the images as they are.
  /// - Returns: One report for each.
  /// - Throws: When the network cannot be run.
  public func measure(
    _ finished: [[Float]], for objectives: [Objective], under streams: [RandomStream]? = nil
  ) throws -> [ObjectiveReport] {
    checkCount(finished.count)
    precondition(
      objectives.count == finished.count && streams?.count ?? finished.count == finished.count,
      "\(finished.count) images, \(objectives.count) objectives, \(streams?.count ?? 0) streams")
    for slot in finished.indices {
      precondition(
        finished[slot].count == images[imageTransformCount][slot].count,
        "an image of \(finished[slot].count) values")
      let views = transforms.dropFirst(imageTransformCount)
      if var stream = streams?[slot] {
        for view in views { view.draw(slot: slot, using: &stream) }
      } else {
        for view in views { view.holdStill(slot: slot) }
      }
      images[imageTransformCount][slot] = finished[slot]
      show(slot: slot)
    }
    try network.forward()
    var reports = finished.map { _ in ObjectiveReport() }
    for (tensor, shape) in shapesInOrder {
      try network.forEachOutput(tensor) { slot, activations in
        guard slot < finished.count else { return }
        reports[slot].add(objectives[slot], at: tensor, activations, shape: shape)
      }
    }
    return reports
  }

  // MARK: Profile

  /// What each part of a step costs, the network's steps among them.
  ///
  /// - Parameters:
  ///   - drafts: The images to work on meanwhile.
  ///   - repetitions: How many steps are timed; each part's best time counts.
  ///   - update: As in a step.
  /// - Returns: One entry a part, all images together, in the order in which they run.
  /// - Throws: When the network cannot be run.
  public func profile(
    _ drafts: [ImageDraft], repetitions: Int = 20,
    update: (_ draft: inout ImageDraft, _ gradient: Span<Float>) -> Void
  ) throws -> [ProfileEntry] {
    var drafts = drafts
    var best = StepClock()
    for _ in 0..<max(1, repetitions) {
      clock = StepClock()
      defer { clock = nil }
      try step(&drafts, update: update)
      if let clock { best.keepBest(of: clock) }
    }
    let side = chain.parameterization.side
    let shape = "\(drafts.count) × 3 × \(side) × \(side)"
    // The network knows its own steps; its passes' times above only hold their place.
    let steps = try network.profile(repetitions: repetitions)
    return best.parts.flatMap { part, seconds in
      switch part {
      case .forward: steps.filter { $0.phase == .forward }
      case .backward: steps.filter { $0.phase == .backward }
      case .named(let name):
        [ProfileEntry(operation: name, shape: shape, phase: .beside, seconds: seconds)]
      }
    }
  }

  private func timed(
    _ part: @autoclosure () -> StepClock.Part, _ body: () throws -> Void
  ) rethrows {
    // Without a profile, a step costs no look at the clock: there are a dozen parts for each image.
    guard clock != nil else { return try body() }
    let start = ContinuousClock.now
    try body()
    clock?.add(part(), ContinuousClock.now - start)
  }

  private var shapesInOrder: [(tensor: String, shape: MapShape)] {
    tensors.compactMap { tensor in shapes[tensor].map { (tensor, $0) } }
  }

  private func checkCount(_ count: Int) {
    precondition(count <= imageCount, "\(count) images for \(imageCount) slots")
  }
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
