internal import CCairo

/// Which point of a text is put at a place.
public enum TextAlignment: Sendable {
  /// Where it begins.
  case leading
  /// Its center.
  case center
  /// Where it ends.
  case trailing
}

/// How letters look, beside their size and color.
public struct LetterStyle: Sendable, Equatable {
  /// Whether they are bold.
  public var isBold: Bool
  /// Their width, as a fraction of what the font gives them.
  ///
  /// DejaVu Sans Condensed is DejaVu Sans at 0.9, and not on every machine; so letters are narrowed
  /// here.
  public var widthFactor: Float

  /// The font's own letters.
  public static let regular = LetterStyle()
  /// Bold letters.
  public static let bold = LetterStyle(isBold: true)

  /// Makes a style; see the properties.
  public init(isBold: Bool = false, widthFactor: Float = 1) {
    (self.isBold, self.widthFactor) = (isBold, widthFactor)
  }
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
  ///   - style: How the letters look.
  ///   - isUpright: Whether the line runs upwards instead of to the right.
  public func write(
    _ text: String, at point: SIMD2<Float>, size: Float, _ color: Color,
    alignment: TextAlignment = .leading, style: LetterStyle = .regular, isUpright: Bool = false
  ) {
    let width = Double(width(of: text, size: size, style: style))
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
  ///   - style: How the letters look.
  /// - Returns: The advance of the text.
  public func width(of text: String, size: Float, style: LetterStyle = .regular) -> Float {
    // By name: of "sans", fontconfig chooses a font for the language that LC_ALL names, so that the
    // bytes would depend on the locale where there are fonts of several languages.
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
      style.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    var matrix = cairo_matrix_t()
    cairo_matrix_init_scale(&matrix, Double(size * style.widthFactor), Double(size))
    cairo_set_font_matrix(context, &matrix)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return Float(extents.x_advance)
  }

  /// Chooses whether widths of letters are rounded to whole pixels, as hints for screens ask.
  func applyLetterSpacing() {
    let options = cairo_font_options_create()
    defer { cairo_font_options_destroy(options) }
    if spacesLettersExactly {
      cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
      cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    }
    cairo_set_font_options(context, options)
  }
}
