import FeatureVisualization
import Randomness
import Testing

/// The way from parameters to the network's input and back, with a linear functional for a network.
@Suite struct ChainTests {
  @Test("the gradient of the whole chain agrees with central differences")
  func gradient() {
    var icon = Icon(side: 30, seed: 1, cell: 4)
    let parameters = icon.parameters
    _ = icon.evaluate(step: 0)
    let gradient = icon.gradient
    // The steepest parameters: a difference of Float sums has to stand out from its rounding.
    let order = gradient.indices.sorted { abs(gradient[$0]) > abs(gradient[$1]) }
    let steepest = abs(gradient[order[0]])
    for index in order.prefix(6) + [order[100], order[300]] {
      icon.parameters = parameters
      icon.parameters[index] += 0.05
      let above = icon.evaluate(step: 0)
      icon.parameters[index] = parameters[index] - 0.05
      let below = icon.evaluate(step: 0)
      let difference = Float((above - below) / 0.1)
      #expect(abs(difference - gradient[index]) < 2e-3 * steepest)
    }
  }

  @Test("the objective rises")
  func ascent() {
    var icon = Icon(side: 24, seed: 2, cell: 0)
    let first = icon.evaluate(step: 0)
    for step in 0..<40 { icon.ascend(step: step) }
    #expect(icon.evaluate(step: 0) > first + 1)
  }

  @Test("icons computed in turns equal icons computed alone, to the bit")
  func independence() {
    func alone(_ cell: Int) -> [Float] {
      var icon = Icon(side: 26, seed: 3, cell: cell)
      for step in 0..<6 { icon.ascend(step: step) }
      return icon.parameters
    }
    // One set of workspaces serves both icons in turns.
    var first = Icon(side: 26, seed: 3, cell: 7)
    var second = Icon(side: 26, seed: 3, cell: 8)
    for step in 0..<6 {
      first.ascend(step: step)
      swap(&first.memory, &second.memory)
      second.ascend(step: step)
      swap(&first.memory, &second.memory)
    }
    #expect(first.parameters == alone(7))
    #expect(second.parameters == alone(8))
    #expect(first.parameters != second.parameters)
  }
}

/// One icon, its kernels and its memory.
private struct Icon {
  struct Memory {
    var fourier: FourierImage.Workspace
    var warp: Warp.Workspace
    var planes, rgb, rgbGradient: [Float]
  }

  let image: FourierImage
  let color = ColorDecorrelation()
  let warp: Warp
  let seed: UInt64
  let cell: Int
  var parameters: [Float]
  var gradient: [Float]
  var state: Adam.State
  var memory: Memory

  init(side: Int, seed: UInt64, cell: Int) {
    image = FourierImage(side: side)
    warp = Warp(
      inputSide: side, outputSide: side - 6,
      channels: NetworkChannels(
        order: [2, 1, 0], scale: SIMD3(repeating: 1 / 128), offset: SIMD3(repeating: -1)))
    self.seed = seed
    self.cell = cell
    parameters = image.start(seed: seed, cell: cell, attempt: 0)
    gradient = parameters
    state = Adam.State(parameterCount: image.parameterCount)
    let planes = [Float](repeating: 0, count: 3 * side * side)
    memory = Memory(
      fourier: image.makeWorkspace(), warp: warp.makeWorkspace(), planes: planes, rgb: planes,
      rgbGradient: planes)
  }

  /// The functional's value at a step's transform; leaves its gradient in `gradient`.
  mutating func evaluate(step: Int) -> Double {
    var stream = RandomStream(seed: seed, purpose: .transform, item: cell, step: step)
    let transform = TransformDistribution().draw(
      using: &stream, inputSide: image.side, outputSide: warp.outputSide)
    image.planes(of: parameters, using: &memory.fourier, into: &memory.planes)
    color.rgb(of: memory.planes, into: &memory.rgb)
    var input = [Float](repeating: 0, count: 3 * warp.outputSide * warp.outputSide)
    var span = input.mutableSpan
    warp.apply(transform, to: memory.rgb, using: &memory.warp, into: &span)

    let slopes = randomNumbers(input.count, item: 77 + cell)
    let value = dot(slopes, input)

    warp.pullback(transform, slopes.span, using: &memory.warp, into: &memory.rgbGradient)
    color.pullback(rgb: memory.rgb, memory.rgbGradient, into: &memory.planes)
    image.pullback(memory.planes, using: &memory.fourier, into: &gradient)
    return value
  }

  mutating func ascend(step: Int) {
    _ = evaluate(step: step)
    Adam().ascend(&parameters, along: gradient, &state)
  }
}
