/// The value below which a fraction of sorted values lies, with linear interpolation between the
/// neighbouring ones (Hyndman and Fan 1996, definition 7).
///
/// - Precondition: `values` is ascending and not empty; `fraction` is in [0, 1].
package func quantile(_ fraction: Double, ofSorted values: [Float]) -> Float {
  precondition(!values.isEmpty && 0 <= fraction && fraction <= 1, "no quantile \(fraction)")
  let position = fraction * Double(values.count - 1)
  let lower = min(Int(position), values.count - 1)
  let upper = min(lower + 1, values.count - 1)
  let (low, high) = (Double(values[lower]), Double(values[upper]))
  return Float(low + (high - low) * (position - Double(lower)))
}
