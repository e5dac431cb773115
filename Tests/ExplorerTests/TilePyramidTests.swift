import Explorer
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct TilePyramidTests {
  /// Icons of one color each on the diagonal of a grid.
  private func pyramid(
    side: Int, icon: Int = 8, world: Double? = nil, blank: Int? = nil
  ) -> TilePyramid {
    TilePyramid(
      side: side, iconSidePixels: icon,
      worldSide: world ?? TilePyramid.worldSide(side: side, iconSidePixels: icon),
      icons: (0..<side).map { place in
        TilePyramid.Icon(
          row: place, column: place,
          image: RGBImage(
            width: icon, height: icon,
            pixels: Array(repeating: UInt8(truncatingIfNeeded: 10 + place), count: 3 * icon * icon)),
          isBlank: place == blank)
      })
  }

  private func pixel(_ tile: [UInt8], _ x: Int, _ y: Int) -> [UInt8] {
    Array(tile[4 * (256 * y + x)..<4 * (256 * y + x + 1)])
  }

  @Test("the coarsest grid has its own pixels at the last zoom")
  func worldSide() {
    #expect(TilePyramid.worldSide(side: 20, iconSidePixels: 80) == 200)
    #expect(TilePyramid.worldSide(side: 2, iconSidePixels: 10) == 160)
    #expect(TilePyramid.worldSide(side: 1, iconSidePixels: 256) == 256)
    #expect(pyramid(side: 20, icon: 80).nativeZoom == 3)
    #expect(pyramid(side: 40, icon: 80, world: 200).nativeZoom == 4)
    #expect(pyramid(side: 2, icon: 8).nativeZoom == 0)
    // 30 · 80 pixels of a map of 200 are 12 times as many: reduced by a third at 8, enlarged at 16.
    #expect(pyramid(side: 30, icon: 80, world: 200).nativeZoom == 4)
  }

  @Test("tiles are there where icons are, and no others")
  func presence() {
    let pyramid = pyramid(side: 4, icon: 128)
    #expect(pyramid.nativeZoom == 1 && pyramid.zooms.count == 2)
    #expect(pyramid.zooms[1].columns == 2 && pyramid.zooms[1].rows == 2)
    #expect(pyramid.zooms[1].present == .u8([0b1001]))
    #expect(pyramid.tiles(ofZoom: 1) == [SIMD2(0, 0), SIMD2(1, 1)])
    #expect(pyramid.tiles(ofZoom: 0) == [SIMD2(0, 0)])
    for zoom in pyramid.zooms {
      for place in 0..<zoom.columns * zoom.rows {
        let at = SIMD2(place % zoom.columns, place / zoom.columns)
        let isDrawn = pyramid.tile(at: at, zoom: zoom.zoom).contains { $0 > 0 }
        #expect(pyramid.tiles(ofZoom: zoom.zoom).contains(at) == isDrawn)
      }
    }
  }

  @Test("an icon fills its place, what has none is transparent")
  func pixels() {
    let tile = pyramid(side: 4, icon: 128).tile(at: [1, 1], zoom: 1)
    #expect(pixel(tile, 0, 0) == [12, 12, 12, 255])
    #expect(pixel(tile, 127, 127) == [12, 12, 12, 255])
    #expect(pixel(tile, 128, 0) == [0, 0, 0, 0])
    #expect(pixel(tile, 128, 128) == [13, 13, 13, 255])
    let small = pyramid(side: 4, icon: 128).tile(at: [0, 0], zoom: 0)
    #expect(pixel(small, 63, 63) == [10, 10, 10, 255] && pixel(small, 64, 63) == [0, 0, 0, 0])
  }

  @Test("grids whose icons do not fit whole pixels leave no gap and overlap nowhere")
  func fractions() {
    let side = 7
    let icons = (0..<side * side).map { place in
      TilePyramid.Icon(
        row: place / side, column: place % side,
        image: RGBImage(
          width: 5, height: 5, pixels: Array(repeating: UInt8(1 + place), count: 75)),
        isBlank: false)
    }
    let pyramid = TilePyramid(side: side, iconSidePixels: 5, worldSide: 200, icons: icons)
    let tile = pyramid.tile(at: [0, 0], zoom: 0)
    for place in 0..<200 {
      #expect(pixel(tile, place, place)[3] == 255)
      let cell = Int((Double(place) + 0.5) * 7 / 200)
      #expect(pixel(tile, place, place)[0] == UInt8(1 + cell * (side + 1)))
    }
    #expect(pixel(tile, 200, 100)[3] == 0)
  }

  @Test("sized icons stand in the center of their places; blank ones are crossed out")
  func sizes() {
    let pyramid = pyramid(side: 2, icon: 100, blank: 1)
    let tile = pyramid.tile(at: [0, 0], zoom: 0, sizes: [0.5, 1])
    #expect(pixel(tile, 24, 50)[3] == 0 && pixel(tile, 25, 25) == [10, 10, 10, 255])
    #expect(pixel(tile, 74, 74)[3] == 255 && pixel(tile, 75, 75)[3] == 0)
    #expect(pixel(tile, 110, 110) == [255, 255, 255, 255])
    #expect(pixel(tile, 110, 189) == [255, 255, 255, 255])
    #expect(pixel(tile, 110, 150) == [11, 11, 11, 255])
  }

  @Test("more samples than pixels across: every icon keeps one")
  func crowded() {
    let pyramid = pyramid(side: 400, icon: 2, world: 200)
    let tile = pyramid.tile(at: [0, 0], zoom: 0)
    for place in 0..<200 { #expect(pixel(tile, place, place)[3] == 255) }
  }

  @Test("areas are in proportion to counts, within bounds")
  func density() {
    let sizes = sizesByDensity([1, 25] + Array(repeating: 100, count: 17) + [400])
    #expect(sizes[0] == 1 / 3 && sizes[1] == 0.5 && sizes[2] == 1 && sizes[19] == 1)
    #expect(sizesByDensity([]).isEmpty && sizesByDensity([0]) == [1 / 3])
  }
}
