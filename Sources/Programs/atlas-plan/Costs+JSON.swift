import FoundationEssentials

/// Costs as `Pipelines/estimate` reads them.
extension Costs {
  /// The costs of all products as JSON.
  ///
  /// At a nominal rate, times are comparable between runs of this program; what they are on a machine is for
  /// measured runs to say.
  ///
  /// - Parameter sample: Names of images to measure with, which are passed on.
  /// - Returns: An object with what is made of how much, the sample, and a list of the products with their costs.
  /// - Throws: What the encoder throws, for a cost that is no number.
  func json(sample: [String]) throws -> String {
    struct Line: Encodable {
      let stage, path: String
      let grid: String?
      let cells: Int?
      let cost: Cost
    }
    struct Table: Encodable {
      let title: String
      let images, samples: Int
      /// Whether there are classes for cells to argue for.
      let hasLogits: Bool
      let sample: [String]
      let products: [Line]
    }
    let lines = pipeline.products.map { product in
      Line(
        stage: product.stage, path: product.path, grid: product.grid,
        cells: product.grid.map { _ in Int(cellCount(product)) }, cost: cost(of: product))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let table = Table(
      title: title, images: imageCount, samples: Int(sampleCount), hasLogits: hasLogits,
      sample: sample, products: lines)
    return String(decoding: try encoder.encode(table), as: UTF8.self)
  }

  /// Operations a second for costs that are compared with others.
  static let nominalRate = 1e11
}
