/// What the cells of a grid do for every class: means of the effects of their samples, and how sure
/// these are.
///
/// Effects come image by image. Samples of one image are alike, so images count, not samples, for the
/// standard error: it is that of a mean over clusters (Liang and Zeger, Biometrika 1986), √(G / (G − 1)
/// Σ_g (Σ_{i ∈ g} (x_i − x̄))²) / n with G images, n samples and their mean x̄.
public struct CellEffects: Sendable {
  /// The number of cells, m.
  public let cellCount: Int
  /// The number of classes, l.
  public let classCount: Int
  /// Samples of each cell, m of them.
  public private(set) var sampleCounts: [Int]
  /// Images that these come from, m of them.
  public private(set) var imageCounts: [Int]

  // Sums over samples, m × l.
  private var sums: [Double]
  private var positives, negatives: [Int32]
  // Over images g: Σ S_g² and Σ n_g S_g, m × l, and Σ n_g², m; S_g the sum and n_g the number of an
  // image's samples in a cell. Σ (S_g − n_g x̄)² = Σ S_g² − 2x̄ Σ n_g S_g + x̄² Σ n_g².
  private var squares, products: [Double]
  private var countSquares: [Double]

  /// Effects of no samples yet.
  ///
  /// - Complexity: 32 bytes for each cell and class.
  public init(cellCount: Int, classCount: Int) {
    self.cellCount = cellCount
    self.classCount = classCount
    sampleCounts = [Int](repeating: 0, count: cellCount)
    imageCounts = sampleCounts
    sums = [Double](repeating: 0, count: cellCount * classCount)
    (squares, products) = (sums, sums)
    positives = [Int32](repeating: 0, count: cellCount * classCount)
    negatives = positives
    countSquares = [Double](repeating: 0, count: cellCount)
  }

  /// Adds all samples of an image.
  ///
  /// The order in which images are added decides the last bits of sums; add them in their own.
  ///
  /// - Parameters:
  ///   - effects: samples × classes, row-major.
  ///   - cells: The cell of each sample; below 0 for none.
  public mutating func add(_ effects: Span<Float>, ofCells cells: [Int]) {
    precondition(
      effects.count == cells.count * classCount,
      "\(effects.count) effects of \(cells.count) samples on \(classCount) classes")
    // Few samples of an image share a cell, and their order is that of the image's positions.
    for cell in Set(cells).sorted() where cell >= 0 {
      precondition(cell < cellCount, "cell \(cell) of \(cellCount)")
      let samples = cells.indices.filter { cells[$0] == cell }
      sampleCounts[cell] += samples.count
      imageCounts[cell] += 1
      countSquares[cell] += Double(samples.count * samples.count)
      for index in 0..<classCount {
        let place = cell * classCount + index
        var sum = 0.0
        for sample in samples {
          let effect = effects[sample * classCount + index]
          sum += Double(effect)
          if effect > 0 { positives[place] += 1 }
          if effect < 0 { negatives[place] += 1 }
        }
        sums[place] += sum
        squares[place] += sum * sum
        products[place] += Double(samples.count) * sum
      }
    }
  }

  /// The mean effect of a cell on a class; 0 without samples.
  public func mean(cell: Int, onClass index: Int) -> Double {
    let count = sampleCounts[cell]
    return count > 0 ? sums[cell * classCount + index] / Double(count) : 0
  }

  /// The standard error of the mean over images; NaN where there are fewer than two.
  public func standardError(cell: Int, onClass index: Int) -> Double {
    let (images, count) = (Double(imageCounts[cell]), Double(sampleCounts[cell]))
    guard images >= 2 else { return .nan }
    let (place, mean) = (cell * classCount + index, mean(cell: cell, onClass: index))
    let deviations =
      squares[place] - 2 * mean * products[place] + mean * mean * countSquares[cell]
    return (max(0, deviations) * images / (images - 1)).squareRoot() / count
  }

  /// The fraction of samples whose effect has the mean's sign, from 0 to 1; 0 where the mean is 0.
  public func agreement(cell: Int, onClass index: Int) -> Double {
    let (place, mean) = (cell * classCount + index, mean(cell: cell, onClass: index))
    guard mean != 0 else { return 0 }
    return Double(mean > 0 ? positives[place] : negatives[place]) / Double(sampleCounts[cell])
  }
}
