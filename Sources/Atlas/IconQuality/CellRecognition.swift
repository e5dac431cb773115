internal import Numerics
internal import Randomness

/// Whether a picture is recognized as one of its own cell: how its features compare with those of all
/// cells.
///
/// Each cell is represented by the mean feature of some of its image patches. Features are centered on
/// the mean of all cells, so that what all images have in common says nothing, and compared by their
/// cosine. A machine takes the part of the people in Zimmermann, Klindt and Brendel, "Measuring
/// mechanistic interpretability at scale without humans" (NeurIPS 2024), who were asked which of two
/// images belongs to what is shown.
public struct CellRecognition: Sendable {
  /// The cells' centered features, of length 1.
  private let references: [[Float]]
  private let centered: CenteredFeatures

  /// One picture against all cells.
  public struct Verdict: Sendable, Equatable {
    /// The place of the picture's own cell among all, by falling similarity; 1 is the best.
    public let rank: Int
    /// The fraction of the other cells to which the picture is less similar than to its own: the
    /// probability of the right choice between its own and another; ½ by chance.
    public let twoChoice: Double
    /// The cell that the picture is most similar to.
    public let nearest: Int
  }

  /// Represents cells by features.
  ///
  /// - Parameter features: The mean feature of each cell's patches; all of one length.
  /// - Precondition: There are two cells at least.
  public init(_ features: [[Float]]) {
    precondition(features.count > 1, "there is nothing to choose between \(features.count) cells")
    let centered = CenteredFeatures(on: features)
    self.centered = centered
    references = features.map(centered.direction)
  }

  /// Compares a picture with all cells.
  ///
  /// - Parameters:
  ///   - feature: The picture's feature.
  ///   - cell: Its own cell.
  /// - Returns: The verdict; a cell that is as similar as its own counts as half a right choice.
  /// - Complexity: O(cells · length).
  public func verdict(on feature: [Float], of cell: Int) -> Verdict {
    let direction = centered.direction(of: feature)
    let similarities = references.map { dotProduct(direction.span, $0.span) }
    let own = similarities[cell]
    var (better, equal, nearest) = (0, 0, cell)
    for (index, similarity) in similarities.enumerated() where index != cell {
      if similarity > own { better += 1 }
      if similarity == own { equal += 1 }
      if similarity > similarities[nearest] { nearest = index }
    }
    let others = Double(references.count - 1)
    return Verdict(
      rank: better + 1, twoChoice: (others - Double(better) - Double(equal) / 2) / others,
      nearest: nearest)
  }
}

/// A number with the interval that holds it with 95 % confidence, by resampling of cells.
public struct Estimate: Sendable, Equatable, Codable {
  /// The mean over the cells.
  public let value: Double
  /// The ends of the interval.
  public let lower, upper: Double

  /// The mean of some numbers, with the percentile bootstrap's interval (Efron 1979).
  ///
  /// Deterministic: the same numbers give the same interval.
  ///
  /// - Parameters:
  ///   - numbers: One number a cell.
  ///   - resamples: How often cells are drawn anew.
  /// - Precondition: There is a number.
  public init(meanOf numbers: [Double], resamples: Int = 1000) {
    precondition(!numbers.isEmpty, "there is no mean of nothing")
    value = numbers.reduce(0, +) / Double(numbers.count)
    let means = (0..<resamples).map { resample in
      var stream = RandomStream(seed: 0, purpose: .evaluation, item: resample)
      let sum = numbers.indices.reduce(0.0) { sum, _ in
        sum + numbers[stream.integer(below: numbers.count)]
      }
      return Float(sum / Double(numbers.count))
    }.sorted()
    lower = Double(quantile(0.025, ofSorted: means))
    upper = Double(quantile(0.975, ofSorted: means))
  }
}

/// How well many pictures are recognized.
public struct RecognitionScores: Sendable, Equatable, Codable {
  /// How many pictures were shown.
  public let pictures: Int
  /// The probability of the right choice between a picture's own cell and another; ½ by chance.
  public let twoChoice: Estimate
  /// The fraction of pictures whose own cell comes first, and is among the first five.
  public let first, amongFive: Estimate
  /// The mean of 1 / rank.
  public let meanReciprocalRank: Estimate

  /// Sums verdicts up, those of one cell as one.
  ///
  /// - Parameter verdicts: The verdicts of each cell's pictures, none empty.
  public init?(_ verdicts: [[CellRecognition.Verdict]]) {
    guard !verdicts.isEmpty else { return nil }
    func estimate(_ score: (CellRecognition.Verdict) -> Double) -> Estimate {
      Estimate(
        meanOf: verdicts.map { $0.reduce(0) { $0 + score($1) } / Double($0.count) })
    }
    pictures = verdicts.reduce(0) { $0 + $1.count }
    twoChoice = estimate(\.twoChoice)
    first = estimate { $0.rank == 1 ? 1 : 0 }
    amongFive = estimate { $0.rank <= 5 ? 1 : 0 }
    meanReciprocalRank = estimate { 1 / Double($0.rank) }
  }
}
