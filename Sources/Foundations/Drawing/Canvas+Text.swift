internal import CCairo

/// Which point of a text is put at a place.
public enum TextAlignment: Sendable {
  /// Where it begins.
  case leading
  /// Its middle.
  case center
  /// Where it ends.
  case trailing
}

extension Canvas {
  /// Writes one line in the system's sans-serif font.
  ///
  /// Letters are the machine's: the bytes of a picture with text may differ from one to another. The
  /// corresponding C functions are `cairo_select_font_face` and `cairo_show_text`.
  ///
  /// - Parameters:
  ///   - text: The line.
  ///   - point: Where it goes, on the line the letters stand on.
  ///   - size: The height of the font, in pixels.
  ///   - color: The colour of the letters.
  ///   - alignment: Which point of the text is at `point`.
  ///   - isBold: Whether the letters are bold.
  ///   - isUpright: Whether the line runs upwards instead of to the right.
  public func write(
    _ text: String, at point: SIMD2<Float>, size: Float, _ color: Color,
    alignment: TextAlignment = .leading, isBold: Bool = false, isUpright: Bool = false
  ) {
    let width = Double(width(of: text, size: size, isBold: isBold))
    // Measuring has chosen the font as well.
    let share: Double =
      switch alignment {
      case .leading: 0
      case .center: 0.5
      case .trailing: 1
      }
    cairo_save(context)
    cairo_translate(context, Double(point.x), Double(point.y))
    if isUpright { cairo_rotate(context, -.pi / 2) }
    cairo_move_to(context, -share * width, 0)
    set(color)
    cairo_show_text(context, text)
    cairo_new_path(context)
    cairo_restore(context)
  }

  /// How far a line of text reaches, in pixels.
  ///
  /// The corresponding C function is `cairo_text_extents`.
  public func width(of text: String, size: Float, isBold: Bool = false) -> Float {
    cairo_select_font_face(
      context, "sans", CAIRO_FONT_SLANT_NORMAL,
      isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, Double(size))
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return Float(extents.x_advance)
  }
}
