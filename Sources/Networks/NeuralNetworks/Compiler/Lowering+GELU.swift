extension Lowering {
  /// x · (1 + erf(x / √2)) · 0.5, the factors in any order (Hendrycks and Gimpel 2016, section 2).
  ///
  /// It starts from the error function, which little else uses: backwards to x, forwards through the
  /// sum with 1 to the products.
  mutating func recognizeGELU() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    /// The node that makes a tensor which nothing else reads.
    func maker(of name: String) -> Int? { isInner(name, readers) ? makers[name] : nil }
    /// The other operand, if the node combines it with this number.
    func binary(_ index: Int, _ function: BinaryFunction, _ value: Float) -> String? {
      guard case .binary(function) = nodes[index].operation else { return nil }
      let inputs = nodes[index].inputs
      // Files hold √2 to more or fewer digits.
      if let number = scalar(inputs[1]), abs(number - value) < 1e-4 * value { return inputs[0] }
      if function != .divide, let number = scalar(inputs[0]), abs(number - value) < 1e-4 * value {
        return inputs[1]
      }
      return nil
    }
    for index in nodes.indices {
      guard case .unary(.erf) = nodes[index].operation,
        let scaling = maker(of: nodes[index].inputs[0]),
        let x = binary(scaling, .divide, Float(2).squareRoot())
          ?? binary(scaling, .multiply, Float(0.5).squareRoot()),
        isInner(nodes[index].output, readers)
      else { continue }
      func reader(of name: String) -> Int? {
        isInner(name, readers) ? nodes.indices.first { nodes[$0].inputs.contains(name) } : nil
      }
      guard let shifted = reader(of: nodes[index].output), binary(shifted, .add, 1) != nil,
        var last = reader(of: nodes[shifted].output)
      else { continue }
      // What remains: a product with x and one with 1/2, in either order, or with x / 2.
      var members = [scaling, index, shifted]
      var (hasX, hasHalf) = (false, false)
      var current = nodes[shifted].output
      while true {
        if binary(last, .multiply, 0.5) == current {
          hasHalf = true
        } else if case .binary(.multiply) = nodes[last].operation {
          let other =
            nodes[last].inputs[0] == current ? nodes[last].inputs[1] : nodes[last].inputs[0]
          if other == x {
            hasX = true
          } else if let half = maker(of: other), binary(half, .multiply, 0.5) == x {
            hasX = true
            hasHalf = true
            members.append(half)
          } else {
            break
          }
        } else {
          break
        }
        members.append(last)
        current = nodes[last].output
        if hasX && hasHalf { break }
        guard let next = reader(of: current) else { break }
        last = next
      }
      guard hasX && hasHalf else { continue }
      doomed.formUnion(members.filter { $0 != last })
      nodes[last].operation = .unary(.gelu)
      nodes[last].inputs = [x]
    }
    remove(doomed)
  }
}
