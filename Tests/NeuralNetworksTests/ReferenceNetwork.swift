import Glibc
import Matrices
import NeuralNetworks

/// The plain version of every operation, by its definition, to hold the compiled network against.
struct ReferenceNetwork {
  let graph: NetworkGraph

  init(_ graph: NetworkGraph) { self.graph = graph }

  struct Unknown: Error { let operation: String }

  /// All tensors of one image, in plain order.
  func run(_ image: [Float]) throws -> [String: [Float]] {
    let facts = try graph.facts(input: graph.inputShape)
    let shapes = facts.compactMapValues(\.shape.map)
    var values = [graph.inputName: image]
    for node in graph.nodes {
      guard let input = values[node.inputs[0]], let shape = shapes[node.inputs[0]],
        let output = shapes[node.output]
      else { continue }
      values[node.output] =
        switch node.operation {
        case .convolution(let convolution): convolve(convolution, input, shape, output)
        case .innerProduct(let layer):
          (0..<layer.bias.count).map { row in
            layer.bias[row] + zip(layer.weights[row: row], input).reduce(0) { $0 + $1.0 * $1.1 }
          }
        case .unary(.relu): input.map { max($0, 0) }
        case .maxPool(let window):
          pool(window, input, shape, output) { values, _ in values.max() ?? 0 }
        case .averagePool(let window, let countsPadding):
          pool(window, input, shape, output) { values, count in
            values.reduce(0, +) / Float(countsPadding ? count : values.count)
          }
        case .globalAveragePool:
          (0..<shape.channels).map { channel in
            let plane = shape.height * shape.width
            return input[channel * plane..<(channel + 1) * plane].reduce(0, +) / Float(plane)
          }
        case .localResponseNormalization(let constants): normalize(constants, input, shape)
        case .concatenation: node.inputs.flatMap { values[$0] ?? [] }
        case .softmax: softmax(input, shape)
        case .flatten, .identity: input
        default: throw Unknown(operation: node.operation.name)
        }
    }
    return values
  }

  private func convolve(
    _ convolution: Convolution, _ input: [Float], _ shape: MapShape, _ output: MapShape
  ) -> [Float] {
    let inputs = convolution.inputChannels / convolution.groups
    let outputs = convolution.outputChannels / convolution.groups
    let kernel = convolution.kernel
    var result: [Float] = []
    for channel in 0..<output.channels {
      let firstInput = channel / outputs * inputs
      for y in 0..<output.height {
        for x in 0..<output.width {
          var sum = Double(convolution.bias[channel])
          for part in 0..<inputs {
            for ky in 0..<kernel.height {
              for kx in 0..<kernel.width {
                let row =
                  y * convolution.stride.height + ky * convolution.dilation.height
                  - convolution.padding.top
                let column =
                  x * convolution.stride.width + kx * convolution.dilation.width
                  - convolution.padding.left
                guard (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
                else { continue }
                let weight = ((channel * inputs + part) * kernel.height + ky) * kernel.width + kx
                let source = ((firstInput + part) * shape.height + row) * shape.width + column
                sum += Double(convolution.weights[weight]) * Double(input[source])
              }
            }
          }
          result.append(Float(sum))
        }
      }
    }
    return result
  }

  private func pool(
    _ window: PoolingWindow, _ input: [Float], _ shape: MapShape, _ output: MapShape,
    _ reduce: ([Float], Int) -> Float
  ) -> [Float] {
    var result: [Float] = []
    for channel in 0..<output.channels {
      for y in 0..<output.height {
        for x in 0..<output.width {
          var values: [Float] = []
          for ky in 0..<window.kernel.height {
            for kx in 0..<window.kernel.width {
              let row = y * window.stride.height + ky - window.padding.top
              let column = x * window.stride.width + kx - window.padding.left
              guard (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
              else { continue }
              values.append(input[(channel * shape.height + row) * shape.width + column])
            }
          }
          result.append(reduce(values, window.kernel.height * window.kernel.width))
        }
      }
    }
    return result
  }

  private func normalize(
    _ constants: LocalResponseNormalization, _ input: [Float], _ shape: MapShape
  ) -> [Float] {
    let plane = shape.height * shape.width
    return input.indices.map { index in
      let (channel, position) = (index / plane, index % plane)
      let before = (constants.size - 1) / 2
      let range =
        max(0, channel - before)...min(shape.channels - 1, channel + constants.size - 1 - before)
      let energy = range.reduce(Float(0)) {
        $0 + input[$1 * plane + position] * input[$1 * plane + position]
      }
      return input[index]
        / pow(constants.bias + constants.alpha / Float(constants.size) * energy, constants.beta)
    }
  }

  private func softmax(_ input: [Float], _ shape: MapShape) -> [Float] {
    let plane = shape.height * shape.width
    var result = input
    for position in 0..<plane {
      let indices = (0..<shape.channels).map { $0 * plane + position }
      let largest = indices.map { input[$0] }.max() ?? 0
      let sum = indices.reduce(Float(0)) { $0 + exp(input[$1] - largest) }
      for index in indices { result[index] = exp(input[index] - largest) / sum }
    }
    return result
  }
}
