extension Warp {
  /// Brings an image into the inner part of the padded one, in network values.
  func interleave(_ rgb: Span<Float>, into pixels: inout [Float]) {
    var pixels = pixels.mutableSpan
    for y in 0..<inputSide {
      forEachOverlappingBlock(of: inputSide) { x, lanes in
        interleave(rgb, into: &pixels, x, y, lanes)
      }
    }
  }

  @inline(__always)
  private func interleave(
    _ rgb: Span<Float>, into pixels: inout MutableSpan<Float>, _ x: Int, _ y: Int, _ lanes: Int
  ) {
    let index = y * inputSide + x
    let block = PixelBlock(
      networkValues(rgb, 0, at: index, lanes), networkValues(rgb, 1, at: index, lanes),
      networkValues(rgb, 2, at: index, lanes))
    let start = 4 * ((y + 1) * paddedSide + x + 1)
    block.forEachPixel { pixel, lane in
      if lane < lanes { pixels.store(pixel, at: start + 4 * lane) }
    }
  }

  /// The adjoint of the linear part of `interleave`.
  func deinterleave(_ pixels: Span<Float>, into rgb: inout [Float]) {
    var rgb = rgb.mutableSpan
    for y in 0..<inputSide {
      forEachOverlappingBlock(of: inputSide) { x, lanes in
        deinterleave(pixels, into: &rgb, x, y, lanes)
      }
    }
  }

  @inline(__always)
  private func deinterleave(
    _ pixels: Span<Float>, into rgb: inout MutableSpan<Float>, _ x: Int, _ y: Int, _ lanes: Int
  ) {
    let start = 4 * ((y + 1) * paddedSide + x + 1)
    let block = PixelBlock { lane in lane < lanes ? pixels.pixel(at: start + 4 * lane) : .zero }
    let index = y * inputSide + x
    rgb.store(channels.factor(0) * block.plane0, at: place(0, index), lanes: lanes)
    rgb.store(channels.factor(1) * block.plane1, at: place(1, index), lanes: lanes)
    rgb.store(channels.factor(2) * block.plane2, at: place(2, index), lanes: lanes)
  }

  /// Where the colour that a channel shows lies in RGB planes.
  @inline(__always)
  private func place(_ channel: Int, _ index: Int) -> Int {
    channels.order[channel] * inputSide * inputSide + index
  }

  @inline(__always)
  private func networkValues(
    _ rgb: Span<Float>, _ channel: Int, at index: Int, _ lanes: Int
  ) -> SIMD8<Float> {
    let values = rgb.vector(at: place(channel, index), lanes: lanes)
    return channels.factor(channel) * values + channels.offset[channel]
  }
}
