internal import Numerics

/// Whether icons pass through a layer as real images of their cells do.
///
/// Geirhos et al., "Don't trust your eyes: on the (un)reliability of feature visualizations" (ICML 2024):
/// an image that excites a unit by another way through the network than real images take explains
/// nothing about these. The layer's features are centered on the mean of the patches; with s the
/// cosine,
///
///     similarity = (s(icon, own patches) − s(patch, patches of other cells))
///                / (s(patch, other patches of its cell) − s(patch, patches of other cells)),
///
/// each s a mean over all pairs: 1 for real patches, 0 for those of any other cell.
public struct PathSimilarity: Sendable, Equatable, Codable {
  /// The layer.
  public let layer: String
  /// The similarity; nil where the cells' patches are no more alike than those of other cells.
  public let similarity: Double?
  /// The mean cosine of icons to the patches of their cells, of patches to others of their cell, and of
  /// patches to those of other cells.
  public let icons, samePatches, otherPatches: Double
  /// The similarity of each icon by itself, in the order of the icons; NaN where there is none.
  public let ofIcons: [Double]

  private enum CodingKeys: String, CodingKey {
    case layer, similarity, icons, samePatches, otherPatches
  }

  /// Reads a card's summary; icons by themselves are not kept there.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    layer = try values.decode(String.self, forKey: .layer)
    similarity = try values.decodeIfPresent(Double.self, forKey: .similarity)
    icons = try values.decode(Double.self, forKey: .icons)
    samePatches = try values.decode(Double.self, forKey: .samePatches)
    otherPatches = try values.decode(Double.self, forKey: .otherPatches)
    ofIcons = []
  }

  /// Compares features of a layer.
  ///
  /// - Parameters:
  ///   - layer: Its name.
  ///   - icons: The features of icons.
  ///   - cells: The cell of each icon.
  ///   - patches: The features of patches, a list for each cell.
  /// - Precondition: There is a patch.
  /// - Complexity: O(pictures · length).
  public init(layer: String, icons: [[Float]], of cells: [Int], patches: [[[Float]]]) {
    let all = patches.joined()
    precondition(!all.isEmpty, "there are no patches to compare with")
    let width = all.first?.count ?? 0
    let direction = CenteredFeatures(on: Array(all)).direction
    func sum(_ vectors: some Sequence<[Float]>) -> [Double] {
      vectors.reduce(into: [Double](repeating: 0, count: width)) { sum, vector in
        for index in 0..<width { sum[index] += Double(vector[index]) }
      }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // Cosines are products of unit vectors, so sums over pairs are products of sums.
    let directions = patches.map { $0.map(direction) }
    let sums = directions.map { sum($0) }
    let total = sums.reduce(into: [Double](repeating: 0, count: width)) { total, sum in
      for index in 0..<width { total[index] += sum[index] }
    }
    var (same, samePairs, other, otherPairs) = (0.0, 0.0, 0.0, 0.0)
    for (own, vectors) in zip(sums, directions) {
      let count = Double(vectors.count)
      let selfProducts = vectors.reduce(0.0) { $0 + dotProduct($1.span, $1.span) }
      same += product(own, own) - selfProducts
      samePairs += count * (count - 1)
      other += product(own, total) - product(own, own)
      otherPairs += count * (Double(all.count) - count)
    }
    let sameMean = samePairs > 0 ? same / samePairs : 1
    let otherMean = otherPairs > 0 ? other / otherPairs : 0
    let ofIcons = zip(icons, cells).map { icon, cell in
      let count = Double(directions[cell].count)
      return count > 0
        ? product(direction(icon).map(Double.init), sums[cell]) / count : Double.nan
    }
    let known = ofIcons.filter(\.isFinite)
    let iconMean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    let range = sameMean - otherMean
    self.layer = layer
    self.icons = iconMean
    (samePatches, otherPatches) = (sameMean, otherMean)
    similarity = range > 0 ? (iconMean - otherMean) / range : nil
    self.ofIcons = range > 0 ? ofIcons.map { ($0 - otherMean) / range } : ofIcons.map { _ in .nan }
  }
}
