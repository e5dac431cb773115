internal import Glibc

/// How the color of a new pixel follows from old ones: the filters of Pillow, by its names.
public enum ResamplingFilter: String, Sendable, CaseIterable {
  /// The old pixel that the new one's center lies in.
  case nearest
  /// The average of the old pixels that the new one covers.
  case box
  /// A triangle about the new pixel's center.
  case bilinear
  /// A cosine window of the triangle's width, sharper than it.
  case hamming
  /// A cubic of four pixels (Keys 1981), with a = −0.5.
  case bicubic
  /// A sine of six pixels, windowed by a wider one.
  case lanczos

  /// How far from its center the filter reaches, in pixels.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The filter's height at a distance from its center.
  ///
  /// The expressions are Pillow's, term by term (`Resample.c`): another order of operations would
  /// change the last bit of a weight, and with it a color here and there.
  func height(at x: Double) -> Double {
    switch self {
    case .nearest, .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - abs(x))
    case .hamming:
      let x = abs(x)
      guard x > 0 else { return 1 }
      guard x < 1 else { return 0 }
      let angle = x * Double.pi
      // The constants are C's floats there.
      return sin(angle) / angle * (Double(0.54 as Float) + Double(0.46 as Float) * cos(angle))
    case .bicubic: return Self.cubic(abs(x), a: -0.5)
    case .lanczos: return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  /// Keys' cubic (1981, equation 4) at a distance of at least 0, with its free parameter.
  static func cubic(_ x: Double, a: Double) -> Double {
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func sinc(_ x: Double) -> Double {
    guard x != 0 else { return 1 }
    let angle = x * Double.pi
    return sin(angle) / angle
  }
}
