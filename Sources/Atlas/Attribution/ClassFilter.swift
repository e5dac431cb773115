public import Matrices

/// Which samples belong to the atlas of a class (Carter et al., "Activation Atlas", Distill 2019, section
/// "Class Activation Atlases").
public enum ClassFilter: String, CaseIterable, Sendable {
  /// The samples that have their largest effect on the class: focused, and some of them weak.
  case rank
  /// The samples with the largest effects on the class, as far as these are positive: shows what the class
  /// shares with others.
  case magnitude
  /// Both together, each sample once.
  case both
}

/// Chooses the samples of class atlases from effects that come block by block.
public struct ClassSelection: Sendable {
  private let filter: ClassFilter
  private let columns: [Int]
  private let mostByMagnitude: Int
  /// For each class the samples whose largest effect is on it.
  private var winners: [[Int]]
  /// For each class the positive effects with their samples.
  private var positives: [[(effect: Float, sample: Int)]]

  /// A selection from no samples yet.
  ///
  /// - Parameters:
  ///   - filter: How samples are chosen.
  ///   - columns: The classes, as columns of the effects.
  ///   - mostByMagnitude: How many are chosen by magnitude for each class, at most.
  public init(_ filter: ClassFilter, of columns: [Int], mostByMagnitude: Int) {
    self.filter = filter
    self.columns = columns
    self.mostByMagnitude = mostByMagnitude
    winners = columns.map { _ in [] }
    positives = columns.map { _ in [] }
  }

  /// Adds samples with their effects, a row a sample.
  ///
  /// - Parameters:
  ///   - effects: Samples × classes; by rank, all classes of the network.
  ///   - samples: The samples' indices.
  /// - Precondition: As many samples as rows, and the classes are columns.
  /// - Complexity: O(samples · classes) by rank, else O(samples).
  public mutating func add(_ effects: Matrix, ofSamples samples: some Collection<Int32>) {
    precondition(effects.rowCount == samples.count, "\(samples.count) samples")
    let elements = effects.elements.span
    for (row, sample) in samples.enumerated() {
      let values = elements.extracting(effects.range(ofRow: row))
      if filter != .magnitude {
        // Of equal effects the class with the lower index wins.
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        if let place = columns.firstIndex(of: best), values[best] > 0 {
          winners[place].append(Int(sample))
        }
      }
      if filter != .rank {
        for (place, column) in columns.enumerated() where values[column] > 0 {
          positives[place].append((values[column], Int(sample)))
        }
      }
    }
  }

  /// For each class its samples, ascending: how many were chosen by rank and by magnitude, and both
  /// together.
  ///
  /// - Complexity: O(n log n).
  public func chosen() -> [(byRank: Int, byMagnitude: Int, samples: [Int])] {
    columns.indices.map { place in
      let strongest = positives[place].sorted { ($1.effect, $0.sample) < ($0.effect, $1.sample) }
        .prefix(mostByMagnitude).map(\.sample)
      return (
        winners[place].count, strongest.count, Set(winners[place] + strongest).sorted()
      )
    }
  }
}
