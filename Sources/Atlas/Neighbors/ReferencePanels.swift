import Matrices
import ParallelLoops

/// Rows to search among, in panels that a matrix product takes as they are: each panel is the
/// transposed matrix of some rows.
///
/// With panels the product runs at nearly its full rate; rows would have to be turned around again
/// for every product.
struct ReferencePanels: Sendable {
  /// The numbers in a row.
  let dimension: Int
  /// Which row stands at each place.
  let ids: [Int32]
  /// The offset of the row at each place (`ComparableRows`).
  let offsets: [Float]
  /// Panel after panel, each `dimension` × its rows.
  let elements: [Float]
  /// Where each panel begins, and the number of rows at the end.
  private let starts: [Int]
  /// Where the panels of each list begin, and their number at the end.
  private let listStarts: [Int]

  /// The most rows of a panel.
  static let size = 512

  /// Cuts rows into panels, in their order.
  init(_ rows: ComparableRows) {
    self.init(rows, ids: (0..<rows.count).map { Int32($0) }, listStarts: [0, rows.count])
  }

  /// Cuts lists of rows into panels of their own.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - ids: The rows, list after list.
  ///   - listStarts: Where each list begins in `ids`, and the number of rows at the end.
  init(_ rows: ComparableRows, ids: [Int32], listStarts: [Int]) {
    let dimension = rows.dimension
    var starts = [0]
    var panelStarts = [0]
    for (start, end) in zip(listStarts, listStarts.dropFirst()) {
      for place in stride(from: start, to: end, by: Self.size) {
        starts.append(min(place + Self.size, end))
      }
      panelStarts.append(starts.count - 1)
    }
    let ends = starts
    elements = [Float](count: ids.count * dimension) { output in
      parallelFor(count: ends.count - 1, grain: 4) { panels in
        for panel in panels {
          let places = ends[panel]..<ends[panel + 1]
          let range = places.lowerBound * dimension..<places.upperBound * dimension
          output.withMutableSpan(range) { transposed in
            for (column, place) in places.enumerated() {
              let first = Int(ids[place]) * dimension
              let row = rows.elements.span.extracting(first..<first + dimension)
              for index in 0..<dimension { transposed[index * places.count + column] = row[index] }
            }
          }
        }
      }
    }
    offsets = ids.map { rows.offsets[Int($0)] }
    (self.dimension, self.ids, self.starts, self.listStarts) = (dimension, ids, starts, panelStarts)
  }

  /// The panels of a list.
  func panels(ofList list: Int) -> Range<Int> { listStarts[list]..<listStarts[list + 1] }

  /// All panels.
  var panels: Range<Int> { 0..<starts.count - 1 }

  /// The rows of the largest panel.
  var largestPanel: Int { panels.reduce(0) { max($0, places(ofPanel: $1).count) } }

  /// The places of a panel's rows.
  func places(ofPanel panel: Int) -> Range<Int> { starts[panel]..<starts[panel + 1] }
}
