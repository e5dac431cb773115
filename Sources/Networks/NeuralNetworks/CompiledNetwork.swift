internal import OneDNN

/// A network made ready to run on a fixed number of images of a fixed size: forward and, if asked for,
/// backward from any tensors to any tensors, and forward along tangents.
///
/// When it is compiled it is told which tensors are read, at which ones gradients start (*seeds*), and
/// at which ones they are wanted. A pass is `forward()`; then seeds are written and `pullback()`
/// carries them back: the gradient of Σ ⟨seed, tensor⟩ with respect to every differentiated tensor.
/// With J the Jacobian of a later tensor with respect to an earlier one, `pullback()` is Jᵀ times a
/// seed and `pushforward()` is J times a tangent: the first gives all inputs of one output, the second
/// all outputs of one input.
///
/// It works on the calling thread alone; to use several threads, compile one copy each with the same
/// `PreparedWeights`. Kernels are chosen when the network is compiled and treat each image alike, so an
/// image's values depend on the number of images but not on the others. Not safe to use from two
/// threads at once.
///
/// Memory: twice the activations of all images with gradients; where no derivative is asked for, those
/// activations that are in use at a time.
public final class CompiledNetwork: @unchecked Sendable {
  /// The input's sizes.
  public let inputShape: TensorShape
  /// The format of maps between convolutions; images, vectors and what is read are `Float` always.
  public let precision: Precision

  private let input: TensorMemory
  private let outputs: [String: Output]
  private let forwardSteps: [Step]
  private let backward: Backward?
  private let tangents: Tangents?
  /// Whether the tangents' linearization is that of the last forward pass.
  private var isLinearized = false

  /// Compiles a network.
  ///
  /// - Parameters:
  ///   - graph: The network. Everything that is not asked for is left out.
  ///   - start: The tensor that the caller writes; nil for the network's own input. With a later one
  ///     only what follows it is computed.
  ///   - shape: That tensor's sizes: for an image, count × channels × height × width.
  ///   - reading: The tensors to read after `forward()`.
  ///   - seeding: The tensors at which gradients start; they can be read as well.
  ///   - differentiating: The tensors at which gradients are wanted; nil for the one that the caller
  ///     writes, if anything is seeded.
  ///   - pushing: Where tangents begin and end, and how many are carried at once.
  ///   - rules: What gradients do at ReLUs and max pools.
  ///   - precision: The format of maps between convolutions.
  ///   - weights: Where prepared weights are kept, shared by copies of the same network.
  /// - Throws: `NetworkError` or `GraphError`, when a tensor does not exist, sizes do not fit, a
  ///   differentiated tensor is none that a seeded one depends on, or the library lacks a kernel or
  ///   memory.
  public init(
    _ graph: NetworkGraph, from start: String? = nil, input shape: TensorShape, reading: [String],
    seeding: [String] = [], differentiating: [String]? = nil, pushing: Pushforward? = nil,
    rules: BackwardRules = .exact, precision: Precision = .float32, weights: PreparedWeights
  ) throws {
    guard precision == .float32 || Processor.hasBFloat16 else {
      throw NetworkError(
        "Cannot compute in bf16: this processor has no such instructions; use f32.")
    }
    var request = CompilationRequest(
      reading: reading, seeding: seeding, differentiating: differentiating ?? [],
      pushing: pushing, rules: rules, precision: precision)
    // Before anything is cut off: only the whole network at its own size tells a global pool.
    let whole = try graph.withGlobalPoolsMarked()
    let rooted =
      try start.map { try whole.beginning(at: $0, shape: shape, for: request.needed) } ?? whole
    // The last layers' weights are never prepared when an inner layer is read.
    let needed = try rooted.truncated(to: request.needed)
    if differentiating == nil, !seeding.isEmpty { request.differentiating = [needed.inputName] }
    let plan = try NetworkCompiler(needed, input: shape, request, weights: weights).compile()
    inputShape = shape
    self.precision = precision
    input = plan.input
    outputs = plan.outputs
    forwardSteps = plan.forwardSteps
    backward = plan.backward
    tangents = plan.tangents
  }

  /// Compiles a network for one image of the given size.
  ///
  /// - Throws: As the other initializer.
  public convenience init(
    _ graph: NetworkGraph, inputHeight: Int, inputWidth: Int, reading: [String],
    seeding: [String] = [], precision: Precision = .float32, weights: PreparedWeights
  ) throws {
    try self.init(
      graph, input: graph.imageShape(height: inputHeight, width: inputWidth), reading: reading,
      seeding: seeding, precision: precision, weights: weights)
  }

  /// The sizes of an output.
  ///
  /// - Precondition: The tensor was asked for when the network was compiled.
  public func shape(of output: String) -> TensorShape { self[output].shape }

  /// How many images it runs on: the first of the input's sizes.
  public var imageCount: Int { inputShape.dimensions.first ?? 1 }

  /// The sizes, for one image, of an output that is a map or a vector.
  ///
  /// - Throws: `NetworkError` when it is neither.
  /// - Precondition: The tensor was asked for when the network was compiled.
  public func map(of output: String) throws -> MapShape {
    let shape = self[output].shape
    let one = TensorShape([1] + shape.dimensions.dropFirst())
    guard shape.dimensions.first == imageCount, let map = one.map else {
      throw NetworkError(
        """
        Tensor \(quoted(output)) has the sizes \(shape), which are no map of channels × height × width; \
        choose another layer (atlas-network summary lists them).
        """)
    }
    return map
  }

  /// Writes the images: plain order, channels × height × width, preprocessed, one after the other.
  public func withInput<Result>(_ body: (inout MutableSpan<Float>) -> Result) -> Result {
    input.withMutableElements(body)
  }

  /// Writes one of the images.
  public func withInput<Result>(
    image: Int, _ body: (inout MutableSpan<Float>) -> Result
  ) -> Result {
    input.withMutableElements(in: part(image, of: input), body)
  }

  /// The elements of one image.
  private func part(_ image: Int, of memory: TensorMemory) -> Range<Int> {
    let count = memory.storedCount / imageCount
    return image * count..<(image + 1) * count
  }

  /// Computes the outputs from the input, on the calling thread.
  ///
  /// - Throws: `OneDNNError` when a primitive fails.
  public func forward() throws {
    keepOneDNNOnThisThread()
    // The next pushforward takes its derivatives at the new values.
    isLinearized = false
    for step in forwardSteps { try step.run() }
  }

  /// Reads an output of the last forward pass: channels × height × width, all images one after the
  /// other.
  ///
  /// - Precondition: The tensor was asked for when the network was compiled.
  public func withOutput<Result>(
    _ name: String, _ body: (Span<Float>) throws -> Result
  ) throws -> Result {
    try collect(name).withElements(body)
  }

  /// Brings an output of the last forward pass into plain order.
  private func collect(_ name: String) throws -> TensorMemory {
    let output = self[name]
    keepOneDNNOnThisThread()
    try output.collect?.run()
    return output.plain
  }

  /// Reads an output of every image of the last forward pass, one after the other.
  public func forEachOutput(
    _ name: String, _ body: (_ image: Int, _ values: Span<Float>) throws -> Void
  ) throws {
    let memory = try collect(name)
    for image in 0..<imageCount {
      try memory.withElements(in: part(image, of: memory)) { try body(image, $0) }
    }
  }

  // MARK: Gradients

  /// Writes the seed of a tensor: the gradient of the caller's objective with respect to it, plain
  /// order, all images one after the other.
  ///
  /// It keeps what was written before; at first it is 0.
  ///
  /// - Precondition: The tensor was seeded when the network was compiled.
  public func withSeed<Result>(
    of tensor: String, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    try seed(tensor).withMutableElements(body)
  }

  /// Writes the seed of a tensor for one of the images.
  ///
  /// - Precondition: The tensor was seeded when the network was compiled.
  public func withSeed<Result>(
    of tensor: String, image: Int, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    let memory = seed(tensor)
    return try memory.withMutableElements(in: part(image, of: memory), body)
  }

  /// Carries all seeds back to the differentiated tensors, for the last forward pass.
  ///
  /// It may run several times for one forward pass, with other seeds.
  ///
  /// - Precondition: The network was compiled with seeds.
  /// - Complexity: About a forward pass; of matrix products up to twice one.
  public func pullback() throws {
    guard let backward else { preconditionFailure("the network was compiled without seeds") }
    keepOneDNNOnThisThread()
    for step in backward.steps { try step.run() }
  }

  /// Reads the gradient with respect to a tensor, plain order, all images one after the other.
  ///
  /// - Precondition: The tensor was to be differentiated when the network was compiled.
  public func withGradient<Result>(
    of tensor: String, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try gradient(tensor).memory.withElements(body)
  }

  /// Reads the gradient with respect to a tensor of one of the images.
  ///
  /// - Precondition: The tensor was to be differentiated when the network was compiled.
  public func withGradient<Result>(
    of tensor: String, image: Int, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    let memory = gradient(tensor).memory
    return try memory.withElements(in: part(image, of: memory), body)
  }

  private func seed(_ tensor: String) -> TensorMemory {
    guard let memory = backward?.seeds[tensor] else {
      preconditionFailure("\(tensor) was not seeded when the network was compiled")
    }
    return memory
  }

  /// The sizes of a tensor at which the gradient is wanted.
  ///
  /// - Precondition: The tensor was to be differentiated when the network was compiled.
  public func shape(ofGradient tensor: String) -> TensorShape { gradient(tensor).shape }

  private func gradient(_ tensor: String) -> Backward.Gradient {
    guard let gradient = backward?.gradients[tensor] else {
      preconditionFailure("\(tensor) was not differentiated when the network was compiled")
    }
    return gradient
  }

  // MARK: Tangents

  /// How many tangents are carried at once.
  ///
  /// - Precondition: The network was compiled for tangents.
  public var tangentCount: Int { tangentsOrFail.count }

  /// Writes one of the tangents of the source tensor: plain order, all images one after the other.
  ///
  /// It keeps what was written before; at first it is 0.
  ///
  /// - Precondition: The network was compiled for more than `index` tangents.
  public func withTangent<Result>(
    _ index: Int, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    let tangents = tangentsOrFail
    return try tangents.source.withMutableElements(
      in: part(index, of: tangents.count, tangents.source), body)
  }

  /// Carries all tangents from the source tensor to the targets, at the values of the last forward
  /// pass.
  ///
  /// - Complexity: As many forward passes between the two tensors as there are tangents.
  public func pushforward() throws {
    let tangents = tangentsOrFail
    keepOneDNNOnThisThread()
    // Derivatives at the values: once for all batches of tangents of a forward pass.
    if !isLinearized { for step in tangents.linearization { try step.run() } }
    isLinearized = true
    for step in tangents.push { try step.run() }
  }

  /// Reads one of the tangents of a target: plain order, all images one after the other.
  ///
  /// - Precondition: The tensor was a target when the network was compiled.
  public func withTangent<Result>(
    _ index: Int, of tensor: String, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    let tangents = tangentsOrFail
    guard let memory = tangents.results[tensor] else {
      preconditionFailure("\(tensor) was no target of tangents when the network was compiled")
    }
    return try memory.withElements(in: part(index, of: tangents.count, memory), body)
  }

  private var tangentsOrFail: Tangents {
    guard let tangents else { preconditionFailure("the network was compiled without tangents") }
    return tangents
  }

  private func part(_ index: Int, of count: Int, _ memory: TensorMemory) -> Range<Int> {
    precondition((0..<count).contains(index), "tangent \(index) of \(count)")
    let length = memory.storedCount / count
    return index * length..<(index + 1) * length
  }

  // MARK: Profile

  /// Runs every step several times and says what each costs.
  ///
  /// - Parameter repetitions: Passes of all kinds; the best time of each step counts.
  /// - Returns: One entry a step, in the order in which they run.
  /// - Throws: When a step fails.
  public func profile(repetitions: Int = 20) throws -> [ProfileEntry] {
    keepOneDNNOnThisThread()
    let steps =
      forwardSteps + (backward?.steps ?? []) + (tangents?.linearization ?? [])
      + (tangents?.push ?? [])
    // Whole passes, so that a step finds the caches as it does in use; the best of several, since what
    // else runs on the machine only adds time.
    var seconds = [Double](repeating: .infinity, count: steps.count)
    for _ in 0..<max(1, repetitions) {
      for (index, step) in steps.enumerated() {
        seconds[index] = min(seconds[index], try ProfileEntry.seconds(of: { try step.run() }))
      }
    }
    return zip(steps, seconds).map { $0.profiled(seconds: $1) }
  }

  private subscript(name: String) -> Output {
    guard let output = outputs[name] else { preconditionFailure("\(name) is not an output") }
    return output
  }
}
