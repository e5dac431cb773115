import Matrices
import NeuralNetworks

/// A network of nodes on an input `image` of 3 × 12 × 10.
func network(_ nodes: [Node], outputs: [String] = []) -> NetworkGraph {
  NetworkGraph(
    inputName: "image", inputShape: [1, 3, 12, 10], nodes: nodes,
    outputNames: outputs)
}

func node(_ operation: Operation, _ inputs: [String], _ output: String) -> Node {
  Node(name: output + " node", operation: operation, inputs: inputs, output: output)
}

func square(_ side: Int) -> Extent { Extent(height: side, width: side) }

func convolution(
  _ inputs: Int, _ outputs: Int, kernel: Int = 1, stride: Int = 1, dilation: Int = 1,
  padding: Padding = Padding(), rule: PaddingRule = .explicit, groups: Int = 1
) -> NeuralNetworks.Operation {
  .convolution(
    Convolution(
      weights: [Float](repeating: 0, count: outputs * (inputs / groups) * kernel * kernel),
      bias: [Float](repeating: 0, count: outputs), inputChannels: inputs, outputChannels: outputs,
      kernel: square(kernel), stride: square(stride), dilation: square(dilation),
      padding: padding, paddingRule: rule, groups: groups))
}

func innerProduct(_ inputs: Int, _ outputs: Int) -> NeuralNetworks.Operation {
  .innerProduct(
    InnerProduct(
      weights: Matrix(rowCount: outputs, columnCount: inputs),
      bias: [Float](repeating: 0, count: outputs)))
}

/// A fact of a constant of integers.
func integers(_ values: [Int], _ shape: TensorShape? = nil) -> TensorFact {
  TensorFact(
    ConstantTensor(shape: shape ?? [values.count], elements: .integers(values)))
}

/// A fact of a constant of floating-point numbers.
func floats(_ values: [Float], _ shape: TensorShape? = nil) -> TensorFact {
  TensorFact(ConstantTensor(shape: shape ?? [values.count], elements: .floats(values)))
}

/// A tensor that depends on the image.
func image(_ shape: TensorShape, _ type: ElementType = .float) -> TensorFact {
  TensorFact(shape: shape, type: type)
}

/// What an operation gives for inputs of which the given is known.
func fact(
  _ operation: NeuralNetworks.Operation, _ inputs: [TensorFact?]
) throws(GraphError) -> TensorFact {
  var allowance = FoldingAllowance()
  return try Node(name: "n", operation: operation, inputs: [], output: "o")
    .fact(ofInputs: inputs, allowance: &allowance)
}
