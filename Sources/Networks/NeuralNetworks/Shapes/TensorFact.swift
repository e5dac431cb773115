/// What is known about a tensor before the network runs, for an input of a given shape.
public struct TensorFact: Sendable {
  /// Its sizes.
  public let shape: TensorShape
  /// What its elements are.
  public let type: ElementType
  /// Its values, when they do not depend on the image's values.
  public let constant: ConstantTensor?

  /// A tensor of which only the shape and the type are known.
  public init(shape: TensorShape, type: ElementType = .float) {
    self.shape = shape
    self.type = type
    constant = nil
  }

  /// A tensor whose values are known.
  public init(_ constant: ConstantTensor) {
    shape = constant.shape
    type = constant.type
    self.constant = constant
  }
}
