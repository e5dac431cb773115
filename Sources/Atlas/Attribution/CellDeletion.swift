/// Whether cells do what they argue for: what the logit of a cell's class loses when the cell's activations
/// are set to 0 in images that its effects were not computed from, beside as many other activations of the
/// same image.
public struct CellDeletion: Sendable, Equatable {
  /// The number of pairs of a cell and an image.
  public let count: Int
  /// The mean loss by the cell's activations, and by as many others, in logits.
  public let cellLoss, randomLoss: Double
  /// The mean of the difference, and its standard error over pairs.
  public let difference, standardError: Double

  /// Compares losses, one pair for each cell.
  ///
  /// - Precondition: There are at least two.
  public init(_ losses: [(cell: Float, random: Float)]) {
    precondition(losses.count > 1, "\(losses.count) losses")
    count = losses.count
    let total = Double(losses.count)
    cellLoss = losses.reduce(0.0) { $0 + Double($1.cell) } / total
    randomLoss = losses.reduce(0.0) { $0 + Double($1.random) } / total
    let differences = losses.map { Double($0.cell) - Double($0.random) }
    let mean = differences.reduce(0, +) / total
    difference = mean
    let square = differences.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (square / (total - 1) / total).squareRoot()
  }

  /// The 95 % confidence interval of the difference, by the normal distribution.
  public var interval: ClosedRange<Double> {
    difference - 1.96 * standardError...difference + 1.96 * standardError
  }
}
