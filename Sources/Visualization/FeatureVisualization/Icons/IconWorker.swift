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
  private let decayScales: [Float]

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
    decayScales = optimization.chain.parameterization.weightDecayScales
  }

  /// How many icons it optimizes at once.
  var capacity: Int { optimization.imageCount }

  /// Checks that an objective fits the network.
  func check(_ objective: Objective) throws(VisualizationError) {
    try objective.check(shapes: optimization.shapes)
  }

  /// Optimizes icons until there are no more, as many at once as there are slots: a slot whose icon is
  /// finished gets the next one at once, whatever the others are at.
  ///
  /// - Parameters:
  ///   - next: The next restart of an icon; nil when there are no more, and when the work is to end.
  ///   - finished: Called with each of them.
  /// - Throws: When a network cannot be run, and what `finished` throws.
  func optimize(
    next: () -> IconTask?, finished: (_ task: IconTask, _ icon: Icon) throws -> Void
  ) throws {
    var courses: [Course] = []
    var drafts: [ImageDraft] = []
    while true {
      while courses.count < capacity, let task = next() {
        courses.append(Course(task: task, steps: StepCourse(parameters.schedule)))
        drafts.append(draft(task))
      }
      guard !courses.isEmpty else { return }
      try step(&drafts, &courses)
      for slot in courses.indices.reversed() where courses[slot].steps.isOver {
        let (course, draft) = (courses.remove(at: slot), drafts.remove(at: slot))
        try finished(course.task, finish(course, draft))
      }
    }
  }

  /// The way of an icon from its start to the last step.
  private struct Course {
    let task: IconTask
    var steps: StepCourse
    /// The objective's values, if they are kept.
    var values: [Float] = []
    /// The best of the starts that were given up.
    var best: (fidelity: Double, stepCount: Int, draft: ImageDraft)?
  }

  private func step(_ drafts: inout [ImageDraft], _ courses: inout [Course]) throws {
    // Only where there are no steps at all: other icons leave with their last one.
    if courses.allSatisfy(\.steps.isOver) { return }
    for slot in drafts.indices {
      drafts[slot].stream = stream(courses[slot])
    }
    var slot = 0
    var dead: [Int] = []
    try optimization.step(&drafts) { draft, gradient in
      if isZero(gradient) {
        dead.append(slot)
      } else {
        update(&draft, gradient, courses[slot].steps.factor)
      }
      slot += 1
    }
    for slot in courses.indices where parameters.keepsObjectiveByStep {
      courses[slot].values.append(drafts[slot].report.value)
    }
    let reports = drafts.map(\.report)
    try revive(dead, of: &drafts, courses)
    for slot in courses.indices {
      if case .isStuck(let fidelity) = courses[slot].steps.finishStep(reports[slot]) {
        giveUp(&drafts[slot], of: &courses[slot], fidelity)
      }
    }
  }

  /// Begins a stuck image again from another start, or goes on with the best of them.
  private func giveUp(_ draft: inout ImageDraft, of course: inout Course, _ fidelity: Double) {
    if course.best.map({ fidelity > $0.fidelity }) ?? true {
      course.best = (fidelity, course.steps.ownStepCount, draft)
    }
    if course.steps.canRestart {
      course.steps.restart()
      draft = self.draft(course.task, start: course.steps.restartCount)
    } else if let best = course.best {
      draft = best.draft
      course.steps.coolDown(ownStepCount: best.stepCount)
    }
  }

  /// Takes the step of images that excite nothing, such as a channel behind a ReLU that the first noise
  /// leaves at 0, along redirected gradients: their own are 0, and they would stay as they are.
  ///
  /// The same views are shown again, so that an image still depends on its target and the seed alone.
  private func revive(
    _ slots: [Int], of drafts: inout [ImageDraft], _ courses: [Course]
  ) throws {
    guard !slots.isEmpty else { return }
    var revived = slots.map { slot in
      var draft = drafts[slot]
      draft.stream = stream(courses[slot])
      return draft
    }
    var remaining = slots[...]
    try redirected.get().step(&revived) { draft, gradient in
      let slot = remaining.removeFirst()
      // Where even these are 0 no unit can be moved, and the optimizer has nothing to follow.
      if !isZero(gradient) { update(&draft, gradient, courses[slot].steps.factor) }
    }
    for (slot, draft) in zip(slots, revived) { drafts[slot] = draft }
  }

  private func isZero(_ gradient: Span<Float>) -> Bool {
    gradient.indices.allSatisfy { gradient[$0] == 0 }
  }

  /// The image before its first step.
  ///
  /// - Parameters:
  ///   - task: Which restart of which icon.
  ///   - start: How many starts of it were given up.
  /// - Returns: The draft, which depends on these and the seed alone.
  private func draft(_ task: IconTask, start: Int = 0) -> ImageDraft {
    // Restarts are fewer than 2¹⁶, so that no two of them begin alike.
    ImageDraft(
      parameters: optimization.chain.parameterization.start(
        seed: parameters.seed, item: task.target.index, restart: task.restart + (start << 16)),
      objective: task.target.objective, stream: stream(.transform, task, 0))
  }

  private func update(_ draft: inout ImageDraft, _ gradient: Span<Float>, _ factor: Float) {
    parameters.optimizer.ascend(
      &draft.parameters, along: gradient, &draft.optimizerState, factor: factor,
      decayScales: decayScales)
  }

  /// The random numbers of an icon's next step.
  private func stream(_ course: Course) -> RandomStream {
    stream(
      .transform, course.task,
      course.task.restart * parameters.schedule.maximumStepCount + course.steps.stepCount)
  }

  private func stream(_ purpose: RandomPurpose, _ task: IconTask, _ step: Int) -> RandomStream {
    RandomStream(seed: parameters.seed, purpose: purpose, item: task.target.index, step: step)
  }

  /// Measures an icon, rounded to 8 bits as it will be stored.
  private func finish(_ course: Course, _ draft: ImageDraft) throws -> Icon {
    // What is stored is measured: rounding costs some fidelity, and nobody sees the image before it.
    let pixels = quantized(optimization.image(of: draft.parameters))
    let image = dequantized(pixels)
    let objective = draft.objective
    let plain = try evaluation.measure([image], for: [objective])[0].fidelity
    var value: Float = 0
    var fidelity: Float = 0
    let count = parameters.heldOutCount
    for first in stride(from: 0, to: count, by: capacity) {
      // The same views compare all restarts of a target.
      let streams = (first..<min(first + capacity, count)).map {
        stream(.heldOutTransform, course.task, $0)
      }
      let reports = try evaluation.measure(
        streams.map { _ in image }, for: streams.map { _ in objective }, under: streams)
      for report in reports {
        value += report.value / Float(count)
        fidelity += (report.fidelity ?? 0) / Float(count)
      }
    }
    return Icon(
      pixels: pixels, fidelity: plain, transformedFidelity: plain.map { _ in fidelity },
      objective: value, restart: course.task.restart, stepCount: course.steps.stepCount,
      objectiveByStep: course.values)
  }

  /// The best time of each part of a step of `capacity` icons, in the order in which they run.
  func profile(_ target: IconTarget, repetitions: Int) throws -> [ProfileEntry] {
    let drafts = (0..<capacity).map { draft(IconTask(item: 0, target: target, restart: $0)) }
    return try optimization.profile(drafts, repetitions: repetitions) { update(&$0, $1, 1) }
  }
}

/// One restart of an icon.
struct IconTask {
  /// The icon's place among those that are rendered.
  let item: Int
  let target: IconTarget
  let restart: Int
}
