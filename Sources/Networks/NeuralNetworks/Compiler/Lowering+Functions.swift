extension Lowering {
  /// Finds functions that a file spells out: hardSigmoid, x · sigmoid(x), x · hardSigmoid(x), GELU by
  /// erf.
  ///
  /// ONNX has had GELU only since opset 20, and exporters write SiLU out as well. As one function they
  /// stay in their layout and take one pass over memory instead of two to five. Only where nothing else
  /// reads, and nobody wants, what lies between.
  ///
  /// - Complexity: O(nodes), for each GELU once more.
  mutating func recognizeFunctions() {
    recognizeHardSigmoid()
    recognizeGates()
    recognizeGELU()
    recognizeNormalization()
  }

  /// min(max(x + b, 0), u) / u, as Keras' networks have it with b = 3 and u = 6.
  private mutating func recognizeHardSigmoid() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    /// The node that makes the operand of a node that is no number, and the number.
    func operands(_ index: Int) -> (x: String, number: Float)? {
      let inputs = nodes[index].inputs
      if let number = scalar(inputs[1]) { return (inputs[0], number) }
      return scalar(inputs[0]).map { (inputs[1], $0) }
    }
    for index in nodes.indices {
      guard case .binary(let function) = nodes[index].operation,
        function == .multiply || function == .divide, let scaled = operands(index),
        function == .multiply || scaled.x == nodes[index].inputs[0],
        isInner(scaled.x, readers), let clip = makers[scaled.x],
        case .unary(.clip(let lower, let upper)) = nodes[clip].operation, lower == 0,
        isInner(nodes[clip].inputs[0], readers), let sum = makers[nodes[clip].inputs[0]],
        case .binary(.add) = nodes[sum].operation, let shifted = operands(sum),
        shape(shifted.x) == shape(nodes[index].output)
      else { continue }
      let factor = function == .multiply ? scaled.number : 1 / scaled.number
      guard abs(factor * upper - 1) < 1e-6 else { continue }
      nodes[index].operation = .unary(.hardSigmoid(alpha: factor, beta: factor * shifted.number))
      nodes[index].inputs = [shifted.x]
      doomed.formUnion([clip, sum])
    }
    remove(doomed)
  }

  /// A product of x with a function of x.
  private mutating func recognizeGates() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .binary(.multiply) = nodes[index].operation else { continue }
      for (x, gate) in [(0, 1), (1, 0)].map({ (nodes[index].inputs[$0], nodes[index].inputs[$1]) })
      {
        // The gate must be of the very x that it multiplies: others are gated units.
        guard let maker = makers[gate], isInner(gate, readers),
          nodes[maker].inputs.first == x, case .unary(let function) = nodes[maker].operation
        else { continue }
        let joined: UnaryFunction
        switch function {
        case .sigmoid: joined = .swish
        case .hardSigmoid(let alpha, let beta)
        where abs(alpha - 1 / 6) < 1e-6 && abs(beta - 0.5) < 1e-6:
          joined = .hardSwish
        default: continue
        }
        nodes[index].operation = .unary(joined)
        nodes[index].inputs = [x]
        doomed.insert(maker)
        break
      }
    }
    remove(doomed)
  }
}
