internal import NeuralNetworks
internal import Randomness

/// One thread's network and memory: optimises a few icons at once, step by step.
///
/// A step is: parameters → planes → colours → warp → network → objective, and all of it backwards.
/// Only the network sees several icons together, since its kernels are faster then; it always runs on
/// the same number, whatever is in the other places.
final class IconWorker {
  /// The network that a step runs, and the one that measures the result; the same in single
  /// precision.
  private let network, judge: CompiledNetwork
  private let layer: MapShape
  private let side: Int
  /// The network's input and the layer whose activations count.
  private let input, target: String
  private let parameters: IconParameters
  private let image: FourierImage
  private let colors = ColorDecorrelation()
  private let vignette: Vignette
  private let warp: Warp
  private let adam: Adam

  // Scratch memory: nothing in it lasts from one icon to the next.
  private var imageWorkspace: FourierImage.Workspace
  private var warpWorkspace: Warp.Workspace
  private var objectiveWorkspace: Objective.Workspace
  private var planes, rgb, rgbGradient, planesGradient, slope: [Float]

  /// An icon on the way.
  private struct Draft {
    let target: IconTarget
    let attempt: Int
    var spectrum: [Float]
    var state: Adam.State
    /// The colours of the last step, before the vignette.
    var unfaded: [Float]
    var transform: Transform
  }

  /// How many icons it optimises at once.
  var capacity: Int { network.imageCount }

  init(
    network: CompiledNetwork, judge: CompiledNetwork, image input: String, target: String,
    parameters: IconParameters,
    channels: NetworkChannels
  ) throws {
    precondition(
      judge.imageCount == network.imageCount, "both networks run on the same number of icons")
    self.network = network
    self.judge = judge
    self.input = input
    self.target = target
    self.parameters = parameters
    layer = try network.map(of: target)
    let side = parameters.sidePixels
    self.side = side
    image = FourierImage(side: side, decayPower: parameters.decayPower)
    vignette = Vignette(side: side, strength: parameters.vignette)
    warp = Warp(
      inputSide: side, outputSide: side, border: parameters.border, channels: channels)
    var adam = Adam()
    adam.learningRate = parameters.learningRate
    self.adam = adam
    imageWorkspace = image.makeWorkspace()
    warpWorkspace = warp.makeWorkspace()
    objectiveWorkspace = Objective.Workspace(channelCount: layer.channels)
    planes = [Float](repeating: 0, count: 3 * side * side)
    rgb = planes
    rgbGradient = planes
    planesGradient = planes
    slope = [Float](repeating: 0, count: image.parameterCount)
  }

  /// Optimises one attempt at each of a few icons.
  ///
  /// - Precondition: There are at most as many as `capacity`.
  func optimize(_ attempts: [(target: IconTarget, attempt: Int)]) throws -> [Icon] {
    precondition(attempts.count <= capacity, "\(attempts.count) icons for \(capacity) places")
    var drafts = attempts.map { begin($0.target, attempt: $0.attempt) }
    for step in 0..<parameters.stepCount { try ascend(&drafts, step: step) }
    return try finish(drafts)
  }

  private func begin(_ target: IconTarget, attempt: Int) -> Draft {
    let spectrum = image.start(seed: parameters.seed, cell: target.index, attempt: attempt)
    return Draft(
      target: target, attempt: attempt, spectrum: spectrum,
      state: Adam.State(parameterCount: spectrum.count),
      unfaded: [Float](repeating: 0, count: planes.count), transform: .identity(side: side))
  }

  // MARK: A step

  private func ascend(_ drafts: inout [Draft], step: Int) throws {
    for place in drafts.indices {
      let (target, attempt) = (drafts[place].target, drafts[place].attempt)
      drafts[place].transform = drawTransform(.transform, target.index, attempt, step)
      draw(&drafts[place])
      show(drafts[place].transform, to: network, at: place)
    }
    try network.forward()
    try evaluate(drafts)
    try network.pullback()
    for place in drafts.indices {
      pullbackToPixels(drafts[place].transform, at: place)
      pullbackToSpectrum(drafts[place].unfaded)
      climb(&drafts[place])
    }
  }

  /// Draws a spectrum into `rgb`.
  private func draw(_ draft: inout Draft) {
    image.planes(of: draft.spectrum, using: &imageWorkspace, into: &planes)
    colors.rgb(of: planes, into: &draft.unfaded)
    vignette.apply(to: draft.unfaded, into: &rgb)
  }

  /// Shows what is in `rgb` to a network.
  private func show(_ transform: Transform, to network: CompiledNetwork, at place: Int) {
    network.withInput(image: place) { input in
      warp.apply(transform, to: rgb, using: &warpWorkspace, into: &input)
    }
  }

  private func evaluate(_ drafts: [Draft]) throws {
    try network.forEachOutput(target) { place, activations in
      guard place < drafts.count else { return }
      network.withSeed(of: self.target, image: place) { gradient in
        _ = drafts[place].target.objective.value(
          activations, shape: layer, using: &objectiveWorkspace, gradient: &gradient)
      }
    }
  }

  private func pullbackToPixels(_ transform: Transform, at place: Int) {
    network.withGradient(of: input, image: place) { gradient in
      warp.pullback(transform, gradient, using: &warpWorkspace, into: &rgbGradient)
    }
  }

  private func pullbackToSpectrum(_ unfaded: [Float]) {
    vignette.pullback(&rgbGradient)
    colors.pullback(rgb: unfaded, rgbGradient, into: &planesGradient)
    image.pullback(planesGradient, using: &imageWorkspace, into: &slope)
  }

  private func climb(_ draft: inout Draft) {
    adam.ascend(&draft.spectrum, along: slope, &draft.state)
  }

  // MARK: Judging

  /// Measures the icons, rounded to 8 bits as they will be stored.
  private func finish(_ drafts: [Draft]) throws -> [Icon] {
    var drafts = drafts
    var pixels: [[UInt8]] = []
    for place in drafts.indices {
      draw(&drafts[place])
      pixels.append(quantized(rgb))
    }
    let plain = try measure(drafts, pixels) { _ in .identity(side: side) }
    var objectives = [Float](repeating: 0, count: drafts.count)
    var fidelities = objectives
    let count = parameters.heldOutCount
    for index in 0..<count {
      // The same transforms judge every attempt at a cell.
      let measured = try measure(drafts, pixels) { draft in
        drawTransform(.heldOutTransform, draft.target.index, 0, index)
      }
      for place in drafts.indices {
        objectives[place] += measured[place].objective / Float(count)
        fidelities[place] += (measured[place].fidelity ?? 0) / Float(count)
      }
    }
    return drafts.indices.map { place in
      let draft = drafts[place]
      return Icon(
        pixels: pixels[place], fidelity: plain[place].fidelity,
        transformedFidelity: draft.target.direction == nil ? nil : fidelities[place],
        objective: objectives[place], attempt: draft.attempt)
    }
  }

  private func measure(
    _ drafts: [Draft], _ pixels: [[UInt8]], _ transform: (Draft) -> Transform
  ) throws -> [(objective: Float, fidelity: Float?)] {
    for place in drafts.indices {
      rgb = dequantized(pixels[place])
      show(transform(drafts[place]), to: judge, at: place)
    }
    try judge.forward()
    var results: [(objective: Float, fidelity: Float?)] = []
    try judge.forEachOutput(target) { place, activations in
      guard place < drafts.count else { return }
      let target = drafts[place].target
      let value = network.withSeed(of: self.target, image: place) { gradient in
        target.objective.value(
          activations, shape: layer, using: &objectiveWorkspace, gradient: &gradient)
      }
      let evoked = (0..<layer.channels).map {
        activations[$0 * layer.positionCount + layer.center]
      }
      results.append((value, target.direction.map { cosine(evoked, $0) }))
    }
    return results
  }

  private func drawTransform(
    _ purpose: RandomPurpose, _ index: Int, _ attempt: Int, _ step: Int
  ) -> Transform {
    var stream = RandomStream(
      seed: parameters.seed, purpose: purpose, item: index,
      step: attempt * parameters.stepCount + step)
    return parameters.transforms.draw(using: &stream, inputSide: side, outputSide: side)
  }

  // MARK: Profile

  /// The best time of each part of a step of `capacity` icons, in the order in which they run.
  func profile(_ target: IconTarget, repetitions: Int) throws -> [ProfileEntry] {
    var drafts = (0..<capacity).map { begin(target, attempt: $0) }
    let shape = "\(capacity) × 3 × \(side) × \(side)"
    func time(_ operation: String, _ body: () throws -> Void) rethrows -> ProfileEntry {
      try .beside(operation, shape: shape, repetitions: repetitions, body)
    }
    let before = [
      time("inverse DFT") {
        for draft in drafts {
          image.planes(of: draft.spectrum, using: &imageWorkspace, into: &planes)
        }
      },
      time("colours and vignette") {
        for place in drafts.indices {
          colors.rgb(of: planes, into: &drafts[place].unfaded)
          vignette.apply(to: drafts[place].unfaded, into: &rgb)
        }
      },
      time("warp") {
        for place in drafts.indices { show(drafts[place].transform, to: network, at: place) }
      },
    ]
    try network.forward()
    let objective = try time("objective") { try evaluate(drafts) }
    let steps = try network.profile(repetitions: repetitions)
    return before + steps.filter { $0.phase == .forward } + [objective]
      + steps.filter { $0.phase == .backward } + [
        time("warp, backward") {
          for place in drafts.indices { pullbackToPixels(drafts[place].transform, at: place) }
        },
        time("colours and DFT, backward") {
          for draft in drafts { pullbackToSpectrum(draft.unfaded) }
        },
        time("Adam") { for place in drafts.indices { climb(&drafts[place]) } },
      ]
  }
}
