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

/// The probability that values drawn from one distribution split into these two groups, or into ones of which
/// the first ranks as high or higher.
///
/// It is the exact one-sided rank-sum test (Wilcoxon, Biometrics Bulletin 1945; Mann and Whitney, Annals of
/// Mathematical Statistics 1947), given the ties there are: equal values share the mean of their ranks.
///
/// - Parameters:
///   - first: m finite values.
///   - second: n finite values.
/// - Returns: From above 0 to 1; 1 where a group is empty.
/// - Complexity: O(m · (m + n)³).
package func rankSumTest(_ first: [Double], over second: [Double]) -> Double {
  guard !first.isEmpty, !second.isEmpty else { return 1 }
  let all = first + second
  // Twice the rank, a whole number: the values below twice, and those that are equal.
  let ranks = all.map { value in
    2 * all.count { $0 < value } + all.count { $0 == value } + 1
  }
  let observed = ranks[..<first.count].reduce(0, +)
  let greatest = ranks.reduce(0, +)
  // How many choices of so many values have each sum of ranks.
  let none = [Double](repeating: 0, count: greatest + 1)
  var counts = [[Double]](repeating: none, count: first.count + 1)
  counts[0][0] = 1
  for rank in ranks {
    for size in (1...first.count).reversed() {
      for sum in rank...greatest { counts[size][sum] += counts[size - 1][sum - rank] }
    }
  }
  let choices = counts[first.count]
  return choices[observed...].reduce(0, +) / choices.reduce(0, +)
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
