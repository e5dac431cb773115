import CommandLine
import FoundationEssentials
import LayoutQuality
import Layouts
import Neighbors

/// The quality report of a layout, as it is written to `layout.json` and, measure by measure, to
/// the attributes of `layout.h5`.
struct QualityReportFile {
  let sampleCount: Int
  let metric: Metric
  let quality: QualityReport
  let outliers: LayoutOutliers
  /// The Procrustes disparities from layouts by other seeds.
  let disparities: [Double]
  let losses: [LayoutLoss]

  /// 1 where another seed gives the same shape, 0 where it has nothing to do with it.
  private var stability: Double? {
    disparities.isEmpty ? nil : 1 - disparities.reduce(0, +) / Double(disparities.count)
  }

  /// The last loss; nil where it is not finite, as neither JSON nor people have a use for it then.
  private var finalLoss: Double? { losses.last.flatMap { $0.value.isFinite ? $0.value : nil } }

  /// The measures, by the names of their attributes.
  var measures: [(name: String, value: Double)] {
    let count = quality.neighborCount
    return [
      ("trustworthiness_\(count)", quality.trustworthiness),
      ("continuity_\(count)", quality.continuity),
      ("neighborhood_preservation_\(count)", quality.neighborPreservation),
      ("distance_correlation", quality.distanceCorrelation),
      ("triplet_accuracy", quality.tripletAccuracy),
      ("outlier_fraction", outliers.fraction), ("tail_ratio", outliers.tailRatio),
    ] + (stability.map { [("stability", $0)] } ?? [])
      + (finalLoss.map { [("loss", $0)] } ?? [])
  }

  /// One line for people.
  var summary: String {
    let count = quality.neighborCount
    return
      "layout: \(decimal(100 * quality.neighborPreservation)) % of the \(count) nearest neighbors preserved, trustworthiness \(decimal(quality.trustworthiness)), continuity \(decimal(quality.continuity)), distance correlation \(decimal(quality.distanceCorrelation)), triplets \(decimal(100 * quality.tripletAccuracy)) %"
      + (stability.map { ", stability over seeds \(decimal($0))" } ?? "")
      + ", \(outliers.count == 0 ? "none" : "\(outliers.count)") of \(counted(sampleCount, "sample")) far outside"
  }

  /// One object; keys are sorted.
  func json() throws -> [UInt8] {
    let content = Content(
      samples: sampleCount, metric: metric.rawValue, neighbors: quality.neighborCount,
      reportSamples: quality.sampleCount,
      measures: Dictionary(uniqueKeysWithValues: measures.map { ($0.name, $0.value) }),
      procrustesDisparities: disparities,
      losses: losses.filter(\.value.isFinite).map { Content.Loss(step: $0.step, value: $0.value) })
    // Sorted keys: the same report has the same bytes.
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(content)) + [UInt8(ascii: "\n")]
  }

  private struct Content: Encodable {
    let samples: Int
    let metric: String
    let neighbors: Int
    let reportSamples: Int
    let measures: [String: Double]
    let procrustesDisparities: [Double]
    let losses: [Loss]
    struct Loss: Encodable {
      let step: Int
      let value: Double
    }
  }
}
