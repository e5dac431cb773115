internal import CCairo
public import Images

/// An image or a page that is drawn on, by cairo.
///
/// Pixels are as large as 1; (0, 0) is the upper left corner, y points down. One thread draws on a
/// canvas at a time.
public final class Canvas {
  /// The pixels in a row; of a page, the units across.
  public let width: Int
  /// The rows; of a page, the units down.
  public let height: Int
  /// Whether letters stand where their widths put them, instead of at whole pixels: a line is then as
  /// wide on an image as on a page.
  public var spacesLettersExactly = false {
    didSet { applyLetterSpacing() }
  }
  let surface: OpaquePointer
  let context: OpaquePointer
  /// Where shaders write, as large as the canvas; a page has none.
  private let shaded: OpaquePointer?
  /// Where a page goes; nil for an image.
  let page: PageBytes?

  /// The largest width and height.
  public static let largestSide = 16384

  /// Makes a black canvas.
  ///
  /// - Precondition: Both sides are from 1 to `largestSide`.
  /// The corresponding C function is `cairo_image_surface_create`.
  ///
  /// - Throws: `DrawingError` if there is not the memory for it.
  public init(width: Int, height: Int) throws(DrawingError) {
    let range = 1...Self.largestSide
    precondition(
      range.contains(width) && range.contains(height), "no canvas of \(width) × \(height) pixels")
    self.width = width
    self.height = height
    page = nil
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    context = cairo_create(surface)
    shaded = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
    guard cairo_status(context) == CAIRO_STATUS_SUCCESS,
      cairo_surface_status(shaded) == CAIRO_STATUS_SUCCESS
    else { throw DrawingError(description: "no memory for an image of \(width) × \(height)") }
    begin()
  }

  /// Makes a white page on a surface, which becomes the canvas's own.
  init(width: Int, height: Int, surface: OpaquePointer, page: PageBytes) throws(DrawingError) {
    self.width = width
    self.height = height
    self.page = page
    self.surface = surface
    context = cairo_create(surface)
    shaded = nil
    guard cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      throw DrawingError(description: "no memory for a page")
    }
    begin()
  }

  private func begin() {
    // Best antialiasing: coverage to 1/256 rather than 1/16 of a pixel.
    cairo_set_antialias(context, CAIRO_ANTIALIAS_BEST)
    // Limbs, leaves and letters end round; nothing here wants a square end.
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
    if let shaded { cairo_surface_destroy(shaded) }
  }

  /// Fills an outline with one color.
  ///
  /// - Parameters:
  ///   - path: The outline, in pixels.
  ///   - color: What fills it.
  public func fill(_ path: Path, _ color: Color) {
    trace(path)
    set(color)
    cairo_fill(context)
  }

  /// Fills an outline; `shader` gives every pixel's color by the pixel's center.
  ///
  /// - Parameters:
  ///   - path: The outline, in pixels.
  ///   - shader: A pixel's center to its color.
  /// - Complexity: One call of the shader per pixel of the outline's bounding box that lies within
  ///   the clip.
  public func fill(_ path: Path, shader: (SIMD2<Float>) -> Color) {
    trace(path)
    paint(cairo_fill, within: cairo_fill_extents, by: shader)
  }

  /// Draws along a line with one color.
  ///
  /// - Parameters:
  ///   - path: The line, in pixels.
  ///   - width: Its width.
  ///   - color: Its color.
  public func stroke(_ path: Path, width: Float, _ color: Color) {
    trace(path)
    set(color)
    cairo_set_line_width(context, Double(width))
    cairo_stroke(context)
  }

  /// Draws along a line; every pixel's color is asked for.
  ///
  /// - Parameters:
  ///   - path: The line, in pixels.
  ///   - width: Its width.
  ///   - shader: A pixel's center to its color.
  public func stroke(_ path: Path, width: Float, shader: (SIMD2<Float>) -> Color) {
    trace(path)
    cairo_set_line_width(context, Double(width))
    paint(cairo_stroke, within: cairo_stroke_extents, by: shader)
  }

  /// Lays an image onto the canvas, its upper left corner at (x, y).
  public func place(_ image: RGBImage, x: Int, y: Int) {
    let frame = Path.rectangle(
      Float(x), Float(y), Float(x + image.width), Float(y + image.height))
    fill(frame) { pixel in
      let column = min(max(Int(pixel.x) - x, 0), image.width - 1)
      let row = min(max(Int(pixel.y) - y, 0), image.height - 1)
      let at = 3 * (row * image.width + column)
      return Color(
        Float(image.pixels[at]) / 255, Float(image.pixels[at + 1]) / 255,
        Float(image.pixels[at + 2]) / 255)
    }
  }

  /// Lays an image into a frame, which it fills; smoothly where its pixels become larger or smaller.
  ///
  /// On a page the image keeps its own pixels. The corresponding C function is
  /// `cairo_set_source_surface`.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - corner: The upper left corner of the frame.
  ///   - size: The width and the height of the frame, above 0.
  /// - Throws: `DrawingError` if there is not the memory for it.
  public func place(
    _ image: RGBImage, at corner: SIMD2<Float>, size: SIMD2<Float>
  ) throws(DrawingError) {
    let source = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(clamping: image.width), Int32(clamping: image.height))
    defer { cairo_surface_destroy(source) }
    guard cairo_surface_status(source) == CAIRO_STATUS_SUCCESS,
      let data = cairo_image_surface_get_data(source)
    else {
      throw DrawingError(description: "no memory for an image of \(image.width) × \(image.height)")
    }
    let stride = Int(cairo_image_surface_get_stride(source)) / 4
    let words = UnsafeMutableRawPointer(data).assumingMemoryBound(to: UInt32.self)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let at = 3 * (y * image.width + x)
        words[y * stride + x] =
          UInt32(image.pixels[at]) << 16 | UInt32(image.pixels[at + 1]) << 8
          | UInt32(image.pixels[at + 2])
      }
    }
    cairo_surface_mark_dirty(source)
    cairo_save(context)
    cairo_translate(context, Double(corner.x), Double(corner.y))
    cairo_scale(
      context, Double(size.x) / Double(image.width), Double(size.y) / Double(image.height))
    cairo_set_source_surface(context, source, 0, 0)
    // Beyond its border an image goes on as at it, or enlarged ones would have a pale rim. On a page
    // that would be an image with the border drawn into it, of another size.
    cairo_pattern_set_extend(
      cairo_get_source(context), page == nil ? CAIRO_EXTEND_PAD : CAIRO_EXTEND_NONE)
    cairo_new_path(context)
    cairo_rectangle(context, 0, 0, Double(image.width), Double(image.height))
    cairo_fill(context)
    cairo_restore(context)
  }

  /// Draws with everything outside an outline left alone.
  ///
  /// - Parameters:
  ///   - path: The outline, in pixels.
  ///   - draw: Draws; clips nest.
  public func clipped(to path: Path, draw: () -> Void) {
    cairo_save(context)
    trace(path)
    cairo_clip(context)
    draw()
    cairo_restore(context)
  }

  /// The image as it is now.
  ///
  /// - Throws: `DrawingError` if cairo failed since the canvas was made.
  /// - Precondition: The canvas is an image, not a page.
  public func image() throws(DrawingError) -> RGBImage {
    precondition(page == nil, "a page has no pixels")
    try check()
    // Cairo may hold drawing back; only after a flush are the bytes in memory the image's.
    cairo_surface_flush(surface)
    // Rows may be longer than the width, for alignment.
    let stride = Int(cairo_image_surface_get_stride(surface)) / 4
    let words = UnsafeRawPointer(cairo_image_surface_get_data(surface))
      .assumingMemoryBound(to: UInt32.self)
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
      for y in 0..<height {
        for x in 0..<width {
          let word = words[y * stride + x]
          let base = 3 * (y * width + x)
          buffer[base] = UInt8(truncatingIfNeeded: word >> 16)
          buffer[base + 1] = UInt8(truncatingIfNeeded: word >> 8)
          buffer[base + 2] = UInt8(truncatingIfNeeded: word)
        }
      }
      count = buffer.count
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// Throws if cairo failed since the canvas was made.
  func check() throws(DrawingError) {
    guard cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      let reason = String(cString: cairo_status_to_string(cairo_status(context)))
      throw DrawingError(description: "cairo: \(reason)")
    }
  }

  private func trace(_ path: Path) {
    // A path left behind would be joined to the next one.
    cairo_new_path(context)
    for step in path.steps {
      switch step {
      case .move(let point): cairo_move_to(context, Double(point.x), Double(point.y))
      case .line(let point): cairo_line_to(context, Double(point.x), Double(point.y))
      case .curve(let first, let second, let point):
        cairo_curve_to(
          context, Double(first.x), Double(first.y), Double(second.x), Double(second.y),
          Double(point.x), Double(point.y))
      case .close: cairo_close_path(context)
      }
    }
  }

  func set(_ color: Color) {
    let c = color.components
    cairo_set_source_rgba(context, Double(c.x), Double(c.y), Double(c.z), Double(c.w))
  }

  private typealias Bound = UnsafeMutablePointer<Double>?

  /// Draws the traced outline with colors from a shader, where it will be seen.
  private func paint(
    _ draw: (OpaquePointer?) -> Void,
    within extents: (OpaquePointer?, Bound, Bound, Bound, Bound) -> Void,
    by shader: (SIMD2<Float>) -> Color
  ) {
    var (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0)
    extents(context, &left, &top, &right, &bottom)
    if shade(left, top, right, bottom, by: shader) {
      draw(context)
    } else {
      cairo_new_path(context)
    }
  }

  /// Fills the part of the shaded surface that will be seen and makes it the source; false if none
  /// will be.
  private func shade(
    _ left: Double, _ top: Double, _ right: Double, _ bottom: Double,
    by shader: (SIMD2<Float>) -> Color
  ) -> Bool {
    guard let shaded else { preconditionFailure("a page has no pixels to shade") }
    var (clipLeft, clipTop, clipRight, clipBottom) = (0.0, 0.0, 0.0, 0.0)
    cairo_clip_extents(context, &clipLeft, &clipTop, &clipRight, &clipBottom)
    // Only what will be seen is shaded: shaders cost far more than filling.
    let columns = Self.whole(max(left, clipLeft), min(right, clipRight), limit: width)
    let rows = Self.whole(max(top, clipTop), min(bottom, clipBottom), limit: height)
    guard !columns.isEmpty, !rows.isEmpty else { return false }
    cairo_surface_flush(shaded)
    let stride = Int(cairo_image_surface_get_stride(shaded)) / 4
    let words = UnsafeMutableRawPointer(cairo_image_surface_get_data(shaded))
      .assumingMemoryBound(to: UInt32.self)
    for y in rows {
      for x in columns {
        words[y * stride + x] = Self.word(shader(SIMD2(Float(x) + 0.5, Float(y) + 0.5)))
      }
    }
    // And this after it, or cairo may use what it has cached.
    cairo_surface_mark_dirty(shaded)
    cairo_set_source_surface(context, shaded, 0, 0)
    return true
  }

  private static func whole(_ low: Double, _ high: Double, limit: Int) -> Range<Int> {
    guard low < high else { return 0..<0 }
    let first = Int(min(max(low.rounded(.down), 0), Double(limit)))
    return first..<max(first, Int(min(max(high.rounded(.up), 0), Double(limit))))
  }

  /// A pixel as cairo keeps it: opacity, red, green, blue from the highest byte, multiplied by the
  /// opacity.
  private static func word(_ color: Color) -> UInt32 {
    let c = color.components.clamped(lowerBound: .zero, upperBound: .one)
    let scaled = c * SIMD4(c.w, c.w, c.w, 1) * 255
    // Adding 2²³ leaves the rounded number in the low bits of the Float.
    func byte(_ value: Float) -> UInt32 { (value + 0x1p23).bitPattern & 0xFF }
    return byte(scaled.w) << 24 | byte(scaled.x) << 16 | byte(scaled.y) << 8 | byte(scaled.z)
  }
}

/// Why an image cannot be drawn.
public struct DrawingError: Error, CustomStringConvertible {
  /// What went wrong, and of what.
  public let description: String
}
