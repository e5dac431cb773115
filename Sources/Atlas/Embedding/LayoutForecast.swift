/// What a layout will take, once the neighbours are known.
public struct LayoutForecast: Sendable, Equatable {
  /// The most memory in bytes, with the rows and the neighbours.
  public let bytes: Int
  /// The time of one thread in seconds, about.
  public let threadSeconds: Double
}

extension LayoutMethod {
  /// Forecasts a layout.
  ///
  /// - Parameters:
  ///   - rowCount: The number of rows.
  ///   - dimension: The numbers in a row.
  ///   - storedNeighborCount: The neighbours a row that are read; at least as many as the method uses.
  /// - Returns: An upper bound of the memory: a graph has at most two edges for each neighbour. The
  ///   time is that of a processor of 2024, and within a factor of two on most.
  public func forecast(
    rowCount: Int, dimension: Int, storedNeighborCount: Int
  ) -> LayoutForecast {
    let rows = Double(rowCount)
    let neighbors = rows * Double(min(neighborCount, max(1, rowCount - 1)))
    let edges = 2 * neighbors
    let rowBytes = rows * Double(dimension) * 4
    let table = rows * Double(storedNeighborCount) * 8
    let graph = edges * 8
    // The graph grows beside the table, with a weight and a place of each entry; then the layout
    // has the graph and what it makes of it.
    let joining = table + graph + neighbors * 8
    let steps = Double(stepCount(forRowCount: rowCount))
    let laying: Double
    let seconds: Double
    switch self {
    case .umap(let parameters):
      laying = graph + edges * 8 + rows * 180
      let perEpoch =
        neighbors * 1.7 * 3e-9 + rows * 20 * Double(1 + parameters.negativeSampleCount) * 2e-9
      seconds = steps * perEpoch
    case .tsne:
      // At most 4,096 × 4,096 places and their transform.
      let grid = min(0x1p24, 40 * rows + 0x1p16) * 24
      laying = graph + rows * 100 + grid
      seconds = steps * (neighbors * 1.6 * 1.2e-9 + rows * 100e-9)
    }
    // A program with its libraries, and the pictures of its report.
    let bytes = rowBytes + max(joining, laying) + rows * 32 + 128 * 1024 * 1024
    return LayoutForecast(
      bytes: Int(bytes), threadSeconds: seconds + edges * 20e-9 + rows * Double(dimension) * 30e-9)
  }
}
