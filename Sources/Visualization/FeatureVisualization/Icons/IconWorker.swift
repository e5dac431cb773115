internal import NeuralNetworks
internal import Randomness

/// One thread's networks and memory: optimizes a few icons at once and measures what they have become.
final class IconWorker {
  private let parameters: IconParameters
  /// The pipeline that steps run through, and the one that measures results; the same in single
  /// precision.
  private let optimization, evaluation: ImagePipeline
  /// The pipeline whose gradients are redirected at ReLUs; made when the first image needs it.
  private lazy var redirected: Result<ImagePipeline, any Error> = Result { try makeRedirected() }
  private let makeRedirected: () throws -> ImagePipeline

  init(
    optimization: ImagePipeline, evaluation: ImagePipeline, parameters: IconParameters,
    makeRedirected: @escaping () throws -> ImagePipeline
  ) {
    precondition(
      evaluation.imageCount == optimization.imageCount,
      "\(optimization.imageCount) and \(evaluation.imageCount) icons at once")
    self.optimization = optimization
    self.evaluation = evaluation
    self.parameters = parameters
    self.makeRedirected = makeRedirected
  }

  /// How many icons it optimizes at once.
  var capacity: Int { optimization.imageCount }

  /// Checks that an objective fits the network.
  func check(_ objective: Objective) throws(VisualizationError) {
    try objective.check(shapes: optimization.shapes)
  }

  /// Optimizes one restart of each of a few icons.
  ///
  /// - Precondition: There are at most as many as `capacity`.
  func optimize(_ items: [(target: IconTarget, restart: Int)]) throws -> [Icon] {
    var drafts = items.map { draft($0.target, restart: $0.restart) }
    for step in 0..<parameters.stepCount {
      for (slot, item) in items.enumerated() {
        drafts[slot].stream = stream(.transform, item.target, item.restart, step)
      }
      var slot = 0
      var dead: [Int] = []
      let factor = parameters.schedule.factor(at: step, of: parameters.stepCount)
      try optimization.step(&drafts, keepingValues: parameters.keepsObjectiveByStep) {
        draft, gradient in
        if isZero(gradient) {
          dead.append(slot)
        } else {
          update(&draft, gradient, factor)
        }
        slot += 1
      }
      try revive(dead, of: &drafts, items, step)
    }
    return try finish(items, drafts)
  }

  /// Takes the step of images that excite nothing, such as a channel behind a ReLU that the first noise
  /// leaves at 0, along redirected gradients: their own are 0, and they would stay as they are.
  ///
  /// The same views are shown again, so that an image still depends on its target and the seed alone.
  private func revive(
    _ slots: [Int], of drafts: inout [ImageDraft],
    _ items: [(target: IconTarget, restart: Int)], _ step: Int
  ) throws {
    guard !slots.isEmpty else { return }
    var revived = slots.map { slot in
      var draft = drafts[slot]
      draft.stream = stream(.transform, items[slot].target, items[slot].restart, step)
      return draft
    }
    let factor = parameters.schedule.factor(at: step, of: parameters.stepCount)
    try redirected.get().step(&revived) { draft, gradient in
      // Where even these are 0 no unit can be moved, and the optimizer has nothing to follow.
      if !isZero(gradient) { update(&draft, gradient, factor) }
    }
    for (slot, draft) in zip(slots, revived) { drafts[slot] = draft }
  }

  private func isZero(_ gradient: Span<Float>) -> Bool {
    gradient.indices.allSatisfy { gradient[$0] == 0 }
  }

  private func draft(_ target: IconTarget, restart: Int) -> ImageDraft {
    ImageDraft(
      parameters: optimization.chain.parameterization.start(
        seed: parameters.seed, item: target.index, restart: restart),
      objective: target.objective, stream: stream(.transform, target, restart, 0))
  }

  private func update(_ draft: inout ImageDraft, _ gradient: Span<Float>, _ factor: Float) {
    parameters.optimizer.ascend(
      &draft.parameters, along: gradient, &draft.optimizerState, factor: factor)
  }

  private func stream(
    _ purpose: RandomPurpose, _ target: IconTarget, _ restart: Int, _ step: Int
  ) -> RandomStream {
    RandomStream(
      seed: parameters.seed, purpose: purpose, item: target.index,
      step: restart * parameters.stepCount + step)
  }

  /// Measures the icons, rounded to 8 bits as they will be stored.
  private func finish(
    _ items: [(target: IconTarget, restart: Int)], _ drafts: [ImageDraft]
  ) throws -> [Icon] {
    // What is stored is measured: rounding costs some fidelity, and nobody sees the image before it.
    let pixels = drafts.map { quantized(optimization.image(of: $0.parameters)) }
    let images = pixels.map(dequantized)
    let objectives = drafts.map(\.objective)
    let plain = try evaluation.measure(images, for: objectives)
    var values = [Float](repeating: 0, count: drafts.count)
    var fidelities = values
    let count = parameters.heldOutCount
    for index in 0..<count {
      // The same views compare all restarts of a target.
      let streams = items.map { stream(.heldOutTransform, $0.target, 0, index) }
      let reports = try evaluation.measure(images, for: objectives, under: streams)
      for (slot, report) in reports.enumerated() {
        values[slot] += report.value / Float(count)
        fidelities[slot] += (report.fidelity ?? 0) / Float(count)
      }
    }
    return items.indices.map { slot in
      Icon(
        pixels: pixels[slot], fidelity: plain[slot].fidelity,
        transformedFidelity: plain[slot].fidelity.map { _ in fidelities[slot] },
        objective: values[slot], restart: items[slot].restart,
        objectiveByStep: drafts[slot].values)
    }
  }

  /// The best time of each part of a step of `capacity` icons, in the order in which they run.
  func profile(_ target: IconTarget, repetitions: Int) throws -> [ProfileEntry] {
    try optimization.profile(
      (0..<capacity).map { draft(target, restart: $0) }, repetitions: repetitions
    ) { update(&$0, $1, 1) }
  }
}
