internal import Numerics

/// Eight pixels of three channels, as planes.
struct PixelBlock {
  /// The first channel of each pixel.
  let plane0: SIMD8<Float>
  /// The second channel of each pixel.
  let plane1: SIMD8<Float>
  /// The third channel of each pixel.
  let plane2: SIMD8<Float>

  @inline(__always)
  init(_ plane0: SIMD8<Float>, _ plane1: SIMD8<Float>, _ plane2: SIMD8<Float>) {
    self.plane0 = plane0
    self.plane1 = plane1
    self.plane2 = plane2
  }

  /// Collects eight interleaved pixels.
  @inline(__always)
  init(pixels pixel: (_ lane: Int) -> SIMD4<Float>) {
    let (a, b, c, d) = (pixel(0), pixel(1), pixel(2), pixel(3))
    let (e, f, g, h) = (pixel(4), pixel(5), pixel(6), pixel(7))
    plane0 = SIMD8(a.x, b.x, c.x, d.x, e.x, f.x, g.x, h.x)
    plane1 = SIMD8(a.y, b.y, c.y, d.y, e.y, f.y, g.y, h.y)
    plane2 = SIMD8(a.z, b.z, c.z, d.z, e.z, f.z, g.z, h.z)
  }

  /// Hands out the pixels one by one, each with a zero as fourth float.
  @inline(__always)
  func forEachPixel(_ body: (_ pixel: SIMD4<Float>, _ lane: Int) -> Void) {
    // Written out: the lane of a vector should be known when the code is compiled.
    body(self[0], 0)
    body(self[1], 1)
    body(self[2], 2)
    body(self[3], 3)
    body(self[4], 4)
    body(self[5], 5)
    body(self[6], 6)
    body(self[7], 7)
  }

  @inline(__always)
  private subscript(lane: Int) -> SIMD4<Float> {
    SIMD4(plane0[lane], plane1[lane], plane2[lane], 0)
  }
}

extension MutableSpan where Element == Float {
  /// Adds to four elements from `index` on.
  @inline(__always)
  mutating func add(_ pixel: SIMD4<Float>, at index: Int) {
    store(span.vector4(at: index) + pixel, at: index)
  }
}
