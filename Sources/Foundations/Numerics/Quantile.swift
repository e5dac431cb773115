/// The value below which a fraction of sorted values lies, with linear interpolation between the
/// two nearest ones (Hyndman and Fan 1996, definition 7; NumPy's default).
///
/// - Precondition: `values` is ascending and not empty; `fraction` is in [0, 1].
package func quantile<Value: BinaryFloatingPoint>(
  _ fraction: Double, ofSorted values: [Value]
) -> Value {
  precondition(
    !values.isEmpty && 0 <= fraction && fraction <= 1,
    "no quantile \(fraction) of \(values.count) values")
  let position = fraction * Double(values.count - 1)
  let lower = min(Int(position), values.count - 1)
  let upper = min(lower + 1, values.count - 1)
  let (low, high) = (Double(values[lower]), Double(values[upper]))
  return Value(low + (high - low) * (position - Double(lower)))
}
