/// Means over the cells of a grid of numbers that are known of images.
///
/// Every sample has the numbers of its image. Samples of one image are alike, so images count, not
/// samples, for the standard error: it is that of a mean over clusters (Liang and Zeger, Biometrika
/// 1986), √(G / (G − 1) Σ_g (n_g (v_g − x̄))²) / n with G images, n samples, n_g of them of image g,
/// whose number is v_g, and their mean x̄.
public struct CellColumns: Sendable, Equatable {
  /// The number of columns, q.
  public let columnCount: Int
  /// The mean of each column over a cell's samples; m × q, row-major; NaN where no sample has a number.
  public let means: [Double]
  /// The standard error of each mean over images; m × q; NaN where fewer than two images have a number.
  public let errors: [Double]
  /// The samples that have a number; m × q.
  public let counts: [Int32]

  /// Averages the numbers of images over the cells of a grid.
  ///
  /// - Parameters:
  ///   - grid: Which samples the cells hold, n samples.
  ///   - images: The image of each sample, n of them.
  ///   - values: The numbers of each image, images × q, row-major; NaN where there is none.
  ///   - columnCount: The number of columns, q.
  /// - Complexity: O(n log n + p q) for p pairs of a cell and an image of its samples.
  /// - Precondition: As many images as samples, each of them with q numbers.
  public init(_ grid: GridAssignment, images: [Int32], values: [Double], columnCount: Int) {
    let cellOfSample = grid.cellOfSample
    let imageCount = columnCount > 0 ? values.count / columnCount : 0
    precondition(
      images.count == cellOfSample.count, "\(images.count) images of \(cellOfSample.count) samples")
    precondition(
      images.allSatisfy { (0..<imageCount).contains(Int($0)) },
      "a sample's image is none of the \(imageCount)")
    self.columnCount = columnCount
    // Sorted, so that the samples of a cell and an image come together, in an order of their own.
    let keys = zip(cellOfSample, images).compactMap { cell, image in
      cell >= 0 ? Int(cell) * imageCount + Int(image) : nil
    }.sorted()
    var shares: [(cell: Int, image: Int, count: Double)] = []
    for (index, key) in keys.enumerated() {
      if index > 0, keys[index - 1] == key {
        shares[shares.count - 1].count += 1
      } else {
        shares.append((key / imageCount, key % imageCount, 1))
      }
    }
    let size = grid.cells.cellCount * columnCount
    var (sums, squares) = (
      [Double](repeating: 0, count: size), [Double](repeating: 0, count: size)
    )
    var counts = [Int32](repeating: 0, count: size)
    var imageCounts = [Int](repeating: 0, count: size)
    func add(_ body: (_ place: Int, _ value: Double, _ count: Double) -> Void) {
      for share in shares {
        for column in 0..<columnCount {
          let value = values[share.image * columnCount + column]
          if value.isFinite { body(share.cell * columnCount + column, value, share.count) }
        }
      }
    }
    add { place, value, count in
      sums[place] += count * value
      counts[place] += Int32(count)
      imageCounts[place] += 1
    }
    let means = zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : .nan }
    // A second pass: the difference of two large sums would lose what years or prices differ in.
    add { place, value, count in
      let deviation = count * (value - means[place])
      squares[place] += deviation * deviation
    }
    self.means = means
    self.counts = counts
    errors = (0..<size).map { place in
      let images = Double(imageCounts[place])
      guard images >= 2 else { return .nan }
      return (squares[place] * images / (images - 1)).squareRoot() / Double(counts[place])
    }
  }
}
