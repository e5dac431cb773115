internal import CCairo

extension Canvas {
  /// The longest side of a page, in points of 1/72 inch: what readers of PDF take.
  public static let longestPagePoints = 14_400.0

  /// Makes a white page, which becomes a PDF file.
  ///
  /// Outlines and letters stay such, fonts are embedded, and images keep their own pixels. Shaders
  /// draw pixels, and are for images alone. The same drawing gives the same bytes: the file says of no
  /// time. The corresponding C function is `cairo_pdf_surface_create_for_stream`.
  ///
  /// - Parameters:
  ///   - pageWidth: The units across the page.
  ///   - height: The units down the page.
  ///   - points: The length of a unit, in points of 1/72 inch.
  ///   - title: The title that readers show.
  /// - Throws: `DrawingError` if there is not the memory for it.
  /// - Precondition: Both sides are above 0 and at most `longestPagePoints`.
  public convenience init(
    pageWidth: Int, height: Int, points: Double, title: String
  ) throws(DrawingError) {
    let (width, length) = (Double(pageWidth) * points, Double(height) * points)
    precondition(
      width > 0 && length > 0 && max(width, length) <= Self.longestPagePoints,
      "no page of \(width) × \(length) points")
    let page = PageBytes()
    let surface = cairo_pdf_surface_create_for_stream(
      { closure, data, count in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        let page = Unmanaged<PageBytes>.fromOpaque(closure).takeUnretainedValue()
        page.bytes += UnsafeBufferPointer(start: data, count: Int(count))
        return CAIRO_STATUS_SUCCESS
      }, Unmanaged.passUnretained(page).toOpaque(), width, length)
    guard let surface, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
      throw DrawingError(description: "no memory for a page of \(width) × \(length) points")
    }
    // Objects stay as they are, not packed into streams: other programs find fonts and the title.
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
    // Cairo would write the time of day. What is no date leaves it out.
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "")
    try self.init(width: pageWidth, height: height, surface: surface, page: page)
    cairo_scale(context, points, points)
  }

  /// Finishes the page, on which nothing can be drawn afterwards.
  ///
  /// - Returns: The bytes of the PDF file.
  /// - Throws: `DrawingError` if cairo failed since the page was made.
  /// - Precondition: The canvas is a page.
  public func pdf() throws(DrawingError) -> [UInt8] {
    guard let page else { preconditionFailure("an image is no page") }
    try check()
    cairo_surface_finish(surface)
    guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
      let reason = String(cString: cairo_status_to_string(cairo_surface_status(surface)))
      throw DrawingError(description: "cairo: \(reason)")
    }
    return page.bytes
  }
}

/// What a page has written so far; it lives as long as the canvas, whose end may write more.
final class PageBytes {
  var bytes: [UInt8] = []
}
