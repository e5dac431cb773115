internal import OneDNN

/// What compiling yields: the memories that a caller reads and writes, and the steps between them.
///
/// `CompiledNetwork` keeps it and runs the steps in order.
struct CompilationPlan {
  /// The tensor that the caller writes, in plain order.
  let input: TensorMemory
  /// The tensors that the caller reads, by name.
  let outputs: [String: CompiledNetwork.Output]
  /// From the input to all outputs.
  let forwardSteps: [Step]
  /// Nil without seeds.
  let backward: CompiledNetwork.Backward?
  /// Nil without a pushforward.
  let tangents: CompiledNetwork.Tangents?
}

extension CompiledNetwork {
  /// A tensor that can be read after a forward pass.
  struct Output {
    let shape: TensorShape
    /// The tensor in plain order: for a map, channels × height × width.
    let plain: TensorMemory
    /// The copy to `plain`, nil where the tensor lies so; run when it is read, not in every pass.
    let collect: Step?
  }

  /// What a backward pass reads, does and leaves; all memories are in plain order.
  struct Backward {
    /// The gradients that the caller writes, by tensor.
    let seeds: [String: TensorMemory]
    let steps: [Step]
    /// The gradients that the caller reads, by tensor.
    let gradients: [String: Gradient]

    /// A gradient that is wanted.
    struct Gradient {
      let shape: TensorShape
      let memory: TensorMemory
    }
  }

  /// What a pushforward reads, does and leaves; memories are in plain order, one tangent after the
  /// other.
  struct Tangents {
    let count: Int
    /// The tangents that the caller writes.
    let source: TensorMemory
    /// The tangents that the caller reads, by tensor.
    let results: [String: TensorMemory]
    /// What is run once a forward pass, and what for each batch of tangents.
    let linearization, push: [Step]
  }
}
