internal import CCairo
public import Images

/// An image that is drawn on, by cairo.
///
/// Pixels are as large as 1; (0, 0) is the upper left corner, y points down. One thread draws on a
/// canvas at a time.
public final class Canvas {
  /// The pixels in a row.
  public let width: Int
  /// The rows.
  public let height: Int
  private let surface: OpaquePointer
  let context: OpaquePointer
  /// Where shaders write, as large as the canvas.
  private let shaded: OpaquePointer

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
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    context = cairo_create(surface)
    shaded = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
    guard cairo_status(context) == CAIRO_STATUS_SUCCESS,
      cairo_surface_status(shaded) == CAIRO_STATUS_SUCCESS
    else { throw DrawingError(description: "no memory for an image of \(width) × \(height)") }
    // Best antialiasing: coverage to 1/256 rather than 1/16 of a pixel.
    cairo_set_antialias(context, CAIRO_ANTIALIAS_BEST)
    // Limbs, leaves and letters end round; nothing here wants a square end.
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
    cairo_surface_destroy(shaded)
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
  public func image() throws(DrawingError) -> RGBImage {
    guard cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      let reason = String(cString: cairo_status_to_string(cairo_status(context)))
      throw DrawingError(description: "cairo: \(reason)")
    }
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

/// Which point of a text is put at a place.
public enum TextAlignment: Sendable {
  /// Where it begins.
  case leading
  /// Its center.
  case center
  /// Where it ends.
  case trailing
}

extension Canvas {
  /// Writes one line in DejaVu Sans, or what the system has in its place.
  ///
  /// Letters are the machine's: the bytes of an image with text may differ from one to another. The
  /// corresponding C functions are `cairo_select_font_face` and `cairo_show_text`.
  ///
  /// - Parameters:
  ///   - text: The line.
  ///   - point: Where it goes, on the line the letters stand on.
  ///   - size: The height of the font, in pixels.
  ///   - color: The color of the letters.
  ///   - alignment: Which point of the text is at `point`.
  ///   - isBold: Whether the letters are bold.
  ///   - isUpright: Whether the line runs upwards instead of to the right.
  public func write(
    _ text: String, at point: SIMD2<Float>, size: Float, _ color: Color,
    alignment: TextAlignment = .leading, isBold: Bool = false, isUpright: Bool = false
  ) {
    let width = Double(width(of: text, size: size, isBold: isBold))
    // Measuring has chosen the font as well.
    let fraction: Double =
      switch alignment {
      case .leading: 0
      case .center: 0.5
      case .trailing: 1
      }
    cairo_save(context)
    cairo_translate(context, Double(point.x), Double(point.y))
    // After the translation, so that the text turns about its own point.
    if isUpright { cairo_rotate(context, -.pi / 2) }
    cairo_move_to(context, -fraction * width, 0)
    set(color)
    cairo_show_text(context, text)
    cairo_new_path(context)
    cairo_restore(context)
  }

  /// How far a line of text reaches, in pixels.
  ///
  /// The corresponding C function is `cairo_text_extents`.
  ///
  /// - Parameters:
  ///   - text: One line.
  ///   - size: The height of the font, in pixels.
  ///   - isBold: Whether the letters are bold.
  /// - Returns: The advance of the text.
  public func width(of text: String, size: Float, isBold: Bool = false) -> Float {
    // By name: of "sans", fontconfig chooses a font for the language that LC_ALL names, so that the
    // bytes would depend on the locale where there are fonts of several languages.
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
      isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, Double(size))
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return Float(extents.x_advance)
  }
}

/// Why an image cannot be drawn.
public struct DrawingError: Error, CustomStringConvertible {
  /// What went wrong, and of what.
  public let description: String
}
