public import Randomness

/// What is known of a cell when a patch that turns a source class into a target is looked for.
public struct CellEvidence: Sendable, Equatable {
  /// The samples whose effects were computed, and the images that they come from.
  public var sampleCount, imageCount: Int
  /// One less the mean cosine of the cell's samples with their mean, from 0 to 2.
  public var dispersion: Double
  /// The mean effect on the target, in logits.
  public var target: Double
  /// The mean effect on the target over that on the source, in logits, and its standard error over images.
  public var contrast, standardError: Double
  /// The class that the cell argues for most.
  public var ownClass: Int

  /// Makes evidence from its parts.
  public init(
    sampleCount: Int, imageCount: Int, dispersion: Double, target: Double, contrast: Double,
    standardError: Double, ownClass: Int
  ) {
    (self.sampleCount, self.imageCount, self.dispersion) = (sampleCount, imageCount, dispersion)
    (self.target, self.contrast, self.standardError) = (target, contrast, standardError)
    self.ownClass = ownClass
  }
}

/// A search for cells whose look would turn a source class into a target though it is neither's own.
///
/// A cell is a candidate if its own class, the one that it argues for most, is related to neither of the
/// two: then the feature serves several classes, and the target's own object is not what it shows
/// (Carter et al., "Activation Atlas", Distill 2019, section "Adversarial patches", who picked such cells
/// by eye). It argues for the target, and not only against the source. It needs enough samples of enough
/// images. What it argues for is measured in images of the source (`CellInsertion`), or, where that cannot
/// be, by its samples' own effects. Candidates are ranked by
///
///     (d − z · e) · (1 − dispersion),
///
/// with d the mean effect on the target over that on the source, e its standard error over images, and z
/// the quantile of a one-sided 95 % limit: a cell counts by what it argues for at least, and by how far its
/// samples are of one kind. Cells without a positive score are none.
public struct CellSearch: Sendable {
  /// The least samples of a cell, and the least images that they come from.
  public var minimumSamples = 8
  /// The least images.
  public var minimumImages = 3
  /// The normal distribution's quantile of the one-sided limit of the contrast, of 95 %.
  public var quantile = 1.645

  /// With the defaults.
  public init() {}

  /// A cell with its score.
  public struct Ranked: Sendable, Equatable {
    /// The index of the cell.
    public var cell: Int
    /// Its score, in logits.
    public var score: Double
  }

  /// Whether enough is known of a cell: that its samples are as many, and of as many images, as are asked.
  public func isKnown(_ cell: CellEvidence) -> Bool {
    cell.sampleCount >= minimumSamples && cell.imageCount >= minimumImages
  }

  /// The score of a cell, in logits; nil for one that has too few samples, or argues against the target.
  public func score(of cell: CellEvidence) -> Double? {
    guard isKnown(cell), cell.standardError.isFinite, cell.target > 0 else { return nil }
    return (cell.contrast - quantile * cell.standardError) * (1 - cell.dispersion)
  }

  /// The candidates, the best first.
  ///
  /// - Parameters:
  ///   - cells: What is known of each cell.
  ///   - excluding: The classes that are related to the source or the target; a cell of theirs is no
  ///     candidate. Empty for a search by attribution alone.
  /// - Returns: Cells with their scores.
  public func candidates(_ cells: [CellEvidence], excluding: Set<Int>) -> [Ranked] {
    cells.indices.compactMap { index in
      guard !excluding.contains(cells[index].ownClass), let score = score(of: cells[index]),
        score > 0
      else { return nil }
      return Ranked(cell: index, score: score)
    }.sorted { ($1.score, $0.cell) < ($0.score, $1.cell) }
  }

  /// Evidence in which what cells argue for is another cell's: the null of the search.
  ///
  /// Among cells of which enough is known, contrasts, their errors and own classes move together; samples,
  /// dispersion and look stay.
  ///
  /// - Parameters:
  ///   - cells: What is known of each cell.
  ///   - random: Where the permutation comes from.
  /// - Returns: What is known of each cell then.
  public func shuffled(_ cells: [CellEvidence], random: inout RandomStream) -> [CellEvidence] {
    let known = cells.indices.filter { isKnown(cells[$0]) }
    let order = random.permutation(of: known.count)
    var mixed = cells
    for (cell, other) in zip(known, order) {
      mixed[cell].target = cells[known[other]].target
      mixed[cell].contrast = cells[known[other]].contrast
      mixed[cell].standardError = cells[known[other]].standardError
      mixed[cell].ownClass = cells[known[other]].ownClass
    }
    return mixed
  }
}
