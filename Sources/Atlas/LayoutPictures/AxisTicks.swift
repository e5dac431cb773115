internal import Glibc

/// An axis that covers some numbers, with ticks at round numbers.
package struct AxisTicks {
  /// The ends of the axis.
  package let low, high: Double
  /// The numbers at the ticks, in ascending order.
  package let values: [Double]
  /// Their labels.
  package let labels: [String]

  /// Makes an axis for numbers that are finite; for none of them it runs from 0 to 1.
  ///
  /// - Parameters:
  ///   - numbers: What it must cover.
  ///   - count: About how many ticks to make.
  package init(covering numbers: [Double], count: Int) {
    // Beyond this an extent would not be finite.
    let limit = 1e300
    var least = max(numbers.min() ?? 0, -limit)
    var greatest = min(numbers.max() ?? 1, limit)
    if greatest - least <= abs(greatest) * 1e-9 {
      // All one number: room on both sides.
      let room = greatest == 0 ? 0.5 : abs(greatest) / 2
      (least, greatest) = (least - room, greatest + room)
    }
    let extent = greatest - least
    let step = Self.roundStep(extent / Double(max(1, count)))
    // To the next tick beyond the numbers. The 1e-9 forgives the division's rounding errors.
    let first = (least / step + 1e-9).rounded(.down)
    let last = (greatest / step - 1e-9).rounded(.up)
    (low, high) = (min(first * step, least), max(last * step, greatest))
    values = stride(from: first, through: last, by: 1).map { $0 * step }
    let ticks = values
    labels = ticks.map { Self.label($0, step: step, greatest: max(abs(least), abs(greatest))) }
  }

  /// The fraction of the axis at which a number stands.
  package func fraction(of value: Double) -> Double { (value - low) / (high - low) }

  /// The least of 1, 2, 2.5 and 5 times a power of ten that is at least a width.
  package static func roundStep(_ width: Double) -> Double {
    let power = pow(10, log10(width).rounded(.down))
    let factors: [Double] = [1, 2, 2.5, 5]
    return (factors.first { $0 * power >= width * (1 - 1e-9) } ?? 10) * power
  }

  /// A number with as many decimals as its step has, or with a power of ten where digits would fill
  /// the picture.
  private static func label(_ value: Double, step: Double, greatest: Double) -> String {
    if greatest >= 1e7 || step < 1e-5 {
      guard value != 0 else { return "0" }
      var exponent = log10(abs(value)).rounded(.down)
      var mantissa = value / pow(10, exponent)
      if abs(mantissa) >= 9.9995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
      return decimal(mantissa, places: 3, isTrimmed: true) + "e\(Int(exponent))"
    }
    var places = 0
    while places < 7 && !isWhole(step * pow(10, Double(places))) { places += 1 }
    return decimal(value, places: places, isTrimmed: false)
  }

  private static func isWhole(_ value: Double) -> Bool {
    abs(value - value.rounded()) < 1e-6 * max(1, abs(value))
  }

  /// A number of magnitude below 10⁸ in decimals, with a true minus sign.
  private static func decimal(_ value: Double, places: Int, isTrimmed: Bool) -> String {
    let scaled = Int((abs(value) * pow(10, Double(places))).rounded())
    var digits = String(scaled)
    while digits.count <= places { digits = "0" + digits }
    var text = String(digits.dropLast(places))
    var fraction = String(digits.suffix(places))
    if isTrimmed { while fraction.last == "0" { fraction.removeLast() } }
    if !fraction.isEmpty { text += "." + fraction }
    return value < 0 && scaled != 0 ? "−" + text : text
  }
}
