public import ArgumentParser
import Artifacts
import CommandLine
import ModelFormats
import NetworkCommandLine
public import NeuralNetworks

/// `atlas-network run`: any tensors' values, gradients and tangents for an input of the caller's.
struct RunNetwork: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compute tensors of a network, gradients and tangents.",
    discussion: """
      The input is an HDF5 file of the kind network-input (its attribute "kind") that holds the \
      dataset "input" in the shape of the network's input, or of --from. For each --seed it holds \
      "seeds/0", "seeds/1" …, the gradient of an objective with respect to that tensor; for \
      --tangent-from "tangents", count × the tensor's shape.

      The result holds "tensors/0", "tensors/1" … in the order of --read, "gradients/0" … in the \
      order of --gradient, and "tangents/0" …, count × the tensor's shape, in the order of \
      --tangent-to; each has the attribute "name". All seeds add up. Model cards are not used: what the file says is \
      what is run.

      Examples:
        atlas-network run net.onnx --input in.h5 --read logits \\
          --output out.h5
        atlas-network run net.onnx --input in.h5 --seed logits \\
          --gradient mixed4c --output out.h5
      """)

  @Argument(
    help: ArgumentHelp("The network, an ONNX or TensorFlow file.", valueName: "model"),
    completion: .file(extensions: ["onnx", "pb"]))
  var model: String
  @Option(
    help: ArgumentHelp("The network's input.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var input: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @Option(
    help: ArgumentHelp(
      "The tensor that the input is; by default the network's own input.", valueName: "name"))
  var from: String?
  @Option(
    help: ArgumentHelp(
      "A tensor to keep; repeat it for several. By default the network's outputs.",
      valueName: "name"))
  var read: [String] = []
  @Option(
    help: ArgumentHelp(
      "A tensor whose gradient is given; repeat it for several.", valueName: "name"))
  var seed: [String] = []
  @Option(
    help: ArgumentHelp(
      "A tensor whose gradient is wanted; repeat it for several. By default the input.",
      valueName: "name"))
  var gradient: [String] = []
  @Option(help: ArgumentHelp("The tensor whose tangents are given.", valueName: "name"))
  var tangentFrom: String?
  @Option(
    help: ArgumentHelp(
      "A tensor whose tangents are wanted; repeat it for several.", valueName: "name"))
  var tangentTo: [String] = []
  @Option(help: ArgumentHelp("What gradients do at ReLUs.", valueName: "rule"))
  var reluRule: ReLURule = .exact
  @Option(help: ArgumentHelp("What gradients and tangents do at max pools.", valueName: "rule"))
  var maxPool: MaxPoolRule = .exact
  @Option(help: ArgumentHelp("The format in which the network computes.", valueName: "format"))
  var precision: PrecisionChoice = .f32
  @OptionGroup var common: CommonArguments

  var inputs: [String] { [model, input] }
  var outputs: [String] { [output] }

  func validate() throws {
    if seed.isEmpty, !gradient.isEmpty {
      throw ValidationError("--gradient needs --seed: name a tensor whose gradient is given.")
    }
    if (tangentFrom == nil) != tangentTo.isEmpty {
      throw ValidationError("--tangent-from and --tangent-to go together: give both or none.")
    }
  }

  func perform() throws -> [String] {
    // The graph alone, without its card: scripts that compare engines give the tensors themselves.
    let source = try NetworkInputFile(path: input)
    let shape = TensorShape(source.inputShape)
    guard shape.isReasonable else {
      throw StageError("Cannot run \(model): \(shape) in \(input) is not a network's input.")
    }
    // Sizes that the file leaves open are those of the input.
    let graph = try NetworkFile.graph(
      contentsOf: model, input: from == nil ? .given(shape) : .asStated)
    return try resolving(graph).run(graph, source, shape)
  }

  /// The same with tensors in place of modules by whose paths they are called.
  private func resolving(_ graph: NetworkGraph) -> RunNetwork {
    let tensors = Set(graph.tensorNames)
    func tensor(_ name: String) -> String {
      tensors.contains(name) ? name : graph.modules[name] ?? name
    }
    var run = self
    run.from = from.map(tensor)
    run.read = read.map(tensor)
    run.seed = seed.map(tensor)
    run.gradient = gradient.map(tensor)
    run.tangentFrom = tangentFrom.map(tensor)
    run.tangentTo = tangentTo.map(tensor)
    return run
  }

  private func run(
    _ graph: NetworkGraph, _ source: NetworkInputFile, _ shape: TensorShape
  ) throws -> [String] {
    let network = try compile(graph, shape, try tangentCount(source))
    let values = try source.input(count: shape.elementCount)
    network.withInput { $0.copy(values) }
    try network.forward()
    let writer = try NetworkValuesFile(path: output)
    for name in tensors(of: graph) {
      let values = try network.withOutput(name) { $0.array(network.shape(of: name).elementCount) }
      try writer.write(tensor: name, values, shape: network.shape(of: name).dimensions)
    }
    try pullBack(network, source, graph, writer)
    try pushForward(network, source, writer)
    try writer.finish()
    return [output]
  }

  private func tensors(of graph: NetworkGraph) -> [String] {
    read.isEmpty && seed.isEmpty && tangentTo.isEmpty ? graph.outputNames : read
  }

  private func tangentCount(_ source: NetworkInputFile) throws -> Int {
    guard tangentFrom != nil else { return 0 }
    guard source.tangentCount > 0 else {
      throw StageError("Cannot run \(model): \(input) holds no tangents.")
    }
    return source.tangentCount
  }

  private func compile(
    _ graph: NetworkGraph, _ shape: TensorShape, _ tangentCount: Int
  ) throws -> CompiledNetwork {
    do {
      return try CompiledNetwork(
        graph, from: from, input: shape, reading: tensors(of: graph) + tangentTo,
        seeding: seed, differentiating: gradient.isEmpty ? nil : gradient,
        pushing: tangentFrom.map { Pushforward(from: $0, to: tangentTo, count: tangentCount) },
        rules: BackwardRules(relu: reluRule, maxPool: maxPool), precision: precision.resolved,
        weights: PreparedWeights())
    } catch {
      throw StageError("Cannot run \(model)", error)
    }
  }

  private func pullBack(
    _ network: CompiledNetwork, _ source: NetworkInputFile, _ graph: NetworkGraph,
    _ writer: NetworkValuesFile
  ) throws {
    guard !seed.isEmpty else { return }
    for (index, name) in seed.enumerated() {
      let values = try source.seed(index, count: network.shape(of: name).elementCount)
      network.withSeed(of: name) { $0.copy(values) }
    }
    try network.pullback()
    let wanted = gradient.isEmpty ? [from ?? graph.inputName] : gradient
    for name in wanted {
      let shape = network.shape(ofGradient: name)
      let values = network.withGradient(of: name) { $0.array(shape.elementCount) }
      try writer.write(gradientOf: name, values, shape: shape.dimensions)
    }
  }

  private func pushForward(
    _ network: CompiledNetwork, _ source: NetworkInputFile, _ writer: NetworkValuesFile
  ) throws {
    guard tangentFrom != nil else { return }
    let count = network.tangentCount
    let size = network.withTangent(0) { $0.count }
    let given = try source.tangents(count: count * size)
    for index in 0..<count {
      network.withTangent(index) { tangent in
        for element in tangent.indices { tangent[element] = given[index * size + element] }
      }
    }
    try network.pushforward()
    for name in tangentTo {
      let shape = network.shape(of: name)
      let values = (0..<count).flatMap { tangent in
        network.withTangent(tangent, of: name) { $0.array(shape.elementCount) }
      }
      try writer.write(tangentsOf: name, values, shape: [count] + shape.dimensions)
    }
  }
}

extension ReLURule: ExpressibleByArgument {}
extension MaxPoolRule: ExpressibleByArgument {}

extension MutableSpan<Float> {
  /// Writes all elements of an array of the same size.
  fileprivate mutating func copy(_ values: [Float]) {
    for index in values.indices { self[index] = values[index] }
  }
}

extension Span<Float> {
  /// The first elements.
  fileprivate func array(_ count: Int) -> [Float] { (0..<count).map { self[$0] } }
}
