import Matrices
import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct FoldingTests {
  /// A tensor that is read by index, slowly and plainly.
  private struct Reference {
    let shape: [Int]
    let at: ([Int]) -> Float

    /// All elements, row-major.
    var elements: [Float] {
      var result: [Float] = []
      let count = shape.reduce(1, *)
      for number in 0..<count {
        var rest = number
        var index = [Int](repeating: 0, count: shape.count)
        for place in shape.indices.reversed() {
          index[place] = rest % shape[place]
          rest /= shape[place]
        }
        result.append(at(index))
      }
      return result
    }
  }

  /// A tensor of distinct numbers, and the number at each index.
  private func numbered(_ shape: [Int]) -> (fact: TensorFact, at: ([Int]) -> Float) {
    let count = shape.reduce(1, *)
    let strides = TensorShape(shape).strides
    return (
      floats((0..<count).map(Float.init), TensorShape(shape)),
      { index in Float(zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }) }
    )
  }

  private func expect(
    _ operation: NeuralNetworks.Operation, _ inputs: [TensorFact?], _ reference: Reference,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try fact(operation, inputs)
    #expect(found.shape.dimensions == reference.shape, sourceLocation: sourceLocation)
    #expect(
      found.constant?.floats == reference.elements, "\(operation)", sourceLocation: sourceLocation)
  }

  private func randomShape(_ random: inout RandomStream, rank: Int) -> [Int] {
    (0..<rank).map { _ in 1 + random.integer(below: 4) }
  }

  private func shuffled(_ count: Int, _ random: inout RandomStream) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.reversed() {
      order.swapAt(index, random.integer(below: index + 1))
    }
    return order
  }

  @Test("transposed, sliced, cut and spread elements are those at the indices they come from")
  func strided() throws {
    var random = RandomStream(seed: 21, purpose: .evaluation)
    for _ in 0..<300 {
      let rank = 1 + random.integer(below: 4)
      let shape = randomShape(&random, rank: rank)
      let (input, at) = numbered(shape)

      let order = shuffled(rank, &random)
      try expect(
        .transpose(order), [input],
        Reference(shape: order.map { shape[$0] }) { index in
          var source = index
          for (place, dimension) in order.enumerated() { source[dimension] = index[place] }
          return at(source)
        })

      // A slice by the definition: walk from the start until the end is reached or passed.
      let starts = shape.map { _ in random.integer(below: 13) - 6 }
      let ends = shape.map { _ in random.integer(below: 13) - 6 }
      let steps = shape.map { _ in [-2, -1, 1, 2, 3][random.integer(below: 5)] }
      var chosen: [[Int]] = []
      for (dimension, size) in shape.enumerated() {
        let start = starts[dimension] + (starts[dimension] < 0 ? size : 0)
        let end = ends[dimension] + (ends[dimension] < 0 ? size : 0)
        var places: [Int] = []
        var place =
          steps[dimension] > 0 ? min(max(start, 0), size) : min(max(start, 0), size - 1)
        while steps[dimension] > 0 ? place < min(end, size) : place > max(end, -1) {
          places.append(place)
          place += steps[dimension]
        }
        chosen.append(places)
      }
      try expect(
        .slice, [input, integers(starts), integers(ends), nil, integers(steps)],
        Reference(shape: chosen.map(\.count)) { index in
          at(zip(chosen, index).map { $0[$1] })
        })

      let axis = random.integer(below: rank)
      let first = random.integer(below: shape[axis] + 1)
      var cut = shape
      cut[axis] = shape[axis] - first
      try expect(
        .splitOutput(index: 1, count: 2, sizes: [first, cut[axis]], axis: axis - rank), [input],
        Reference(shape: cut) { index in
          var source = index
          source[axis] += first
          return at(source)
        })

      let wide = [2] + shape.map { $0 == 1 ? 3 : $0 }
      try expect(
        .expand, [input, integers(wide)],
        Reference(shape: wide) { index in
          at(zip(index.dropFirst(), shape).map { $1 == 1 ? 0 : $0 })
        })
    }
  }

  @Test("gathered, joined and padded elements are those at the indices they come from")
  func chosen() throws {
    var random = RandomStream(seed: 22, purpose: .evaluation)
    for _ in 0..<300 {
      let rank = 1 + random.integer(below: 3)
      let shape = randomShape(&random, rank: rank)
      let (input, at) = numbered(shape)
      let axis = random.integer(below: rank)

      let places = (0..<6).map { _ in random.integer(below: 2 * shape[axis]) - shape[axis] }
      try expect(
        .gather(axis: axis), [input, integers(places, [2, 3])],
        Reference(shape: shape[..<axis] + [2, 3] + shape[(axis + 1)...]) { index in
          let place = places[index[axis] * 3 + index[axis + 1]]
          return at(
            index[..<axis] + [place < 0 ? place + shape[axis] : place] + index[(axis + 2)...])
        })

      var joined = shape
      joined[axis] *= 2
      try expect(
        .concatenation(axis: axis), [input, input],
        Reference(shape: joined) { index in
          var source = index
          source[axis] %= shape[axis]
          return at(source)
        })

      let before = shape.map { _ in random.integer(below: 4) - 1 }
      let after = shape.indices.map { shape[$0] == 1 ? 0 : random.integer(below: 4) - 1 }
      let usable = shape.indices.allSatisfy {
        shape[$0] + min(before[$0], 0) + min(after[$0], 0) > 0
      }
      guard usable else { continue }
      let padded = shape.indices.map { shape[$0] + before[$0] + after[$0] }
      func source(_ index: [Int], _ place: (Int, Int) -> Int) -> [Int] {
        index.indices.map { dimension in
          let cutOff = max(-before[dimension], 0)
          let size = shape[dimension] - cutOff - max(-after[dimension], 0)
          return place(index[dimension] - max(before[dimension], 0), size) + cutOff
        }
      }
      try expect(
        .pad(.edge), [input, integers(before + after)],
        Reference(shape: padded) { at(source($0) { min(max($0, 0), $1 - 1) }) })
      try expect(
        .pad(.constant), [input, integers(before + after), floats([0.5], [])],
        Reference(shape: padded) { index in
          let found = source(index) { (0..<$1).contains($0) ? $0 : -100 }
          return found.contains { $0 < 0 } ? 0.5 : at(found)
        })
    }
    let mirrored = try fact(.pad(.reflection), [floats([1, 2, 3, 4]), integers([3, 2])])
    #expect(mirrored.constant?.floats == [4, 3, 2, 1, 2, 3, 4, 3, 2])
  }

  @Test("functions of two elements are spread as NumPy does")
  func spread() throws {
    var random = RandomStream(seed: 23, purpose: .evaluation)
    for _ in 0..<200 {
      let shape = randomShape(&random, rank: 3)
      let other = shape.dropFirst(random.integer(below: 3)).map {
        random.integer(below: 2) == 0 ? 1 : $0
      }
      let (a, atA) = numbered(shape)
      let (b, atB) = numbered(other)
      try expect(
        .binary(.subtract), [b, a],
        Reference(shape: shape) { index in
          atB(zip(index.suffix(other.count), other).map { $1 == 1 ? 0 : $0 }) - atA(index)
        })
    }
  }

  @Test("whole numbers are counted as in Python and C, and never overflow")
  func wholeNumbers() throws {
    func value(_ function: BinaryFunction, _ a: Int, _ b: Int) throws -> Int? {
      try fact(.binary(function), [integers([a]), integers([b])]).constant?.integers?.first
    }
    #expect(try value(.divide, -7, 2) == -3)
    #expect(try value(.modulo, -7, 2) == 1)
    #expect(try value(.modulo, 7, -2) == -1)
    #expect(try value(.remainder, -7, 2) == -1)
    #expect(try value(.power, 3, 5) == 243)
    #expect(try value(.power, -1, -3) == -1)
    #expect(try value(.divide, .min, -1) == .min)
    #expect(try value(.modulo, .min, -1) == 0)
    #expect(try value(.add, .max, 1) == .min)
    #expect(try value(.multiply, .max, 2) == -2)
    for function in [BinaryFunction.divide, .modulo, .remainder] {
      #expect(throws: GraphError.self) { try value(function, 1, 0) }
    }
    #expect(throws: GraphError.self) { try value(.power, 0, -1) }
    let cast = try fact(.cast(.integer), [floats([-1.9, .nan, .infinity, -.infinity, 1e30])])
    #expect(cast.constant?.integers == [-1, 0, .max, .min, .max])
    let negated = try fact(.unary(.negative), [integers([.min, 3])])
    #expect(negated.constant?.integers == [.min, -3])
    let clipped = try fact(
      .unary(.clip(lower: -.infinity, upper: 3.5)), [integers([.min, 2, .max])])
    #expect(clipped.constant?.integers == [.min, 2, 3])
  }

  @Test("comparison, choice, casts and fillings of constants")
  func choices() throws {
    let isEqual = try fact(.comparison(.equal), [integers([1, 2, 3]), integers([2], [])])
    #expect(isEqual.constant?.booleans == [false, true, false])
    let chosen = try fact(.select, [isEqual, integers([9], []), integers([4, 5, 6])])
    #expect(chosen.constant?.integers == [4, 9, 6])
    #expect(try fact(.cast(.float), [isEqual]).constant?.floats == [0, 1, 0])
    #expect(
      try fact(.cast(.boolean), [floats([0, -0.0, 0.5])]).constant?.booleans == [
        false, false, true,
      ])
    let filled = try fact(
      .filled(ConstantTensor(shape: [1], elements: .floats([2]))), [integers([2, 1])])
    #expect(filled.constant?.floats == [2, 2] && filled.shape == [2, 1])
    let down = try fact(.range, [integers([7], []), integers([0], []), integers([-3], [])])
    #expect(down.constant?.integers == [7, 4, 1])
    let halves = try fact(.range, [floats([0], []), floats([1.2], []), floats([0.5], [])])
    #expect(halves.constant?.floats == [0, 0.5, 1])
    let sizes = try fact(.shape(start: -3, end: -1), [image([2, 3, 4, 5])])
    #expect(sizes.constant?.integers == [3, 4])
    #expect(try fact(.shape(start: 2, end: 1), [image([2, 3])]).constant?.integers == [])
    #expect(try fact(.shape(start: .min, end: .max), [image([7])]).constant?.integers == [7])
  }

  @Test("sums over constants")
  func sums() throws {
    let (input, at) = numbered([2, 3, 4])
    try expect(
      .mean(axes: [-2, 0], keepsDimensions: false), [input],
      Reference(shape: [4]) { index in
        var sum: Float = 0
        for a in 0..<2 { for b in 0..<3 { sum += at([a, b, index[0]]) } }
        return sum / 6
      })
    let (left, atLeft) = numbered([2, 1, 2, 3])
    let (right, atRight) = numbered([4, 3, 2])
    try expect(
      .matrixProduct, [left, right],
      Reference(shape: [2, 4, 2, 2]) { index in
        (0..<3).reduce(0) {
          $0 + atLeft([index[0], 0, index[2], $1]) * atRight([index[1], $1, index[3]])
        }
      })
    let layer = InnerProduct(
      weights: Matrix(rowCount: 2, columnCount: 3, elements: [1, 0, 2, 0, 1, 0]), bias: [10, 20])
    let product = try fact(.innerProduct(layer), [floats([1, 2, 3, 4, 5, 6], [2, 3])])
    #expect(product.constant?.floats == [17, 22, 26, 25])
    let softmax = try fact(.softmax(axis: 0), [floats([0, 1000, 0, 1000], [2, 2])])
    #expect(softmax.constant?.floats == [0.5, 0.5, 0.5, 0.5])
  }

  @Test("functions of one element have the values of their definitions")
  func functions() {
    // Each tolerance is some units in the last place of a float around 1.
    let cases: [(UnaryFunction, Float, Float)] = [
      (.relu, -1, 0), (.leakyReLU(slope: 0.1), -2, -0.2), (.elu(alpha: 2), -1, -1.2642411),
      (.clip(lower: 0, upper: 6), 7, 6), (.sigmoid, 1, 0.7310586),
      (.hardSigmoid(alpha: 0.2, beta: 0.5), 1, 0.7), (.hardSwish, 1, 0.6666667),
      (.swish, 1, 0.7310586), (.gelu, 1, 0.8413447), (.geluByTanh, 1, 0.841192),
      (.tanh, 0.5, 0.46211717), (.erf, 0.5, 0.5204999), (.exponential, 1, 2.7182817),
      (.logarithm, 2, 0.6931472), (.softplus, 1, 1.3132617), (.softplus, 100, 100),
      (.squareRoot, 9, 3), (.reciprocal, 4, 0.25), (.negative, 2, -2), (.absolute, -2, 2),
    ]
    for (function, argument, expected) in cases {
      #expect(
        abs(function.value(argument) - expected) <= 4e-7 * max(1, abs(expected)), "\(function.name)"
      )
    }
    #expect(BinaryFunction.modulo.value(-7.5, 2) == 0.5)
    #expect(BinaryFunction.remainder.value(-7.5, 2) == -1.5)
    #expect(BinaryFunction.power.value(2, 0.5) == Float(2).squareRoot())
    #expect(
      BinaryFunction.maximum.value(.nan, 1).isNaN && BinaryFunction.minimum.value(1, .nan).isNaN)
  }

  @Test("nothing is known of what depends on the image, and its sizes are")
  func dependence() throws {
    #expect(try fact(.binary(.add), [image([2]), floats([1, 2])]).constant == nil)
    #expect(try fact(.shape(start: 0, end: nil), [image([2])]).constant?.integers == [2])
    #expect(try fact(.select, [image([1], .boolean), floats([1]), floats([2])]).constant == nil)
  }
}
