public import Images

/// What a picture looks like, whatever it shows: its contrast, its color and its fine structure.
public struct PictureStatistics: Sendable, Equatable, Codable {
  /// The standard deviation of the luma (ITU-R BT.601), in levels of 0 to 1.
  public let contrast: Double
  /// The mean distance of a pixel's color from its gray, in levels of 0 to 1.
  public let colorfulness: Double
  /// The fraction of the luma's variation that lies between adjacent pixels.
  ///
  /// The mean squared difference of neighbors in a row or a column over twice the variance: 0 is smooth,
  /// 1 white noise.
  public let roughness: Double

  /// Measures a picture.
  ///
  /// - Complexity: O(pixels).
  public init(_ image: RGBImage) {
    let (width, height) = (image.width, image.height)
    var luma = [Double](repeating: 0, count: width * height)
    var chroma = 0.0
    for index in luma.indices {
      let (red, green, blue) = (
        Double(image.pixels[3 * index]) / 255, Double(image.pixels[3 * index + 1]) / 255,
        Double(image.pixels[3 * index + 2]) / 255
      )
      luma[index] = 0.299 * red + 0.587 * green + 0.114 * blue
      let gray = (red + green + blue) / 3
      let (r, g, b) = (red - gray, green - gray, blue - gray)
      chroma += (r * r + g * g + b * b).squareRoot()
    }
    let count = Double(max(luma.count, 1))
    let mean = luma.reduce(0, +) / count
    let variance = luma.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    var (differences, pairs) = (0.0, 0.0)
    for y in 0..<height {
      for x in 0..<width {
        let value = luma[y * width + x]
        if x + 1 < width {
          let step = luma[y * width + x + 1] - value
          differences += step * step
          pairs += 1
        }
        if y + 1 < height {
          let step = luma[(y + 1) * width + x] - value
          differences += step * step
          pairs += 1
        }
      }
    }
    contrast = variance.squareRoot()
    colorfulness = chroma / count
    roughness = variance > 0 && pairs > 0 ? differences / pairs / (2 * variance) : 0
  }

  private init(contrast: Double, colorfulness: Double, roughness: Double) {
    (self.contrast, self.colorfulness, self.roughness) = (contrast, colorfulness, roughness)
  }

  /// The medians of several pictures'; nil without any.
  public static func medians(_ statistics: [PictureStatistics]) -> PictureStatistics? {
    func median(_ key: KeyPath<PictureStatistics, Double>) -> Double {
      statistics.map { $0[keyPath: key] }.sorted()[statistics.count / 2]
    }
    return statistics.isEmpty
      ? nil
      : PictureStatistics(
        contrast: median(\.contrast), colorfulness: median(\.colorfulness),
        roughness: median(\.roughness))
  }
}
