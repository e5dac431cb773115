public import NeuralNetworks

/// What an icon's activations are to maximise.
public enum Objective: Sendable {
  /// A direction in activation space at the centre position.
  case direction(DirectionObjective)
  /// The mean of a channel over all positions.
  case channel(Int)
  /// A channel at the centre position.
  case neuron(Int)
  /// An entry of a vector: a class before the softmax.
  case logit(Int)

  /// Memory for one worker.
  public struct Workspace: Sendable {
    fileprivate var activation: [Float]
    fileprivate var gradient: [Float]

    /// Makes memory for a layer of `channelCount` channels.
    public init(channelCount: Int) {
      activation = [Float](repeating: 0, count: channelCount)
      gradient = activation
    }
  }

  /// The objective and its gradient with respect to a layer's activations.
  ///
  /// The centre position is (height / 2, width / 2): of an even number, the one after the middle.
  ///
  /// - Parameters:
  ///   - activations: The layer of one icon, channels × height × width, planar.
  ///   - shape: Its shape.
  ///   - workspace: Scratch memory for a direction.
  ///   - gradient: ∂J / ∂activations, of the same shape; zero wherever nothing counts.
  /// - Returns: J.
  public func value(
    _ activations: Span<Float>, shape: MapShape, using workspace: inout Workspace,
    gradient: inout MutableSpan<Float>
  ) -> Float {
    precondition(
      activations.count == shape.elementCount && gradient.count == shape.elementCount,
      "\(shape.elementCount) activations expected, got \(activations.count) and \(gradient.count)")
    gradient.update(repeating: 0)
    switch self {
    case .direction(let objective):
      return value(objective, activations, shape, &workspace, &gradient)
    case .channel(let channel):
      precondition((0..<shape.channels).contains(channel), "no channel \(channel)")
      var sum = 0.0
      for index in channel * shape.positionCount..<(channel + 1) * shape.positionCount {
        sum += Double(activations[index])
        gradient[index] = 1 / Float(shape.positionCount)
      }
      return Float(sum / Double(shape.positionCount))
    case .neuron(let channel):
      precondition((0..<shape.channels).contains(channel), "no channel \(channel)")
      let index = channel * shape.positionCount + shape.center
      gradient[index] = 1
      return activations[index]
    case .logit(let entry):
      precondition(shape.positionCount == 1, "a logit is an entry of a vector")
      precondition((0..<shape.channels).contains(entry), "no entry \(entry)")
      gradient[entry] = 1
      return activations[entry]
    }
  }

  private func value(
    _ objective: DirectionObjective, _ activations: Span<Float>, _ shape: MapShape,
    _ workspace: inout Workspace, _ gradient: inout MutableSpan<Float>
  ) -> Float {
    precondition(
      workspace.activation.count == shape.channels,
      "workspace of \(workspace.activation.count) for \(shape.channels) channels")
    for channel in 0..<shape.channels {
      workspace.activation[channel] = activations[channel * shape.positionCount + shape.center]
    }
    let value = objective.value(workspace.activation, gradient: &workspace.gradient)
    for channel in 0..<shape.channels {
      gradient[channel * shape.positionCount + shape.center] = workspace.gradient[channel]
    }
    return value
  }
}
