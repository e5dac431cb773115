import Randomness

/// Normal numbers that depend on `item` alone.
func randomNumbers(_ count: Int, item: Int) -> [Float] {
  var stream = RandomStream(seed: 11, purpose: .evaluation, item: item)
  return (0..<count).map { _ in stream.normalPair().0 }
}

/// Numbers in 0…1 that depend on `item` alone.
func randomValues(_ count: Int, item: Int) -> [Float] {
  var stream = RandomStream(seed: 12, purpose: .evaluation, item: item)
  return (0..<count).map { _ in stream.uniform() }
}

/// ⟨a, b⟩ in `Double`.
func dot(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// The greatest difference of two arrays; infinite if their counts differ.
func greatestDifference(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
}

/// Lets a kernel write into a new array.
///
/// What was there before must not matter.
func filled(_ count: Int, _ body: (inout MutableSpan<Float>) -> Void) -> [Float] {
  var result = [Float](repeating: .nan, count: count)
  var span = result.mutableSpan
  body(&span)
  return result
}
