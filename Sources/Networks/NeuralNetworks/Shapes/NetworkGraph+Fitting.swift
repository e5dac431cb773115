extension NetworkGraph {
  /// What is known about the tensors that can be computed for an input of the given shape, which
  /// need not be all of them.
  ///
  /// - Parameter input: The input's sizes.
  /// - Returns: The facts by tensor name, the input among them, and the first node that does not fit;
  ///   nodes that need what others do not give are no fault of their own.
  /// - Throws: `GraphError` for an input that is no shape.
  /// - Complexity: O(nodes + elements of the constants).
  package func fittingFacts(
    input: TensorShape
  ) throws(GraphError) -> (facts: [String: TensorFact], fault: GraphError?) {
    guard input.isReasonable else {
      throw GraphError("input \(quoted(inputName)): \(input) is not a shape")
    }
    var facts = [inputName: TensorFact(shape: input)]
    var allowance = FoldingAllowance()
    var fault: GraphError?
    for node in nodes
    where node.inputs.allSatisfy({ $0.isEmpty || facts[$0] != nil }) && facts[node.output] == nil {
      do {
        facts[node.output] = try node.fact(
          ofInputs: node.inputFacts(among: facts), allowance: &allowance)
      } catch { fault = fault ?? error }
    }
    return (facts, fault)
  }
}
