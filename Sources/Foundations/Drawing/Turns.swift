/// The sine of an angle in turns, within 10⁻⁶.
///
/// A polynomial of ours rather than the C library's, whose last digits differ from version to version
/// and from processor to processor: what is drawn stays the same to the byte.
@inlinable
public func sine(turns: Float) -> Float {
  // Folded to a quarter turn either side of zero, where an odd polynomial of degree 7 is enough.
  let turn = turns - turns.rounded()
  let folded = abs(turn) > 0.25 ? (turn > 0 ? 0.5 - turn : -0.5 - turn) : turn
  let square = folded * folded
  let low = 6.28316404 - square * 41.3371424
  let high = 81.3407682 - square * 70.9934264
  return folded * (low + square * square * high)
}

/// The cosine of an angle in turns, within 3·10⁻⁶ for a few turns.
@inlinable
public func cosine(turns: Float) -> Float { sine(turns: turns + 0.25) }

/// The point on the unit circle at an angle in turns, clockwise from the right as y points down.
@inlinable
public func direction(turns: Float) -> SIMD2<Float> {
  SIMD2(cosine(turns: turns), sine(turns: turns))
}
