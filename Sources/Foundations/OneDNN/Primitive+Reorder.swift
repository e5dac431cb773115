internal import COneDNN

extension Primitive {
  /// A copy from one layout to another, of one number format to another as well.
  ///
  /// Blocked layouts are padded with zeros; bfloat16 is rounded to nearest, ties to even.
  /// The corresponding oneDNN function is `dnnl_reorder_primitive_desc_create`.
  public static func reorder(
    from source: TensorDescriptor, to destination: TensorDescriptor
  ) throws(OneDNNError) -> Primitive {
    keepOneDNNOnThisThread()
    let engine = try Engine.get().handle
    let attributes = try Attributes()
    var (source, destination) = (source.value, destination.value)
    var descriptor: dnnl_primitive_desc_t?
    try check(
      dnnl_reorder_primitive_desc_create(
        &descriptor, &source, engine, &destination, engine, attributes.handle),
      "dnnl_reorder_primitive_desc_create")
    guard let descriptor else {
      throw OneDNNError(function: "dnnl_reorder_primitive_desc_create", status: "no descriptor")
    }
    return try Primitive(owning: descriptor)
  }
}

extension TensorMemory {
  /// Copies this tensor into another layout, once, with scratch memory of its own.
  ///
  /// - Throws: `OneDNNError` when there is no such reorder, or no memory.
  public func reordered(to descriptor: TensorDescriptor) throws(OneDNNError) -> TensorMemory {
    let result = try TensorMemory(descriptor)
    let copy = try BoundPrimitive(
      Primitive.reorder(from: self.descriptor, to: descriptor),
      [(.source, self), (.destination, result)], in: ExecutionContext())
    try copy.run()
    return result
  }
}
