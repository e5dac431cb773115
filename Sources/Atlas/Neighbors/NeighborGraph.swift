internal import Matrices
internal import Numerics
internal import ParallelLoops

/// Which samples are neighbors and how strongly: a symmetric sparse matrix of positive weights.
///
/// Compressed sparse rows (CSR): row i holds `columns` and `weights` at `rowStarts[i]` up to
/// `rowStarts[i + 1]`, columns ascending, without the diagonal.
public struct NeighborGraph: Sendable, Equatable {
  /// Where each row begins in the other two, and their length at the end: rows + 1 numbers.
  public let rowStarts: [Int]
  /// The neighbor of each edge.
  public let columns: [Int32]
  /// The weight of each edge, positive.
  public let weights: [Float]

  /// The number of rows, one per sample.
  public var rowCount: Int { rowStarts.count - 1 }

  /// Makes a graph from its parts, for instance from a file.
  ///
  /// - Precondition: The starts ascend from 0 to the common length of the other two.
  public init(rowStarts: [Int], columns: [Int32], weights: [Float]) {
    precondition(
      rowStarts.first == 0 && rowStarts.last == columns.count && columns.count == weights.count,
      "rows from \(rowStarts.first ?? -1) to \(rowStarts.last ?? -1) over \(columns.count) columns "
        + "and \(weights.count) weights")
    (self.rowStarts, self.columns, self.weights) = (rowStarts, columns, weights)
  }

  /// The positions of a row's edges in `columns` and `weights`.
  @inlinable
  public func range(ofRow row: Int) -> Range<Int> { rowStarts[row]..<rowStarts[row + 1] }

  /// Symmetrizes a directed table, in which j may be a neighbor of i but not i of j.
  ///
  /// Beside the result, 4 bytes per entry are needed: the table is transposed by positions, and
  /// each row merges its own entries with those that name it, once to count and once to write. A
  /// hash table of edges would take several times as much. A sample's own index and repeated ones
  /// are ignored.
  ///
  /// - Parameters:
  ///   - table: The neighbors.
  ///   - neighborCount: How many of each sample's neighbors count, the first ones.
  ///   - weights: The weight of each, `table.rowCount × neighborCount`.
  ///   - combine: The weight of an edge from the weights in both directions, 0 where one is
  ///     missing; must be symmetric. Edges whose weight is not positive are left out.
  /// - Precondition: Indices are rows of the table; there are fewer than 2³² entries.
  /// - Complexity: O(samples · neighbors · log neighbors), on all threads.
  package init(
    symmetrizing table: NeighborTable, neighborCount: Int, weights: [Float],
    combine: @Sendable (_ outgoing: Float, _ incoming: Float) -> Float
  ) {
    precondition(
      neighborCount >= 0 && neighborCount <= table.neighborCount,
      "\(neighborCount) neighbors of \(table.neighborCount)")
    precondition(
      weights.count == table.rowCount * neighborCount,
      "\(table.rowCount) × \(neighborCount) weights expected, got \(weights.count)")
    let incoming = IncomingEntries(table, neighborCount: neighborCount)
    let merge = NeighborMerge(
      table: table, neighborCount: neighborCount, weights: weights, incoming: incoming)
    let rowCount = table.rowCount
    var rowStarts = [Int](repeating: 0, count: rowCount + 1)
    rowStarts.withDisjointWrites { starts in
      parallelFor(count: rowCount, grain: 512) { rows in
        var scratch = [UInt64](repeating: 0, count: neighborCount)
        for row in rows {
          var count = 0
          merge.forEachEdge(of: row, scratch: &scratch) { _, outgoing, incoming in
            count += combine(outgoing, incoming) > 0 ? 1 : 0
          }
          starts[row + 1] = count
        }
      }
    }
    rowStarts.formRunningSums()
    let (starts, edgeCount) = (rowStarts, rowStarts[rowCount])
    var columns: [Int32] = []
    let combined = [Float](count: edgeCount) { combined in
      columns = [Int32](count: edgeCount) { columns in
        parallelFor(count: rowCount, grain: 512) { rows in
          var scratch = [UInt64](repeating: 0, count: neighborCount)
          for row in rows {
            var edge = starts[row]
            merge.forEachEdge(of: row, scratch: &scratch) { column, outgoing, incoming in
              let weight = combine(outgoing, incoming)
              guard weight > 0 else { return }
              columns[edge] = column
              combined[edge] = weight
              edge += 1
            }
          }
        }
      }
    }
    self.init(rowStarts: rowStarts, columns: columns, weights: combined)
  }
}

/// The transposed table: where each sample occurs among the neighbors of others.
private struct IncomingEntries: Sendable {
  /// Where each sample begins in `positions`, and their number at the end.
  let starts: [Int]
  /// Positions in a table of `neighborCount` columns, ascending for each sample.
  let positions: [UInt32]

  init(_ table: NeighborTable, neighborCount: Int) {
    let rowCount = table.rowCount
    let entryCount = rowCount * neighborCount
    precondition(entryCount <= Int(UInt32.max), "too many neighbors: \(entryCount)")
    // Every thread reads the whole table and writes the entries of its own part of the samples: no
    // two write the same counter, and the order of entries is that of the table whatever the number
    // of parts.
    let partCount = max(1, min(Parallelism.threadCount, rowCount))
    let partSize = max(1, (rowCount + partCount - 1) / partCount)
    var starts = [Int](repeating: 0, count: rowCount + 1)
    starts.withDisjointWrites { starts in
      parallelFor(count: rowCount, grain: partSize) { part in
        let indices = table.indices.span
        for row in 0..<rowCount {
          let first = row * table.neighborCount
          for position in first..<first + neighborCount {
            let index = Int(indices[position])
            precondition(
              index >= 0 && index < rowCount, "neighbor \(index) of \(rowCount) samples")
            if part.contains(index) { starts[index + 1] += 1 }
          }
        }
      }
    }
    starts.formRunningSums()
    var next = starts
    positions = [UInt32](count: entryCount) { positions in
      next.withDisjointWrites { next in
        parallelFor(count: rowCount, grain: partSize) { part in
          let indices = table.indices.span
          for row in 0..<rowCount {
            let first = row * table.neighborCount
            for rank in 0..<neighborCount {
              let index = Int(indices[first + rank])
              guard part.contains(index) else { continue }
              positions[next[index]] = UInt32(row * neighborCount + rank)
              next[index] += 1
            }
          }
        }
      }
    }
    self.starts = starts
  }
}

/// The entries of a table in both directions.
private struct NeighborMerge: Sendable {
  let table: NeighborTable
  let neighborCount: Int
  let weights: [Float]
  let incoming: IncomingEntries

  /// Calls `body` for each sample linked with `row`, ascending, with the weights in both
  /// directions.
  @inline(__always)
  func forEachEdge(
    of row: Int, scratch: inout [UInt64],
    _ body: (_ column: Int32, _ outgoing: Float, _ incoming: Float) -> Void
  ) {
    let divisor = UInt32(max(1, neighborCount))
    for rank in 0..<neighborCount {
      let index = table.indices[row * table.neighborCount + rank]
      // Index and rank in one integer, which sorts without a comparison closure.
      scratch[rank] = UInt64(index) << 32 | UInt64(rank)
    }
    scratch.sort()
    var (left, right) = (0, incoming.starts[row])
    let rightEnd = incoming.starts[row + 1]
    var last = Int64(row)
    while left < neighborCount || right < rightEnd {
      let leftColumn = left < neighborCount ? Int64(scratch[left] >> 32) : .max
      let rightColumn = right < rightEnd ? Int64(incoming.positions[right] / divisor) : .max
      let column = min(leftColumn, rightColumn)
      var (outgoing, back): (Float, Float) = (0, 0)
      if leftColumn == column {
        outgoing = weights[row * neighborCount + Int(scratch[left] & 0xFFFF_FFFF)]
        left += 1
      }
      if rightColumn == column {
        back = weights[Int(incoming.positions[right])]
        right += 1
      }
      // Of repeated entries the first counts, on both sides.
      guard column != last && column != Int64(row) else { continue }
      last = column
      body(Int32(column), outgoing, back)
    }
  }
}
