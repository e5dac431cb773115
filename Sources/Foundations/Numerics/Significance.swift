internal import Glibc

/// The probability of `hits` or more heads in `count` throws of a fair coin.
///
/// It is the exact one-sided sign test, and McNemar's (Psychometrika 1947) where hits are the pairs that
/// changed one way and `count` those that changed at all.
///
/// - Complexity: O(count).
package func signTest(hits: Int, of count: Int) -> Double {
  precondition(0 <= hits && hits <= count, "\(hits) of \(count)")
  // Terms from the largest one, whose logarithm is a sum: 2⁻ⁿ alone underflows.
  let peak = max(hits, (count + 1) / 2)
  var logarithm = -Double(count) * log(2)
  for factor in 0..<(count - peak) { logarithm += log(Double(count - factor) / Double(factor + 1)) }
  let largest = exp(logarithm)
  var sum = largest
  var term = largest
  for heads in peak..<count {
    term *= Double(count - heads) / Double(heads + 1)
    sum += term
  }
  term = largest
  for heads in (hits..<peak).reversed() {
    term *= Double(heads + 1) / Double(count - heads)
    sum += term
  }
  return min(1, sum)
}

/// The false-discovery rate at which each of several tests is a discovery (Benjamini and Hochberg, JRSS B
/// 1995): the least over p at or above its own of p · m / rank.
///
/// - Parameter probabilities: The tests' p-values, m of them, from 0 to 1.
/// - Returns: m rates, in the tests' order, from 0 to 1.
/// - Complexity: O(m log m).
package func falseDiscoveryRates(_ probabilities: [Double]) -> [Double] {
  let count = probabilities.count
  let order = probabilities.indices.sorted {
    (probabilities[$0], $0) < (probabilities[$1], $1)
  }
  var rates = probabilities
  var least = 1.0
  for (rank, index) in order.enumerated().reversed() {
    least = min(least, probabilities[index] * Double(count) / Double(rank + 1))
    rates[index] = least
  }
  return rates
}
