/// The middle of the finite values, or the mean of the two middle ones; nil if there is none.
public func median(_ values: [Float]) -> Double? {
  let sorted = values.filter(\.isFinite).sorted()
  guard !sorted.isEmpty else { return nil }
  let middle = sorted.count / 2
  let upper = Double(sorted[middle])
  return sorted.count % 2 == 1 ? upper : (Double(sorted[middle - 1]) + upper) / 2
}
