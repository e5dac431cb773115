/// Pearson's correlation of two lists of numbers, from −1 to 1; NaN where one of them does not vary.
///
/// - Precondition: As many numbers in both.
/// - Complexity: O(n).
package func correlation<Value: BinaryFloatingPoint>(_ first: [Value], _ second: [Value]) -> Double
{
  precondition(first.count == second.count, "\(first.count) and \(second.count) numbers")
  let count = Double(first.count)
  let means = (
    first.reduce(0.0) { $0 + Double($1) } / count, second.reduce(0.0) { $0 + Double($1) } / count
  )
  var (product, squares) = (0.0, (0.0, 0.0))
  for (one, other) in zip(first, second) {
    let (x, y) = (Double(one) - means.0, Double(other) - means.1)
    product += x * y
    squares.0 += x * x
    squares.1 += y * y
  }
  let scale = (squares.0 * squares.1).squareRoot()
  return scale > 0 ? min(1, max(-1, product / scale)) : .nan
}

/// Spearman's rank correlation of two lists of numbers, from −1 to 1; NaN where one does not vary.
///
/// Equal numbers share the mean of their ranks.
///
/// - Precondition: As many numbers in both, none NaN.
/// - Complexity: O(n log n).
package func rankCorrelation<Value: BinaryFloatingPoint>(
  _ first: [Value], _ second: [Value]
) -> Double {
  correlation(ranks(first), ranks(second))
}

/// The rank of each number from 0 on; equal numbers share the mean of theirs.
private func ranks<Value: BinaryFloatingPoint>(_ values: [Value]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
    start = end
  }
  return ranks
}

/// The upper confidence limit of a probability after `hits` of `count` independent trials (Clopper and
/// Pearson, Biometrika 1934): the largest p by which so few hits, or fewer, have at least the probability
/// 1 − `confidence`.
///
/// - Complexity: O(hits), 60 times.
package func upperLimit(hits: Int, of count: Int, confidence: Double) -> Double {
  precondition(0 <= hits && hits <= count && confidence > 0 && confidence < 1)
  guard hits < count else { return 1 }
  var (low, high) = (0.0, 1.0)
  for _ in 0..<60 {
    let p = (low + high) / 2
    // Terms of the binomial distribution, each from the one before: (1 − p)ⁿ may underflow, and then so
    // does the sum, as it should.
    var term = pow(1 - p, count)
    var sum = term
    for hit in 0..<hits {
      term *= Double(count - hit) / Double(hit + 1) * p / (1 - p)
      sum += term
    }
    if sum > 1 - confidence { low = p } else { high = p }
  }
  return high
}

private func pow(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest % 2 == 1 { result *= factor }
    factor *= factor
    rest /= 2
  }
  return result
}
