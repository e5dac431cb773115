/// A node as it is run: a convolution may carry the function that follows it.
struct LoweredNode {
  var name: String
  var operation: Operation
  var inputs: [String]
  var output: String
  /// A function of each element, applied to the result.
  var appended: UnaryFunction?
  /// Whether it only copies a tensor to another layout or format.
  var isConversion = false

  /// The node as one of a graph.
  var node: Node { Node(name: name, operation: operation, inputs: inputs, output: output) }
}
