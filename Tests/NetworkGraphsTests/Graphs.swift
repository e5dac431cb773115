import NetworkGraphs
import Tensors

/// A network of nodes on an input `image` of 3 × 12 × 10.
func network(_ nodes: [Node], outputs: [String] = []) -> NetworkGraph {
  NetworkGraph(
    inputName: "image", inputShape: MapShape(channels: 3, height: 12, width: 10), nodes: nodes,
    outputNames: outputs)
}

func node(_ operation: Operation, _ inputs: [String], _ output: String) -> Node {
  Node(name: output + " node", operation: operation, inputs: inputs, output: output)
}

func square(_ side: Int) -> Extent { Extent(height: side, width: side) }

func convolution(
  _ inputs: Int, _ outputs: Int, kernel: Int = 1, stride: Int = 1, dilation: Int = 1,
  padding: Padding = Padding(), groups: Int = 1
) -> NetworkGraphs.Operation {
  .convolution(
    Convolution(
      weights: [Float](repeating: 0, count: outputs * (inputs / groups) * kernel * kernel),
      bias: [Float](repeating: 0, count: outputs), inputChannels: inputs, outputChannels: outputs,
      kernel: square(kernel), stride: square(stride), dilation: square(dilation),
      padding: padding, groups: groups))
}

func innerProduct(_ inputs: Int, _ outputs: Int) -> NetworkGraphs.Operation {
  .innerProduct(
    InnerProduct(
      weights: Matrix(rowCount: outputs, columnCount: inputs),
      bias: [Float](repeating: 0, count: outputs)))
}
