internal import Numerics

/// The outcomes of one patch on the pictures of a half, all placements each.
///
/// Placements are those of `PatchClassifier.placements(of:picture:seed:)`: the sweep, then a random one.
public struct PatchTable: Sendable {
  /// Pictures × placements.
  public let outcomes: [[PatchOutcome]]
  private let target: Int

  /// Makes a table of a patch's outcomes.
  ///
  /// - Parameters:
  ///   - outcomes: Pictures × placements, as many of each.
  ///   - target: The class that counts as a success.
  public init(_ outcomes: [[PatchOutcome]], target: Int) {
    (self.outcomes, self.target) = (outcomes, target)
  }

  /// How a patch is placed on the pictures.
  public enum Way: Sendable, Equatable {
    /// In one size and place on all (Carter et al. 2019, "static").
    case fixed(Int)
    /// In the size and place that suits each (ibid., "dynamic").
    case best
    /// In SNAFUE's size, in a place at random.
    case random
  }

  /// How a patch does on pictures that the network gets right without it.
  public struct Score: Sendable, Equatable {
    /// For each picture whether it is taken for the target.
    public var flips: [Bool]
    /// The mean probability of the target.
    public var meanTarget: Double
    /// The fraction of pictures that are taken for the target; 0 of none.
    public var success: Double {
      flips.isEmpty ? 0 : Double(flips.count { $0 }) / Double(flips.count)
    }
  }

  /// What a way of placing gives.
  public func score(_ way: Way) -> Score {
    let chosen = outcomes.map { placements in
      let sweep = placements.dropLast()
      return switch way {
      case .fixed(let index): [placements[index]][...]
      case .random: placements.suffix(1)
      case .best: sweep
      }
    }
    return Score(
      flips: chosen.map { $0.contains { $0.answer == target } },
      meanTarget: mean(chosen.map { $0.reduce(0) { max($0, Double($1.target)) } }))
  }

  /// The size and place of the sweep in which most pictures are taken for the target; of equals that with the
  /// larger mean probability, then the first.
  public var bestPlacement: Int {
    let count = (outcomes.first?.count ?? 1) - 1
    let scores = (0..<count).map { score(.fixed($0)) }
    return scores.indices.max { first, second in
      (scores[first].success, scores[first].meanTarget, second)
        < (scores[second].success, scores[second].meanTarget, first)
    } ?? 0
  }
}

/// Patches of one kind and pair: chosen on one half of the pictures, measured on the other.
public struct KindTable: Sendable {
  /// For each patch its outcomes on the choosing half and on the reporting half.
  public let choosing, reporting: [PatchTable]
  /// For each patch the size and place that the choosing half prefers.
  public let placements: [Int]
  /// The patch that the choosing half prefers, by its static success, then by the target's mean probability.
  public let best: Int
  /// The patches in that order.
  public let order: [Int]

  /// For each patch the grid row and column of the cell that it is of; nil of none.
  public let cells: [SIMD2<Int>?]

  /// Makes a table of a kind's patches.
  ///
  /// - Parameters:
  ///   - choosing: For each patch its outcomes on the choosing half.
  ///   - reporting: The same on the reporting half.
  ///   - cells: For each patch the grid row and column of the cell that it is of; nil of none. By default all
  ///     are of none.
  /// - Precondition: There is a patch, and both halves have as many.
  public init(choosing: [PatchTable], reporting: [PatchTable], cells: [SIMD2<Int>?]? = nil) {
    precondition(!choosing.isEmpty && choosing.count == reporting.count)
    (self.choosing, self.reporting) = (choosing, reporting)
    let placements = choosing.map(\.bestPlacement)
    self.placements = placements
    self.cells = cells ?? choosing.map { _ in nil }
    let scores = choosing.indices.map { choosing[$0].score(.fixed(placements[$0])) }
    order = choosing.indices.sorted { first, second in
      (scores[second].success, scores[second].meanTarget, first)
        < (scores[first].success, scores[first].meanTarget, second)
    }
    best = order[0]
  }

  /// The success of the best patch on the choosing half.
  var choosingSuccess: Double { choosing[best].score(.fixed(placements[best])).success }

  /// How a patch does on the reporting half.
  public func score(of patch: Int, _ way: PatchProtocol) -> PatchTable.Score {
    switch way {
    case .fixed: reporting[patch].score(.fixed(placements[patch]))
    case .dynamic: reporting[patch].score(.best)
    case .random: reporting[patch].score(.random)
    }
  }
}

/// How patches are placed in the two published experiments.
public enum PatchProtocol: String, Sendable, CaseIterable {
  /// Each patch in the size and place that the choosing half prefers for it (Carter et al. 2019, "static").
  case fixed = "static"
  /// Each picture in the size and place that suits it (ibid., "dynamic").
  case dynamic
  /// In SNAFUE's size, in a place at random.
  case random
}

/// Whether patches do better than others, over the cells that they are of.
///
/// Patches of one cell are alike: a cell counts once, by the mean of its patches' success, static, on the
/// reporting half; a patch of no cell counts as one. What is compared is drawn by a search or at random, so
/// that a lucky draw is no discovery, as it is where the best of each are compared on the same pictures.
public struct CellComparison: Sendable, Equatable {
  /// The mean success over the cells of the first, and of the second.
  public var first, second: Double
  /// How many cells there are.
  public var firstCount, secondCount: Int
  /// The one-sided probability that chance alone ranks the first so high (rank sums, exact).
  public var probability: Double

  /// Compares patches, of several kinds each.
  public init(_ first: [KindTable], over second: [KindTable]) {
    let (own, other) = (Self.successes(of: first), Self.successes(of: second))
    (self.first, self.second) = (mean(own), mean(other))
    (firstCount, secondCount) = (own.count, other.count)
    probability = rankSumTest(own, over: other)
  }

  /// The success of each cell.
  private static func successes(of tables: [KindTable]) -> [Double] {
    var alone: [[Double]] = []
    var ofCell: [SIMD2<Int>: [Double]] = [:]
    for table in tables {
      for (patch, cell) in table.cells.enumerated() {
        let success = table.score(of: patch, .fixed).success
        if let cell { ofCell[cell, default: []].append(success) } else { alone.append([success]) }
      }
    }
    // Equal up to the last bits is equal. The order does not matter to ranks; the mean is of sorted values.
    return (alone + ofCell.values).map { (1e9 * mean($0)).rounded() / 1e9 }.sorted()
  }
}

/// How many pictures one of two patches turns and the other does not, and how likely that is if both are
/// equally good.
public struct PairedComparison: Sendable, Equatable {
  /// Pictures that the first alone turns, and the second alone.
  public var first, second: Int
  /// The one-sided probability of so many or more of the first's (McNemar 1947, exact).
  public var probability: Double

  /// Compares flips of the same pictures.
  public init(_ first: [Bool], _ second: [Bool]) {
    precondition(first.count == second.count)
    self.first = zip(first, second).count { $0 && !$1 }
    self.second = zip(first, second).count { !$0 && $1 }
    probability = signTest(hits: self.first, of: self.first + self.second)
  }
}

/// The mean; 0 of nothing.
func mean(_ values: [Double]) -> Double {
  values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}
