internal import FoundationEssentials
internal import Numerics

/// What a search for patches came to: for each pair the patches, how they did on the reporting half, and how
/// they compare with as many of each control.
public struct PatchReport: Sendable, Codable, Equatable {
  /// The network's and the layer's names.
  public var network, layer: String
  /// The number of rows of the grid that cells are of.
  public var gridSide: Int
  /// The pictures that patches were tried on.
  public var pictures: String
  /// The rate below which a pair counts as a discovery.
  public var discoveryRate: Double
  /// How many patches each kind has, the optimized one aside.
  public var patchesOfKind: Int
  /// How the run was made: the program's settings.
  public var parameters: [String: String]
  /// The pairs, in the order of their confusability.
  public var pairs: [Pair]

  /// A pair of classes.
  public struct Pair: Sendable, Codable, Equatable {
    /// The classes' names and numbers.
    public var source, target: String
    public var sourceClass, targetClass: Int
    /// The mean probability of the target on images of the source in the choosing half.
    public var confusability: Double
    /// Pictures of the choosing and of the reporting half, all taken for the source without a patch.
    public var choosing, reporting: Int
    /// The mean probability of the target on the reporting half without a patch.
    public var meanBefore: Double
    /// Crops that were left out, since the network takes them for the target.
    public var leftOut: Int
    /// What is the matter, where there is no candidate or there are no pictures.
    public var problem: String?
    /// The kinds of patches, those that there are.
    public var kinds: [Kind] = []
    /// The candidates against each control.
    public var comparisons: [Comparison] = []
    /// The largest of their probabilities, and the rate at which the pair is a discovery.
    public var probability, rate: Double?
    /// The same for those that were found after shuffling.
    public var shuffledProbability, shuffledRate: Double?
    /// Whether the candidates surpass all controls.
    public var isDiscovery = false

    /// The mean success, static, over random cells; nil where there are none.
    public var randomSuccess: Double? {
      comparisons.first { $0.control.contains(PatchKind.crop.rawValue) }?.controlSuccess
    }

    /// Makes a pair without patches.
    public init(
      source: String, target: String, sourceClass: Int, targetClass: Int, confusability: Double,
      choosing: Int, reporting: Int, meanBefore: Double, leftOut: Int, problem: String?
    ) {
      (self.source, self.target) = (source, target)
      (self.sourceClass, self.targetClass) = (sourceClass, targetClass)
      (self.confusability, self.meanBefore) = (confusability, meanBefore)
      (self.choosing, self.reporting) = (choosing, reporting)
      (self.leftOut, self.problem) = (leftOut, problem)
    }
  }

  /// The patches of a kind.
  public struct Kind: Sendable, Codable, Equatable {
    /// The kind, and what people call it.
    public var kind, title: String
    /// All patches together, by protocol.
    public var scores: [String: Score]
    /// The patches, the best first by the choosing half.
    public var patches: [Patch]
  }

  /// How patches did on the reporting half.
  public struct Score: Sendable, Codable, Equatable {
    /// Pictures that are taken for the target, and pictures that were tried; each patch tries all.
    public var flipped, tried: Int
    /// Their ratio, and its interval of 95 % over patches; of one patch there is none.
    public var success: Double
    public var low, high: Double?
    /// The mean probability of the target.
    public var meanAfter: Double
    /// The success of the best and of the worst patch.
    public var best, worst: Double
  }

  /// A patch.
  public struct Patch: Sendable, Codable, Equatable {
    /// Its number in the file of patches.
    public var number: Int
    /// Where it comes from, in words.
    public var origin: String
    /// The cell's grid row and column; nil for what is of no cell.
    public var row, column: Int?
    /// The class that the cell argues for most.
    public var ownClass: String?
    /// The cell's score in the search.
    public var score: Double?
    /// The photograph that it is cut from, and that one's class.
    public var image, imageClass: String?
    /// Its success on the choosing half, in the size and place that is best there.
    public var choosing = 0.0
    /// That size, as a fraction of the input's side.
    public var size = 0.0
    /// That place.
    public var place = ""
    /// Its success on the reporting half, by protocol.
    public var success: [String: Double] = [:]

    /// Describes a patch that was not tried yet.
    public init(number: Int, origin: String) { (self.number, self.origin) = (number, origin) }
  }

  /// The candidates against a control.
  public struct Comparison: Sendable, Codable, Equatable {
    /// The kinds of the control.
    public var control: [String]
    /// The mean success, static, over the cells of the candidates, and over those of the control.
    public var success, controlSuccess: Double
    /// How many cells those are; patches, where they are of no cell.
    public var cells, controlCells: Int
    /// The one-sided probability that chance ranks the candidates' cells so high.
    public var probability: Double
    /// Of the best patch of each, pictures that the candidate alone turns, and the control alone.
    public var bestAlone, controlBestAlone: Int
    /// McNemar's exact one-sided probability of that, which knows nothing of chance in the draw of patches.
    public var bestProbability: Double
  }

  /// Makes a report from its parts.
  public init(
    network: String, layer: String, gridSide: Int, pictures: String, discoveryRate: Double,
    patchesOfKind: Int,
    parameters: [String: String], pairs: [Pair]
  ) {
    (self.network, self.layer, self.gridSide) = (network, layer, gridSide)
    self.pictures = pictures
    (self.discoveryRate, self.patchesOfKind) = (discoveryRate, patchesOfKind)
    (self.parameters, self.pairs) = (parameters, pairs)
    settle()
  }

  /// Corrects for the number of pairs.
  private mutating func settle() {
    func rates(_ path: KeyPath<Pair, Double?>) -> [Double?] {
      let tested = pairs.indices.filter { pairs[$0][keyPath: path] != nil }
      let rates = falseDiscoveryRates(tested.compactMap { pairs[$0][keyPath: path] })
      var result = [Double?](repeating: nil, count: pairs.count)
      for (index, rate) in zip(tested, rates) { result[index] = rate }
      return result
    }
    let (own, shuffled) = (rates(\.probability), rates(\.shuffledProbability))
    for index in pairs.indices {
      pairs[index].rate = own[index]
      pairs[index].shuffledRate = shuffled[index]
      pairs[index].isDiscovery = own[index].map { $0 <= discoveryRate } ?? false
    }
  }

  /// How many pairs are discoveries, and how many would be by chance alone: those of the shuffled search.
  public var discoveryCounts: (found: Int, shuffled: Int) {
    (
      pairs.count(where: \.isDiscovery),
      pairs.count { $0.shuffledRate.map { $0 <= discoveryRate } ?? false }
    )
  }

  /// The report as JSON: the same bytes for the same report.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self))
  }
}

extension PatchReport.Kind {
  /// Sums a kind up.
  ///
  /// - Parameters:
  ///   - kind: The kind.
  ///   - table: Its patches' outcomes.
  ///   - descriptions: For each patch what is known of it; outcomes are filled in.
  ///   - item: Which kind of the run; it decides the draws of intervals.
  ///   - seed: The run's seed.
  public init(
    _ kind: PatchKind, _ table: KindTable, descriptions: [PatchReport.Patch], item: Int,
    seed: UInt64
  ) {
    var scores: [String: PatchReport.Score] = [:]
    var perPatch = descriptions
    for (number, way) in PatchProtocol.allCases.enumerated() {
      let all = table.reporting.indices.map { table.score(of: $0, way) }
      let interval = ClusterBootstrap().interval(
        of: all.map(\.success), item: item * PatchProtocol.allCases.count + number, seed: seed)
      scores[way.rawValue] = PatchReport.Score(
        flipped: all.reduce(0) { $0 + $1.flips.count { $0 } },
        tried: all.reduce(0) { $0 + $1.flips.count }, success: mean(all.map(\.success)),
        low: interval?.lowerBound, high: interval?.upperBound,
        meanAfter: mean(all.map(\.meanTarget)), best: all.map(\.success).max() ?? 0,
        worst: all.map(\.success).min() ?? 0)
      for index in all.indices { perPatch[index].success[way.rawValue] = all[index].success }
    }
    for index in perPatch.indices {
      let placement = table.placements[index]
      perPatch[index].choosing = table.choosing[index].score(.fixed(placement)).success
      perPatch[index].size = PatchClassifier.sweep[placement].fraction
      perPatch[index].place = Placement.places[placement % Placement.places.count].name
    }
    self.init(
      kind: kind.rawValue, title: kind.title, scores: scores,
      patches: table.order.map { perPatch[$0] })
  }
}

extension PatchReport.Pair {
  /// Patches of one kind against each control, on the reporting half.
  public static func comparisons(
    of kind: PatchKind, in tables: [PatchKind: KindTable]
  ) -> [PatchReport.Comparison] {
    guard let own = tables[kind] else { return [] }
    return PatchKind.opponents.compactMap { kinds in
      let controls = kinds.compactMap { tables[$0] }
      // The choosing half decides which of several kinds has the best patch.
      guard let best = controls.max(by: { $0.choosingSuccess < $1.choosingSuccess }) else {
        return nil
      }
      let compared = CellComparison([own], over: controls)
      let ofBest = PairedComparison(
        own.score(of: own.best, .fixed).flips, best.score(of: best.best, .fixed).flips)
      return PatchReport.Comparison(
        control: kinds.filter { tables[$0] != nil }.map(\.rawValue), success: compared.first,
        controlSuccess: compared.second, cells: compared.firstCount,
        controlCells: compared.secondCount, probability: compared.probability,
        bestAlone: ofBest.first, controlBestAlone: ofBest.second,
        bestProbability: ofBest.probability)
    }
  }
}
