public import Neighbors
import Tensors

/// Which rows are neighbours and how surely: a symmetric sparse matrix of weights in (0, 1].
///
/// The rows are compressed (CSR): row i holds `columns` and `weights` at `rowStarts[i]` up to
/// `rowStarts[i + 1]`, columns ascending, without the diagonal.
public struct FuzzyGraph: Sendable, Equatable {
  /// Where each row begins in the other two, and their length at the end: rows + 1 numbers.
  public let rowStarts: [Int]
  /// The neighbours.
  public let columns: [Int32]
  /// The weight of each, in (0, 1].
  public let weights: [Float]

  /// The number of rows.
  public var rowCount: Int { rowStarts.count - 1 }

  /// Joins the neighbourhoods of all rows.
  ///
  /// With the memberships w of row j in the surroundings of row i, the weight is the fuzzy union
  /// w + wᵀ − w·wᵀ, mixed with the intersection w·wᵀ as `setOperationMix` says (McInnes et al.
  /// 2018, section 3.1 and algorithm 2).
  ///
  /// - Parameters:
  ///   - table: The neighbours; the first `neighborCount` of each row count.
  ///   - parameters: The settings.
  /// - Precondition: Indices are rows of the table.
  /// - Complexity: O(rows · neighbours · log neighbours).
  public init(_ table: NeighborTable, parameters: UMAPParameters) {
    let directed = SparseRows(memberships: table, parameters: parameters)
    let transposed = directed.transposed()
    let mix = parameters.setOperationMix
    var (rowStarts, columns, weights) = ([0], [Int32](), [Float]())
    rowStarts.reserveCapacity(table.rowCount + 1)
    columns.reserveCapacity(2 * directed.columns.count)
    weights.reserveCapacity(2 * directed.columns.count)
    for row in 0..<table.rowCount {
      var (left, leftEnd) = (directed.rowStarts[row], directed.rowStarts[row + 1])
      var (right, rightEnd) = (transposed.rowStarts[row], transposed.rowStarts[row + 1])
      while left < leftEnd || right < rightEnd {
        let leftColumn = left < leftEnd ? directed.columns[left] : Int32.max
        let rightColumn = right < rightEnd ? transposed.columns[right] : Int32.max
        let column = min(leftColumn, rightColumn)
        let outgoing = leftColumn == column ? directed.weights[left] : 0
        let incoming = rightColumn == column ? transposed.weights[right] : 0
        left += leftColumn == column ? 1 : 0
        right += rightColumn == column ? 1 : 0
        let product = outgoing * incoming
        // The sum of the two is taken first, so that both directions round alike.
        let weight = min(1, mix * ((outgoing + incoming) - product) + (1 - mix) * product)
        guard weight > 0 else { continue }
        columns.append(column)
        weights.append(weight)
      }
      rowStarts.append(columns.count)
    }
    (self.rowStarts, self.columns, self.weights) = (rowStarts, columns, weights)
  }
}

/// A sparse matrix by rows, columns ascending.
private struct SparseRows {
  var rowStarts: [Int]
  var columns: [Int32]
  var weights: [Float]

  /// The memberships of each row's neighbours.
  init(memberships table: NeighborTable, parameters: UMAPParameters) {
    let neighborCount = min(parameters.neighborCount, table.neighborCount)
    let smooth = smoothDistances(
      of: table, neighborCount: neighborCount, localConnectivity: parameters.localConnectivity)
    rowStarts = (0...table.rowCount).map { $0 * neighborCount }
    columns = [Int32](repeating: 0, count: table.rowCount * neighborCount)
    weights = [Float](repeating: 0, count: table.rowCount * neighborCount)
    columns.withDisjointWrites { columns in
      weights.withDisjointWrites { weights in
        parallelFor(count: table.rowCount, grain: 256) { rows in
          for row in rows {
            let first = row * table.neighborCount
            let order = (first..<first + neighborCount).sorted {
              table.indices[$0] < table.indices[$1]
            }
            for (rank, position) in order.enumerated() {
              columns[row * neighborCount + rank] = table.indices[position]
              weights[row * neighborCount + rank] = smooth[row].membership(
                at: table.distances[position])
            }
          }
        }
      }
    }
  }

  private init(rowStarts: [Int], columns: [Int32], weights: [Float]) {
    (self.rowStarts, self.columns, self.weights) = (rowStarts, columns, weights)
  }

  /// The square matrix transposed, by counting.
  func transposed() -> SparseRows {
    let rowCount = rowStarts.count - 1
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for column in columns { starts[Int(column) + 1] += 1 }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    var next = starts
    var result = SparseRows(
      rowStarts: starts, columns: [Int32](repeating: 0, count: columns.count),
      weights: [Float](repeating: 0, count: columns.count))
    for row in 0..<rowCount {
      for position in rowStarts[row]..<rowStarts[row + 1] {
        let target = next[Int(columns[position])]
        next[Int(columns[position])] += 1
        result.columns[target] = Int32(row)
        result.weights[target] = weights[position]
      }
    }
    return result
  }
}
