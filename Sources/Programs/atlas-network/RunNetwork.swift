import ArgumentParser
import Artifacts
import CommandLine
import ModelFormats
import NetworkCommandLine
import NeuralNetworks

/// `atlas-network run`: any tensor's values for an input of the caller's, and the input's gradient.
struct RunNetwork: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compute tensors of a network, and the gradient with respect to its input.",
    discussion: """
      The input is an HDF5 file of the kind network-input (its attribute "kind") that holds the \
      dataset "input" in the network's own shape, and, for --gradient-of, the dataset "gradient" in \
      the shape of that tensor. The result holds "tensor0", "tensor1" … in the order of --tensor, and \
      "input_gradient". Model cards are not used: what the file says is what is run. It is meant for \
      comparisons with other frameworks.

      Example:
        atlas-network run net.onnx --input in.h5 --tensor logits --gradient-of logits --output out.h5
      """)

  @Argument(help: ArgumentHelp("The network, an ONNX or TensorFlow file.", valueName: "model"))
  var model: String
  @Option(help: ArgumentHelp("The network's input.", valueName: "file"))
  var input: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @Option(
    help: ArgumentHelp(
      "A tensor to keep; repeat it for several. By default the network's outputs.",
      valueName: "name"))
  var tensor: [String] = []
  @Option(help: ArgumentHelp("The tensor whose gradient is given.", valueName: "name"))
  var gradientOf: String?
  @Option(help: ArgumentHelp("The format in which the network computes.", valueName: "format"))
  var precision: PrecisionChoice = .f32
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    let graph = try networkGraph(contentsOf: model)
    let source = try NetworkInputFile(path: input)
    let shape = TensorShape(source.inputShape)
    guard shape.isReasonable else {
      throw StageError("Cannot run \(model): \(shape) in \(input) is not a network's input.")
    }
    let tensors = tensor.isEmpty ? graph.outputNames : tensor
    let network = try compile(graph, shape, tensors)
    let values = try source.input()
    network.withInput { input in
      for index in values.indices { input[index] = values[index] }
    }
    try network.forward()
    let writer = try NetworkValuesFile(path: output)
    for name in tensors {
      let shape = network.shape(of: name)
      let values = try network.withOutput(name) { output in
        (0..<shape.elementCount).map { output[$0] }
      }
      try writer.write(tensor: name, values, shape: shape.dimensions)
    }
    if let gradientOf {
      let target = network.shape(of: gradientOf)
      let gradient = try source.gradient()
      guard gradient.count == target.elementCount else {
        throw StageError(
          "Cannot run \(model): the gradient in \(input) has \(gradient.count) values, \(gradientOf) has \(target)."
        )
      }
      network.withTargetGradient { seed in
        for index in gradient.indices { seed[index] = gradient[index] }
      }
      try network.pullback()
      let result = network.withInputGradient { span in
        (0..<shape.elementCount).map { span[$0] }
      }
      try writer.write(inputGradient: result, shape: shape.dimensions)
    }
    try writer.finish()
    return [output]
  }

  private func compile(
    _ graph: NetworkGraph, _ shape: TensorShape, _ tensors: [String]
  ) throws -> CompiledNetwork {
    do {
      return try CompiledNetwork(
        graph, input: shape, outputs: tensors, target: gradientOf,
        precision: precision.resolved, weights: PreparedWeights())
    } catch {
      throw StageError("Cannot run \(model): \(error)")
    }
  }
}

/// The graph of a network's file, without its card.
func networkGraph(contentsOf path: String) throws -> NetworkGraph {
  try NetworkFile.graph(contentsOf: path)
}
