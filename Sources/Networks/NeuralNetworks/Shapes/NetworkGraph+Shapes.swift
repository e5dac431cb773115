extension NetworkGraph {
  /// The maps that an atlas would see in an image of the given size: every tensor of floating-point
  /// numbers that depends on the image and is a map or a vector.
  ///
  /// - Parameters:
  ///   - inputHeight: The image's rows, at least 1.
  ///   - inputWidth: The image's columns, at least 1.
  /// - Returns: The sizes by tensor name, the input among them.
  /// - Throws: `GraphError` with the node and what does not fit, as `facts(input:)` does, and for an
  ///   input that is no image.
  /// - Complexity: O(nodes).
  public func shapes(inputHeight: Int, inputWidth: Int) throws(GraphError) -> [String: MapShape] {
    let facts = try facts(input: imageShape(height: inputHeight, width: inputWidth))
    return facts.compactMapValues { fact in
      fact.type == .float && fact.constant == nil ? fact.shape.map : nil
    }
  }

  /// The input's shape for one image of the given size.
  ///
  /// - Throws: `GraphError` when the input is no image, or the size is none.
  public func imageShape(height: Int, width: Int) throws(GraphError) -> TensorShape {
    guard inputShape.rank == 4 else {
      throw GraphError("input \(quoted(inputName)): \(inputShape) is not an image")
    }
    let shape: TensorShape = [1, inputShape.dimensions[1], height, width]
    guard shape.isReasonable, shape.map != nil else {
      throw GraphError("input \(quoted(inputName)): \(shape) is not a size of an image")
    }
    return shape
  }
}
