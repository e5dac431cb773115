import Matrices
package import Neighbors
import Numerics
import ParallelLoops

extension NeighborGraph {
  /// Joins lists of neighbours, in which j may stand for i but not i for j, to a symmetric graph.
  ///
  /// Beside the result, 4 bytes an entry are needed: the lists are turned around by position, and
  /// each row merges what points from it with what points to it, once to count and once to write.
  /// A row's own index and repeated ones are passed over.
  ///
  /// - Parameters:
  ///   - table: The neighbours.
  ///   - neighborCount: How many of each row's neighbours count, the first ones.
  ///   - weights: The weight of each, `table.rowCount × neighborCount`.
  ///   - combine: The weight of an edge from the weights there and back, 0 where there is none; must
  ///     be symmetric. Edges whose weight is not positive are left out.
  /// - Precondition: Indices are rows of the table; there are fewer than 2³² entries.
  /// - Complexity: O(rows · neighbours · log neighbours), on all threads.
  package init(
    joining table: NeighborTable, neighborCount: Int, weights: [Float],
    combine: @Sendable (_ outgoing: Float, _ incoming: Float) -> Float
  ) {
    precondition(neighborCount >= 0 && neighborCount <= table.neighborCount)
    precondition(weights.count == table.rowCount * neighborCount)
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
    let joined = [Float](count: edgeCount) { joined in
      columns = [Int32](count: edgeCount) { columns in
        parallelFor(count: rowCount, grain: 512) { rows in
          var scratch = [UInt64](repeating: 0, count: neighborCount)
          for row in rows {
            var position = starts[row]
            merge.forEachEdge(of: row, scratch: &scratch) { column, outgoing, incoming in
              let weight = combine(outgoing, incoming)
              guard weight > 0 else { return }
              columns[position] = column
              joined[position] = weight
              position += 1
            }
          }
        }
      }
    }
    self.init(rowStarts: rowStarts, columns: columns, weights: joined)
  }
}

/// Where each row stands in the lists of the others.
private struct IncomingEntries: Sendable {
  /// Where each row begins in `positions`, and their number at the end.
  let starts: [Int]
  /// Positions in lists of `neighborCount` a row, ascending for each row.
  let positions: [UInt32]

  init(_ table: NeighborTable, neighborCount: Int) {
    let rowCount = table.rowCount
    let entryCount = rowCount * neighborCount
    precondition(entryCount <= Int(UInt32.max), "too many neighbours: \(entryCount)")
    // Every thread reads all lists and sees to a share of the rows; how large a share is does not
    // show in the result.
    let shareCount = max(1, min(Parallelism.threadCount, rowCount))
    let share = (rowCount + shareCount - 1) / shareCount
    var starts = [Int](repeating: 0, count: rowCount + 1)
    starts.withDisjointWrites { starts in
      parallelFor(count: rowCount, grain: max(1, share)) { rows in
        let indices = table.indices.span
        for row in 0..<rowCount {
          let first = row * table.neighborCount
          for position in first..<first + neighborCount {
            let index = Int(indices[position])
            precondition(index >= 0 && index < rowCount, "neighbour \(index) of \(rowCount) rows")
            if rows.contains(index) { starts[index + 1] += 1 }
          }
        }
      }
    }
    starts.formRunningSums()
    var next = starts
    positions = [UInt32](count: entryCount) { positions in
      next.withDisjointWrites { next in
        parallelFor(count: rowCount, grain: max(1, share)) { rows in
          let indices = table.indices.span
          for row in 0..<rowCount {
            let first = row * table.neighborCount
            for rank in 0..<neighborCount {
              let index = Int(indices[first + rank])
              guard rows.contains(index) else { continue }
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

/// The lists of a table, there and back.
private struct NeighborMerge: Sendable {
  let table: NeighborTable
  let neighborCount: Int
  let weights: [Float]
  let incoming: IncomingEntries

  /// Calls `body` for each row linked with `row`, ascending, with the weights there and back.
  @inline(__always)
  func forEachEdge(
    of row: Int, scratch: inout [UInt64],
    _ body: (_ column: Int32, _ outgoing: Float, _ incoming: Float) -> Void
  ) {
    let divisor = UInt32(max(1, neighborCount))
    for rank in 0..<neighborCount {
      let index = table.indices[row * table.neighborCount + rank]
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
