internal import FoundationEssentials
public import Mosaics
internal import Numerics

/// The report card of an atlas's icons: `icons.json`.
public struct IconReport: Sendable, Codable {
  /// What is known of an icon.
  public struct Cell: Sendable, Codable {
    /// The position in the grid.
    public let row, column: Int
    /// The cosine between the cell's mean and what the icon evokes; the mean of it under random
    /// transforms; and that of the layer's mean, one and the same icon for all cells.
    public let fidelity, transformedFidelity, baseline: Float?
    /// The place of the icon's own cell among all in the judge's eyes; 1 is the best.
    public let rank: Int?
    /// The probability that the judge chooses the own cell over another.
    public let twoChoice: Double?
    /// The cell that the judge takes the icon for, where it is not the own one.
    public let takenForRow, takenForColumn: Int?
    /// The similarity of the icon's path through the network to that of the cell's patches.
    ///
    /// 1 as of other patches of the cell, 0 as of those of other cells; the mean over the layers.
    public let path: Double?
    /// Why the icon is not to be trusted; absent where nothing speaks against it.
    public let doubts: [Doubt]?
  }

  /// Why an icon is not to be trusted.
  public enum Doubt: String, Sendable, Codable {
    /// It evokes nothing of its target.
    case blank
    /// It shows its cell no better than one icon for the whole layer would.
    case fidelityBelowBaseline = "fidelity below the baseline"
    /// The judge chooses another cell more often than its own.
    case notRecognized = "not recognized by the judge"
    /// Its path through the network is less like that of the cell's images than other cells' are.
    case foreignPath = "path unlike that of real images"
  }

  /// The quartiles of a measure.
  public struct Quartiles: Sendable, Codable {
    /// The quartiles, the middle one being the median.
    public let lower, median, upper: Float

    /// The quartiles of what is finite; nil where nothing is.
    init?(_ values: [Float]) {
      let sorted = values.filter(\.isFinite).sorted()
      guard !sorted.isEmpty else { return nil }
      lower = quantile(0.25, ofSorted: sorted)
      median = quantile(0.5, ofSorted: sorted)
      upper = quantile(0.75, ofSorted: sorted)
    }
  }

  /// Whether another network recognizes the icons.
  public struct Recognition: Sendable, Codable {
    /// The judge, and its layer whose mean over all positions is compared: of several the
    /// one that recognizes real patches best.
    public let network, layer: String
    /// Of the icons; and of patches of real images of the same cells, the ceiling.
    public let icons, patches: RecognitionScores?
  }

  /// The icons' paths through the network.
  public struct Path: Sendable, Codable {
    /// Layer by layer, first to last.
    public let layers: [PathSimilarity]
    /// The mean over the layers.
    public let mean: Double?
  }

  /// The icons' pixels beside those of the patches.
  public struct Pictures: Sendable, Codable {
    /// The medians.
    public let icons, patches: PictureStatistics?
  }

  /// The network and the layer.
  public let network, layer: String
  /// The number of icons, and of patches of real images that they are compared with.
  public let icons, patches: Int
  /// How well the icons show their cells.
  public let fidelity, transformedFidelity, baseline: Quartiles?
  /// Whether another network recognizes them; absent without one.
  public let recognition: Recognition?
  /// Whether they pass through the network as real images do; absent without images.
  public let path: Path?
  /// Contrast, color and fine structure.
  public let pictures: Pictures
  /// How many icons are not to be trusted.
  public let doubtful: Int
  /// Each icon.
  public let cells: [Cell]
  /// How the report was made.
  public var made: AtlasManifest.Making?
}

extension IconReport {
  /// The report as JSON in UTF-8, ending with a line feed; equal reports give equal bytes.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads a report.
  ///
  /// - Throws: `DecodingError` if the text is not a report.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(IconReport.self, from: Data(json))
  }
}
