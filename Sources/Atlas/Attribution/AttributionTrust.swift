internal import Numerics
internal import Randomness

/// How far linear effects can be trusted: what they are beside interventions, over a sample of
/// activations.
///
/// Each number compares h · ∂logit/∂h, which is cheap, with what it stands for, which is not. Correlations
/// are over the classes of an activation, and the median over activations is given: that is what ranking
/// a cell's classes relies on. Those over the activations for one class, as a median over classes, are what
/// filtering activations by a class relies on.
public struct AttributionTrust: Sendable, Equatable {
  /// The effects of one activation on all classes, l of each.
  public struct Measurement: Sendable {
    /// The linear effects, h · ∂logit/∂h.
    public var linear: [Float]
    /// How much logits fall when the activation is set to 0, and to the layer's mean.
    public var ablatedToZero, ablatedToMean: [Float]
    /// Integrated gradients of the activation from 0.
    public var integrated: [Float]
    /// The effects of all positions of the image together, and how much logits fall when all activations
    /// are set to 0.
    public var all, ablatedAll: [Float]

    /// Collects effects.
    ///
    /// - Precondition: As many of each.
    public init(
      linear: [Float], ablatedToZero: [Float], ablatedToMean: [Float], integrated: [Float],
      all: [Float], ablatedAll: [Float]
    ) {
      let counts = [
        ablatedToZero.count, ablatedToMean.count, integrated.count, all.count, ablatedAll.count,
      ]
      precondition(
        counts.allSatisfy { $0 == linear.count }, "\(linear.count) and \(counts) classes")
      self.linear = linear
      self.ablatedToZero = ablatedToZero
      self.ablatedToMean = ablatedToMean
      self.integrated = integrated
      (self.all, self.ablatedAll) = (all, ablatedAll)
    }
  }

  /// A correlation by size and by rank, from −1 to 1; NaN where nothing varies.
  public struct Agreement: Sendable, Equatable {
    /// By size (Pearson).
    public let pearson: Double
    /// By rank (Spearman).
    public let spearman: Double
  }

  /// The number of activations.
  public let sampleCount: Int
  /// Over the classes of an activation, with the effects of setting it to 0 and to the layer's mean:
  /// medians over activations.
  public let withZero, withMean: Agreement
  /// Over the activations for a class, with the effects of setting them to 0: medians over classes.
  public let withZeroByClass: Agreement
  /// How often the class with the largest linear effect has the largest effect of ablation, and one of
  /// the five largest.
  public let topOne, topFive: Double
  /// What curvature makes of the effects; 0 is a linear network.
  ///
  /// ‖integrated gradients − linear effects‖ / ‖integrated gradients‖, Euclidean over classes; the median
  /// over activations.
  public let curvature: Double
  /// Over classes, the correlation of the effects of all positions of an image together with what all
  /// activations of the layer do to its logits, and the distance of the two as a fraction of the latter:
  /// medians over images.
  ///
  /// Integrated gradients along the whole map are complete (Sundararajan et al., ICML 2017, proposition 1):
  /// they come to 1 and 0 with many steps. Where the derivative alone is far from that, classes are saturated,
  /// and it says little about what the layer argues for.
  public let completeness, completenessError: Double
  /// What counts as a large effect: half the median of activations' largest effects of ablation.
  public let largeEffect: Double
  /// Of effects that are small by the linear estimate, less than half of a large one, the fraction that
  /// is large in truth: missed by saturation or by paths that cancel.
  public let missedFraction: Double
  /// The upper 99 % confidence limit of that fraction, by one class of each activation drawn at random,
  /// as these are independent (Kramár et al., "AtP*", arXiv 2403.00745, section 5).
  public let missedLimit: Double

  /// Compares measurements.
  ///
  /// - Parameters:
  ///   - measurements: One for each activation, of different images.
  ///   - seed: What the draw of classes grows from.
  /// - Precondition: There is a measurement, and all are of as many classes.
  /// - Complexity: O(n l log l) for n activations and l classes.
  public init(_ measurements: [Measurement], seed: UInt64) {
    precondition(!measurements.isEmpty, "nothing was measured")
    let classCount = measurements[0].linear.count
    sampleCount = measurements.count
    func overClasses(_ truth: (Measurement) -> [Float]) -> Agreement {
      Agreement(
        pearson: median(measurements.map { correlation($0.linear, truth($0)) }),
        spearman: median(measurements.map { rankCorrelation($0.linear, truth($0)) }))
    }
    withZero = overClasses(\.ablatedToZero)
    withMean = overClasses(\.ablatedToMean)
    let columns = (0..<classCount).map { index in
      (
        linear: measurements.map { $0.linear[index] },
        truth: measurements.map { $0.ablatedToZero[index] }
      )
    }
    withZeroByClass = Agreement(
      pearson: median(columns.map { correlation($0.linear, $0.truth) }),
      spearman: median(columns.map { rankCorrelation($0.linear, $0.truth) }))

    let places = measurements.map { measurement -> Int in
      let top = measurement.linear.indices.max {
        (measurement.linear[$0], $1) < (measurement.linear[$1], $0)
      }
      guard let top else { return 0 }
      let truth = measurement.ablatedToZero
      return truth.count { $0 > truth[top] }
    }
    topOne = Double(places.count { $0 < 1 }) / Double(places.count)
    topFive = Double(places.count { $0 < 5 }) / Double(places.count)
    curvature = median(measurements.map { relativeDistance($0.linear, from: $0.integrated) })
    completeness = median(measurements.map { correlation($0.all, $0.ablatedAll) })
    completenessError = median(measurements.map { relativeDistance($0.all, from: $0.ablatedAll) })

    let large =
      median(measurements.map { Double($0.ablatedToZero.reduce(0) { max($0, abs($1)) }) }) / 2
    largeEffect = large
    var (smallCount, missedCount, drawnCount, drawnMissedCount) = (0, 0, 0, 0)
    for (index, measurement) in measurements.enumerated() {
      let small = measurement.linear.indices.filter {
        Double(abs(measurement.linear[$0])) < large / 2
      }
      func isMissed(_ index: Int) -> Bool {
        Double(abs(measurement.ablatedToZero[index])) >= large && large > 0
      }
      smallCount += small.count
      missedCount += small.count(where: isMissed)
      guard !small.isEmpty else { continue }
      var random = RandomStream(seed: seed, purpose: .attribution, item: index, step: 1)
      drawnCount += 1
      if isMissed(small[random.distinctIntegers(1, below: small.count)[0]]) {
        drawnMissedCount += 1
      }
    }
    missedFraction = smallCount > 0 ? Double(missedCount) / Double(smallCount) : 0
    missedLimit =
      drawnCount > 0 ? upperLimit(hits: drawnMissedCount, of: drawnCount, confidence: 0.99) : 1
  }
}

/// The median of the numbers that are not NaN; NaN if there are none.
private func median(_ values: [Double]) -> Double {
  let sorted = values.filter { !$0.isNaN }.sorted()
  return sorted.isEmpty ? .nan : quantile(0.5, ofSorted: sorted)
}

/// The Euclidean distance of two vectors as a fraction of the length of the second; NaN if that is 0.
private func relativeDistance(_ values: [Float], from truth: [Float]) -> Double {
  var (difference, whole) = (0.0, 0.0)
  for (value, expected) in zip(values, truth) {
    difference += (Double(value) - Double(expected)) * (Double(value) - Double(expected))
    whole += Double(expected) * Double(expected)
  }
  return whole > 0 ? (difference / whole).squareRoot() : .nan
}
