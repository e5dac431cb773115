internal import Matrices
internal import ParallelLoops

/// Vectors to search among, in panels that a matrix product takes as they are: each panel is the
/// transposed matrix of some vectors.
///
/// With panels the product runs at nearly its full rate; rows would have to be transposed again for
/// every product.
struct ReferencePanels: Sendable {
  /// The number of elements of a vector.
  let dimension: Int
  /// The vector at each position.
  let ids: [Int32]
  /// The offset of the vector at each position (`VectorPreparation`).
  let offsets: [Float]
  /// Panel after panel, each `dimension` × its vectors.
  let elements: [Float]
  /// Where each panel begins, and the number of vectors at the end.
  private let starts: [Int]
  /// Where the panels of each list begin, and their number at the end.
  private let listStarts: [Int]

  /// The most vectors in a panel: with a group of queries their product stays in a core's cache.
  static let size = 512

  /// Cuts vectors into panels, in their order.
  init(_ vectors: PreparedVectors) {
    self.init(vectors, ids: (0..<vectors.count).map { Int32($0) }, listStarts: [0, vectors.count])
  }

  /// Cuts lists of vectors into panels of their own.
  ///
  /// - Parameters:
  ///   - vectors: The vectors.
  ///   - ids: The vectors, list after list.
  ///   - listStarts: Where each list begins in `ids`, and the number of vectors at the end.
  init(_ vectors: PreparedVectors, ids: [Int32], listStarts: [Int]) {
    let dimension = vectors.dimension
    var starts = [0]
    var panelStarts = [0]
    for (start, end) in zip(listStarts, listStarts.dropFirst()) {
      for position in stride(from: start, to: end, by: Self.size) {
        starts.append(min(position + Self.size, end))
      }
      panelStarts.append(starts.count - 1)
    }
    let ends = starts
    elements = [Float](count: ids.count * dimension) { output in
      parallelFor(count: ends.count - 1, grain: 4) { panels in
        for panel in panels {
          let positions = ends[panel]..<ends[panel + 1]
          let range = positions.lowerBound * dimension..<positions.upperBound * dimension
          output.withMutableSpan(range) { transposed in
            for (column, position) in positions.enumerated() {
              let first = Int(ids[position]) * dimension
              let vector = vectors.elements.span.extracting(first..<first + dimension)
              for index in 0..<dimension {
                transposed[index * positions.count + column] = vector[index]
              }
            }
          }
        }
      }
    }
    offsets = ids.map { vectors.offsets[Int($0)] }
    (self.dimension, self.ids, self.starts, self.listStarts) = (dimension, ids, starts, panelStarts)
  }

  /// The panels of a list.
  func panels(ofList list: Int) -> Range<Int> { listStarts[list]..<listStarts[list + 1] }

  /// All panels.
  var panels: Range<Int> { 0..<starts.count - 1 }

  /// The number of vectors in the largest panel.
  var largestPanel: Int { panels.reduce(0) { max($0, positions(ofPanel: $1).count) } }

  /// The positions of a panel's vectors.
  func positions(ofPanel panel: Int) -> Range<Int> { starts[panel]..<starts[panel + 1] }
}
