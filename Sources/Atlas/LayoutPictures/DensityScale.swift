/// Colours for few to many: matplotlib's magma, whose lightness rises evenly (Smith and van der
/// Walt, CC0).
enum DensityScale {
  /// Every tenth of the way, in sRGB.
  private static let stops: [SIMD3<Float>] = [
    0x000004, 0x150E37, 0x3B0F70, 0x641A80, 0x8C2981, 0xB63679, 0xDE4968, 0xF76F5C, 0xFE9F6D,
    0xFECE91, 0xFCFDBF,
  ].map { (word: Int) in
    SIMD3(Float(word >> 16), Float(word >> 8 & 0xFF), Float(word & 0xFF)) / 255
  }

  /// The colour at a share of the way from 0 to 1, in sRGB.
  static func color(_ share: Float) -> SIMD3<Float> {
    let place = min(max(share, 0), 1) * Float(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Float(index)
    return stops[index] * (1 - rest) + stops[index + 1] * rest
  }
}
