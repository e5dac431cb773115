/// Seconds as people say them: `4.25 s`, `42 s`, `3 min 05 s`, `2 h 10 min`.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
  // From 9.95 on, one decimal would be 10.0: whole seconds say as much.
  if seconds < 9.95 { return decimal(seconds) + " s" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(zeros("\(whole % 60)", to: 2)) s" }
  return "\(whole / 3600) h \(zeros("\(whole % 3600 / 60)", to: 2)) min"
}

/// The duration of work that is yet to begin: a forecast has no decimals, and is never zero.
package func approximateDuration(_ seconds: Double) -> String {
  seconds < 9.95 ? "\(max(1, Int(seconds.rounded()))) s" : duration(seconds)
}

/// A number of things: `1 icon`, `2 icons`, `0 icons`.
///
/// - Parameters:
///   - count: How many.
///   - noun: What is counted, in the singular.
///   - plural: The plural, where that is not the singular and an s.
/// - Returns: The number and the noun.
public func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A number with three significant digits, or with its whole part where that is longer: `0.12`,
/// `1.23`, `12.3`, `1234`.
///
/// Below 1 there are two decimals: messages give fractions, rates and seconds, of which thousandths
/// are noise.
public func decimal(_ value: Double) -> String {
  // Beyond 10¹⁵ a double has no exact hundredths, and soon no integer of 64 bits.
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  guard abs(value) < 100 else { return "\(Int(value.rounded()))" }
  return decimal(value, places: abs(value) < 10 ? 2 : 1)
}

/// A number with a fixed count of decimal places, rounded half away from zero.
///
/// - Precondition: `places` from 0 to 6.
public func decimal(_ value: Double, places: Int) -> String {
  // 10¹² with six places is 10¹⁸, which an integer of 64 bits holds.
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  precondition((0...6).contains(places), "\(places) decimal places are not from 0 to 6")
  let scale = (0..<places).reduce(1) { product, _ in 10 * product }
  let units = Int((abs(value) * Double(scale)).rounded())
  let fraction = places == 0 ? "" : "." + zeros(String(units % scale), to: places)
  // No minus before a number that is rounded to zero.
  return (value < 0 && units > 0 ? "-" : "") + "\(units / scale)" + fraction
}

/// Digits with zeros before them, at least `count` characters long.
public func zeros(_ digits: String, to count: Int) -> String {
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
