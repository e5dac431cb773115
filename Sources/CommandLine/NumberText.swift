/// Seconds as people say them: `42 s`, `3 min 05 s`, `2 h 10 min`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
  if seconds < 9.95 { return decimal(seconds) + " s" }
  let whole = Int(seconds.rounded())
  func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
  return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
}

/// A forecast, in whole seconds at least.
func approximateDuration(_ seconds: Double) -> String {
  seconds < 9.95 ? "\(max(1, Int(seconds.rounded()))) s" : duration(seconds)
}

/// A number with as many decimals as are of interest.
public func decimal(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  guard abs(value) < 100 else { return "\(Int(value.rounded()))" }
  let hundredths = Int((value * (abs(value) < 10 ? 100 : 10)).rounded())
  let unit = abs(value) < 10 ? 100 : 10
  let fraction = String(abs(hundredths) % unit)
  let zeros = String(repeating: "0", count: (unit == 100 ? 2 : 1) - fraction.count)
  return (value < 0 && hundredths != 0 ? "-" : "") + "\(abs(hundredths) / unit).\(zeros)\(fraction)"
}

/// A number with a fixed count of decimal places.
public func decimal(_ value: Double, places: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  let scale = (0..<places).reduce(1) { product, _ in 10 * product }
  let units = Int((abs(value) * Double(scale)).rounded())
  let fraction = places == 0 ? "" : "." + zeros(String(units % scale), to: places)
  return (value < 0 && units > 0 ? "-" : "") + "\(units / scale)" + fraction
}

/// Digits with zeros before them, at least `count` characters long.
func zeros(_ digits: String, to count: Int) -> String {
  String(repeating: "0", count: max(0, count - digits.count)) + digits
}

/// A text with spaces behind it, at least `width` characters long.
public func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// A text with spaces before it, at least `width` characters long.
public func aligned(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// The middle of the finite values, or the mean of the two middle ones; nil if there is none.
public func median(_ values: [Float]) -> Double? {
  let sorted = values.filter(\.isFinite).sorted()
  guard !sorted.isEmpty else { return nil }
  let middle = sorted.count / 2
  let upper = Double(sorted[middle])
  return sorted.count % 2 == 1 ? upper : (Double(sorted[middle - 1]) + upper) / 2
}
