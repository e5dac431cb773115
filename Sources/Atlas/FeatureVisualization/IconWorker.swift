internal import NetworkGraphs
internal import NeuralNetworks
internal import Randomness

/// One thread's network and memory: optimises one icon after the other.
///
/// A step is: parameters → planes → colours → warp → network → objective, and all of it backwards.
final class IconWorker {
  /// The network that a step runs, and the one that measures the result; the same in single
  /// precision.
  private let network, judge: CompiledNetwork
  private let layer: MapShape
  private let side: Int
  private let target: String
  private let parameters: IconParameters
  private let image: FourierImage
  private let colors = ColorDecorrelation()
  private let vignette: Vignette
  private let warp: Warp
  private let adam: Adam

  private var imageWorkspace: FourierImage.Workspace
  private var warpWorkspace: Warp.Workspace
  private var objectiveWorkspace: Objective.Workspace
  private var planes, unfaded, rgb, rgbGradient, planesGradient, slope: [Float]

  init(
    network: CompiledNetwork, judge: CompiledNetwork, target: String, parameters: IconParameters,
    channels: NetworkChannels
  ) throws {
    self.network = network
    self.judge = judge
    self.target = target
    self.parameters = parameters
    layer = try network.map(of: target)
    let side = parameters.sidePixels
    self.side = side
    image = FourierImage(side: side, decayPower: parameters.decayPower)
    vignette = Vignette(side: side, strength: parameters.vignette)
    warp = Warp(
      inputSide: side, outputSide: side, border: parameters.border,
      channels: channels)
    var adam = Adam()
    adam.learningRate = parameters.learningRate
    self.adam = adam
    imageWorkspace = image.makeWorkspace()
    warpWorkspace = warp.makeWorkspace()
    objectiveWorkspace = Objective.Workspace(channelCount: layer.channels)
    planes = [Float](repeating: 0, count: 3 * side * side)
    unfaded = planes
    rgb = planes
    rgbGradient = planes
    planesGradient = planes
    slope = [Float](repeating: 0, count: image.parameterCount)
  }

  /// Optimises one attempt at an icon.
  func optimize(_ target: IconTarget, attempt: Int) throws -> Icon {
    let seed = parameters.seed
    var spectrum = image.start(seed: seed, cell: target.index, attempt: attempt)
    var state = Adam.State(parameterCount: spectrum.count)
    for step in 0..<parameters.stepCount {
      let transform = drawTransform(.transform, target.index, attempt, step)
      draw(spectrum)
      try ascend(&spectrum, &state, target.objective, transform)
    }
    draw(spectrum)
    return try finish(target, attempt: attempt)
  }

  // MARK: A step

  private func draw(_ spectrum: [Float]) {
    image.planes(of: spectrum, using: &imageWorkspace, into: &planes)
    colors.rgb(of: planes, into: &unfaded)
    vignette.apply(to: unfaded, into: &rgb)
  }

  private func ascend(
    _ spectrum: inout [Float], _ state: inout Adam.State, _ objective: Objective,
    _ transform: Transform
  ) throws {
    show(transform, to: network)
    try network.forward()
    try evaluate(objective)
    try network.pullback()
    pullbackToPixels(transform)
    pullbackToSpectrum()
    adam.ascend(&spectrum, along: slope, &state)
  }

  private func show(_ transform: Transform, to network: CompiledNetwork) {
    network.withInput { input in
      warp.apply(transform, to: rgb, using: &warpWorkspace, into: &input)
    }
  }

  private func evaluate(_ objective: Objective) throws {
    try network.withOutput(target) { activations in
      network.withTargetGradient { gradient in
        _ = objective.value(
          activations, shape: layer, using: &objectiveWorkspace, gradient: &gradient)
      }
    }
  }

  private func pullbackToPixels(_ transform: Transform) {
    network.withInputGradient { gradient in
      warp.pullback(transform, gradient, using: &warpWorkspace, into: &rgbGradient)
    }
  }

  private func pullbackToSpectrum() {
    vignette.pullback(&rgbGradient)
    colors.pullback(rgb: unfaded, rgbGradient, into: &planesGradient)
    image.pullback(planesGradient, using: &imageWorkspace, into: &slope)
  }

  // MARK: Judging

  /// Measures the icon in `rgb`, rounded to 8 bits as it will be stored.
  private func finish(_ target: IconTarget, attempt: Int) throws -> Icon {
    let pixels = quantized(rgb)
    rgb = dequantized(pixels)
    let plain = try measure(target, .identity(side: parameters.sidePixels))
    var objective: Float = 0
    var fidelity: Float = 0
    let count = parameters.heldOutCount
    for index in 0..<count {
      // The same transforms judge every attempt at a cell.
      let measured = try measure(
        target, drawTransform(.heldOutTransform, target.index, 0, index))
      objective += measured.objective / Float(count)
      fidelity += (measured.fidelity ?? 0) / Float(count)
    }
    return Icon(
      pixels: pixels, fidelity: plain.fidelity,
      transformedFidelity: target.direction == nil ? nil : fidelity, objective: objective,
      attempt: attempt)
  }

  private func measure(
    _ target: IconTarget, _ transform: Transform
  ) throws -> (objective: Float, fidelity: Float?) {
    show(transform, to: judge)
    try judge.forward()
    return try judge.withOutput(self.target) { activations in
      let value = network.withTargetGradient { gradient in
        target.objective.value(
          activations, shape: layer, using: &objectiveWorkspace, gradient: &gradient)
      }
      guard let direction = target.direction else { return (value, nil) }
      let evoked = (0..<layer.channels).map {
        activations[$0 * layer.positionCount + layer.center]
      }
      return (value, cosine(evoked, direction))
    }
  }

  private func drawTransform(
    _ purpose: RandomPurpose, _ index: Int, _ attempt: Int, _ step: Int
  ) -> Transform {
    var stream = RandomStream(
      seed: parameters.seed, purpose: purpose, item: index,
      step: attempt * parameters.stepCount + step)
    return parameters.transforms.draw(
      using: &stream, inputSide: side, outputSide: side)
  }

  // MARK: Profile

  /// The best time of each part of a step, in the order in which they run.
  func profile(_ target: IconTarget, repetitions: Int) throws -> [ProfileEntry] {
    var spectrum = image.start(seed: parameters.seed, cell: target.index, attempt: 0)
    var state = Adam.State(parameterCount: spectrum.count)
    let transform = drawTransform(.transform, target.index, 0, 0)
    func time(_ operation: String, _ body: () throws -> Void) rethrows -> ProfileEntry {
      try .beside(
        operation, shape: "3 × \(side) × \(side)", repetitions: repetitions, body)
    }
    draw(spectrum)
    let before = [
      time("inverse DFT") {
        image.planes(of: spectrum, using: &imageWorkspace, into: &planes)
      },
      time("colours and vignette") {
        colors.rgb(of: planes, into: &unfaded)
        vignette.apply(to: unfaded, into: &rgb)
      },
      time("warp") { show(transform, to: network) },
    ]
    try network.forward()
    let objective = try time("objective") { try evaluate(target.objective) }
    let steps = try network.profile(repetitions: repetitions)
    return before + steps.filter { $0.phase == .forward } + [objective]
      + steps.filter { $0.phase == .backward } + [
        time("warp, backward") { pullbackToPixels(transform) },
        time("colours and DFT, backward") { pullbackToSpectrum() },
        time("Adam") { adam.ascend(&spectrum, along: slope, &state) },
      ]
  }
}
