internal import ArrayStore

/// Where samples lie in the images' own pixels: the layer's receptive field in the network's input,
/// and which part of each image the input shows.
public struct SampleGeometry: Sendable, Equatable {
  /// The pixels of the network's input that a position of the layer depends on: those from `start` +
  /// position · `stride` on, `length` of them, along the rows and along the columns.
  public struct Field: Sendable, Equatable {
    /// Pixels of the input from a position to the next.
    public var stride: (rows: Int, columns: Int)
    /// The first pixel of position 0; below 0 for padded layers.
    public var start: (row: Int, column: Int)
    /// The number of pixels.
    public var length: (rows: Int, columns: Int)

    /// Makes a field from its parts.
    public init(
      stride: (rows: Int, columns: Int), start: (row: Int, column: Int),
      length: (rows: Int, columns: Int)
    ) {
      self.stride = stride
      self.start = start
      self.length = length
    }

    /// Whether two fields are the same.
    public static func == (one: Field, other: Field) -> Bool {
      one.stride == other.stride && one.start == other.start && one.length == other.length
    }
  }

  /// The layer's field; nil where it is not known, or is the whole input.
  public var field: Field?
  /// The size of the network's input in pixels.
  public var inputHeight, inputWidth: Int
  /// The height and the width of each image in pixels; 0 for those that could not be read.
  public var sizes: [Int32]
  /// The part of each image that the input shows: its left edge, its upper edge, its width and its
  /// height in pixels of the image; 0 for those that could not be read.
  public var windows: [Float]

  /// Makes a geometry from its parts.
  ///
  /// - Precondition: Two numbers for the size of each image, four for its window.
  public init(
    field: Field?, inputHeight: Int, inputWidth: Int, sizes: [Int32], windows: [Float]
  ) {
    precondition(
      windows.count == 2 * sizes.count,
      "\(sizes.count / 2) images have \(windows.count / 4) windows")
    self.field = field
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.sizes = sizes
    self.windows = windows
  }

  /// What a sample depends on, in pixels of its image.
  public struct Place: Sendable, Equatable {
    /// The left, the upper, the right and the lower edge of the pixels that the sample depends on,
    /// rounded outward and cut off at the image's edge; right and lower edge are behind the last
    /// pixel.
    public var box: [Int32]
    /// The center of the field, x and y; the image's pixels go from 0 to its width and height.
    ///
    /// Where the field is not known, or is the whole input as behind attention, the place of the position
    /// among those of the map.
    public var center: [Float]

    /// What stands where there is no sample.
    public static let none = Place(box: [-1, -1, -1, -1], center: [.nan, .nan])
  }

  /// Where a sample lies in its image.
  ///
  /// - Parameters:
  ///   - image: The image's index.
  ///   - y: The position's row in the layer's feature map.
  ///   - x: Its column.
  ///   - map: The sizes of the feature map.
  /// - Returns: The place; `none` for an image that could not be read.
  public func place(
    image: Int, y: Int, x: Int, ofMap map: (height: Int, width: Int)
  ) -> Place {
    let (height, width) = (Double(sizes[2 * image]), Double(sizes[2 * image + 1]))
    guard height > 0, width > 0 else { return .none }
    let window = windows[4 * image..<4 * image + 4].map(Double.init)
    // Where the field is not known, a sample may depend on all that the network saw.
    let rows = line(field.map { ($0.start.row + y * $0.stride.rows, $0.length.rows) }, inputHeight)
    let columns = line(
      field.map { ($0.start.column + x * $0.stride.columns, $0.length.columns) }, inputWidth)
    let (scaleX, scaleY) = (window[2] / Double(inputWidth), window[3] / Double(inputHeight))
    let center =
      field == nil
      ? (
        x: (Double(x) + 0.5) / Double(max(1, map.width)) * Double(inputWidth),
        y: (Double(y) + 0.5) / Double(max(1, map.height)) * Double(inputHeight)
      ) : (x: (columns.start + columns.end) / 2, y: (rows.start + rows.end) / 2)
    let (left, right) = (window[0] + columns.start * scaleX, window[0] + columns.end * scaleX)
    let (top, bottom) = (window[1] + rows.start * scaleY, window[1] + rows.end * scaleY)
    return Place(
      box: [
        edge(left.rounded(.down), width), edge(top.rounded(.down), height),
        edge(right.rounded(.up), width), edge(bottom.rounded(.up), height),
      ], center: [Float(window[0] + center.x * scaleX), Float(window[1] + center.y * scaleY)])
  }

  private func line(_ field: (start: Int, length: Int)?, _ length: Int) -> (
    start: Double, end: Double
  ) {
    guard let field else { return (0, Double(length)) }
    return (Double(field.start), Double(field.start + field.length))
  }

  private func edge(_ value: Double, _ length: Double) -> Int32 {
    Int32(min(max(0, value), length))
  }
}

// MARK: - Form

extension SampleGeometry {
  static let absence = Presence.optionally("where it is known")

  static let sizesDataset = Dataset<Int32>(
    "images/size", ["i", 2], unit: "pixels",
    "Height and width of each image; 0 for those that could not be read.", absence)
  static let windowsDataset = Dataset<Float>(
    "images/window", ["i", 4], unit: "pixels of the image",
    "The part of each image that the network's input shows: x and y of its upper left corner, width and height; 0 for those that could not be read.",
    absence)
  static let inputHeightAttribute = Attribute<Int>(
    "input_height", "Height of the network's input, in pixels.", absence)
  static let inputWidthAttribute = Attribute<Int>(
    "input_width", "Width of the network's input, in pixels.", absence)

  private static let known = Presence.optionally(
    "where the layer's receptive field is known and is not the whole input")
  static let fieldAttributes: [(Attribute<Int>, @Sendable (Field) -> Int)] = [
    (
      Attribute(
        "stride_y", "Pixels of the network's input between two rows of the feature map.", known),
      { $0.stride.rows }
    ),
    (
      Attribute(
        "stride_x", "Pixels of the network's input between two columns of the feature map.", known),
      { $0.stride.columns }
    ),
    (
      Attribute(
        "field_top",
        "First row of the input that row 0 of the feature map depends on; row y depends on those from field_top + y · stride_y on. Below 0 for padded layers.",
        known), { $0.start.row }
    ),
    (
      Attribute(
        "field_left",
        "First column of the input that column 0 of the feature map depends on; see `field_top`.",
        known), { $0.start.column }
    ),
    (
      Attribute(
        "field_height", "Rows of the input that a position depends on: its receptive field.", known),
      { $0.length.rows }
    ),
    (
      Attribute("field_width", "Columns of the input that a position depends on.", known),
      { $0.length.columns }
    ),
  ]

  static let datasets = [sizesDataset.schema, windowsDataset.schema]
  static let attributes =
    [inputHeightAttribute.schema, inputWidthAttribute.schema] + fieldAttributes.map(\.0.schema)
}

extension ArtifactReader {
  /// Where samples lie in images; nil for a file that does not say.
  func geometry() throws -> SampleGeometry? {
    typealias Form = SampleGeometry
    guard contains(Form.sizesDataset), contains(Form.windowsDataset),
      let height = try optional(Form.inputHeightAttribute),
      let width = try optional(Form.inputWidthAttribute)
    else { return nil }
    let numbers = try Form.fieldAttributes.map { try optional($0.0) }.compactMap { $0 }
    // No network sees more; products of positions and strides stay within an integer.
    let bounds = -1 << 30..<1 << 30
    let (sizes, windows) = (try read(Form.sizesDataset), try read(Form.windowsDataset))
    guard (1..<1 << 30).contains(height), (1..<1 << 30).contains(width),
      numbers.allSatisfy(bounds.contains), sizes.allSatisfy({ $0 >= 0 }),
      windows.allSatisfy({ abs($0) < 1e9 })
    else { throw damage("it does not say where samples lie in images") }
    return SampleGeometry(
      field: numbers.count < Form.fieldAttributes.count
        ? nil
        : SampleGeometry.Field(
          stride: (numbers[0], numbers[1]), start: (numbers[2], numbers[3]),
          length: (numbers[4], numbers[5])),
      inputHeight: height, inputWidth: width, sizes: sizes, windows: windows)
  }
}

extension ArtifactWriter {
  func write(_ geometry: SampleGeometry) throws(ArrayStoreError) {
    typealias Form = SampleGeometry
    let imageCount = geometry.sizes.count / 2
    try write(Form.sizesDataset, geometry.sizes, shape: [imageCount, 2])
    try write(Form.windowsDataset, geometry.windows, shape: [imageCount, 4])
    try set(Form.inputHeightAttribute, geometry.inputHeight)
    try set(Form.inputWidthAttribute, geometry.inputWidth)
    guard let field = geometry.field else { return }
    for (attribute, value) in Form.fieldAttributes { try set(attribute, value(field)) }
  }
}
