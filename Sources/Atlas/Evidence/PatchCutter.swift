public import Images
public import Models
internal import NeuralNetworks
internal import ParallelLoops

/// An exemplar of a cell whose photograph is to be shown.
public struct EvidenceItem: Sendable, Hashable {
  /// The path of its photograph.
  public let path: String
  /// The center of its receptive field in pixels of the photograph; nil for the middle of what the network
  /// sees.
  public let center: SIMD2<Float>?
  /// The left, upper, right and lower edge of the field in pixels of the photograph; nil where they are
  /// unknown.
  public let box: SIMD4<Int32>?

  /// Names an exemplar.
  public init(path: String, center: SIMD2<Float>?, box: SIMD4<Int32>?) {
    self.path = path
    self.center = center
    self.box = box
  }
}

/// A part of a photograph about an exemplar, as a square picture.
public struct EvidencePatch: Sendable {
  /// The picture.
  public let picture: RGBImage
  /// The left, upper, right and lower edge of what it shows, in pixels of the photograph.
  public let rectangle: SIMD4<Double>
  /// The same edges of the receptive field in pixels of the picture, as far as it lies in it; nil where
  /// they are unknown.
  public let field: SIMD4<Double>?
}

/// Cuts patches about exemplars out of photographs, from their own pixels.
///
/// A patch is a square of the network's input, moved inward where it would leave what the network sees of
/// the photograph. Where it is larger than that along a side, gray fills the picture up.
public struct PatchCutter: Sendable {
  /// How images become the network's input.
  public let preprocessing: Preprocessing
  /// The side of a patch in pixels of the input; nil for all that the network sees.
  public let extent: Int?
  /// The side of the pictures in pixels.
  public let side: Int

  /// The color of what is not there: the middle of all.
  public static let gray: UInt8 = 128

  /// Cuts patches of a size.
  ///
  /// - Precondition: Both sides are positive.
  public init(preprocessing: Preprocessing, extent: Int?, side: Int) {
    precondition(side > 0 && extent ?? 1 > 0, "patches of \(extent ?? 0) pixels at \(side) pixels")
    self.preprocessing = preprocessing
    self.extent = extent
    self.side = side
  }

  /// Reads the patches of exemplars; each photograph is decoded once.
  ///
  /// - Parameters:
  ///   - items: The exemplars.
  ///   - progress: Called after each photograph, from any thread.
  /// - Returns: For each exemplar its patch, or why there is none.
  /// - Complexity: Dominated by decoding; on all threads. 3 · side² bytes for each exemplar.
  public func read(
    _ items: [EvidenceItem], progress: @Sendable () -> Void = {}
  ) -> [Result<EvidencePatch, ImageError>] {
    let byPath = Dictionary(grouping: items.indices) { items[$0].path }
    let groups = byPath.values.sorted { $0[0] < $1[0] }
    let read = parallelMap(count: groups.count) { group in
      defer { progress() }
      return Result { () throws(ImageError) in
        try ImageReader.withImage(at: items[groups[group][0]].path, atLeast: nil) { image, _, _ in
          groups[group].map { patch(of: items[$0], in: image) }
        }
      }
    }
    var results: [Int: Result<EvidencePatch, ImageError>] = [:]
    for (indices, patches) in zip(groups, read) {
      for (place, index) in indices.enumerated() { results[index] = patches.map { $0[place] } }
    }
    return items.indices.compactMap { results[$0] }
  }

  /// Cuts the patch of an exemplar out of its photograph.
  package func patch(of item: EvidenceItem, in image: RGBImage) -> EvidencePatch {
    let window = preprocessing.window(of: Extent(height: image.height, width: image.width))
    let size = preprocessing.size
    let extent = Double(extent ?? max(size.width, size.height))
    let center = item.center.map(window.inputPoint)
    let columns = Cut(
      image.width, window.scaleX, window.left, window.resized.width, size.width,
      center: center?.x, extent: extent, side: side)
    let rows = Cut(
      image.height, window.scaleY, window.top, window.resized.height, size.height,
      center: center?.y, extent: extent, side: side)
    let part = image.resized(
      toWidth: columns.wholeLength, height: rows.wholeLength,
      part: PixelRectangle(
        x: columns.start, y: rows.start, width: columns.length, height: rows.length),
      filter: .lanczos)
    return EvidencePatch(
      picture: part.centered(in: side, of: Self.gray),
      rectangle: SIMD4(columns.first, rows.first, columns.last, rows.last),
      field: item.box.map { box in
        SIMD4(
          columns.place(of: box[0]), rows.place(of: box[1]), columns.place(of: box[2]),
          rows.place(of: box[3]))
      })
  }
}

/// A patch along one side of a photograph: which pixels of the photograph, resized as a whole, are shown.
private struct Cut {
  /// The length that the whole photograph is resized to.
  let wholeLength: Int
  /// The first pixel that is shown, and how many are.
  let start, length: Int
  /// Where they lie in the photograph, in its own pixels.
  let first, last: Double
  /// Where they begin in the picture.
  private let margin: Int

  init(
    _ imageLength: Int, _ scale: Double, _ offset: Int, _ resizedLength: Int, _ inputLength: Int,
    center: Double?, extent: Double, side: Int
  ) {
    // What the network sees of the photograph; its input may have black borders.
    let seen = (
      start: Double(max(0, -offset)), end: Double(min(inputLength, resizedLength - offset))
    )
    let shown = min(extent, seen.end - seen.start)
    let begin = (center ?? Double(inputLength) / 2) - shown / 2
    let inside = min(max(begin.isFinite ? begin : 0, seen.start), seen.end - shown)
    // Pixels of the input, then of the photograph, then of the resized one. Whole pixels of that are at
    // most half a pixel of the picture off.
    length = max(1, Int((Double(side) * shown / extent).rounded()))
    let pixels = shown * scale
    wholeLength = max(length, Int((Double(imageLength) * Double(length) / pixels).rounded()))
    let place = (Double(offset) + inside) * scale / Double(imageLength) * Double(wholeLength)
    start = min(max(0, Int(place.rounded())), wholeLength - length)
    let pixel = Double(imageLength) / Double(wholeLength)
    (first, last) = (Double(start) * pixel, Double(start + length) * pixel)
    margin = (side - length) / 2
  }

  /// The place in the picture of an edge in the photograph, or the nearest one that is shown.
  func place(of edge: Int32) -> Double {
    let fraction = (Double(edge) - first) / (last - first)
    return Double(margin) + Double(length) * min(max(0, fraction), 1)
  }
}

extension RGBImage {
  /// The image in the middle of a square of one gray.
  fileprivate func centered(in side: Int, of gray: UInt8) -> RGBImage {
    guard width < side || height < side else { return self }
    var square = RGBImage(
      width: side, height: side, pixels: [UInt8](repeating: gray, count: 3 * side * side))
    square.pixels.replace(
      self, x: (side - width) / 2, y: (side - height) / 2, rowLength: 3 * side)
    return square
  }
}

extension [UInt8] {
  /// Puts an image among pixels whose rows have so many bytes.
  mutating func replace(_ image: RGBImage, x: Int, y: Int, rowLength: Int) {
    let byteCount = 3 * image.width
    for row in 0..<image.height {
      let start = (y + row) * rowLength + 3 * x
      replaceSubrange(
        start..<start + byteCount, with: image.pixels[row * byteCount..<(row + 1) * byteCount])
    }
  }
}
