/// Which rows of a graph are connected by paths.
public struct ConnectedComponents: Sendable, Equatable {
  /// The component of each row; components are numbered in the order of their first rows.
  public let componentOfRow: [Int32]
  /// The number of rows of each component.
  public let sizes: [Int]

  /// The number of components.
  public var count: Int { sizes.count }
}

/// Finds the connected components of a graph; an edge counts in both directions.
///
/// Disjoint sets as trees whose root is their first row, with paths halved on the way up (Tarjan
/// and van Leeuwen, J. ACM 1984).
///
/// - Parameter graph: The graph; weights do not count.
/// - Returns: The component of each row.
/// - Precondition: Columns are rows of the graph; there are fewer than 2³¹ rows.
/// - Complexity: O(edges · log rows), close to O(edges) in practice, on one thread.
public func connectedComponents(of graph: NeighborGraph) -> ConnectedComponents {
  let rowCount = graph.rowCount
  precondition(rowCount < 1 << 31, "too many rows: \(rowCount)")
  var parents = (0..<rowCount).map { Int32(truncatingIfNeeded: $0) }
  var trees = parents.mutableSpan
  let columns = graph.columns.span
  for row in 0..<rowCount {
    var root = rootOfTree(&trees, Int32(truncatingIfNeeded: row))
    for edge in graph.range(ofRow: row) {
      let column = columns[edge]
      precondition(column >= 0 && column < rowCount, "column \(column) of \(rowCount) rows")
      let other = rootOfTree(&trees, column)
      guard other != root else { continue }
      // The lower row becomes the root, not the larger tree's: numbering below relies on it.
      trees[Int(max(root, other))] = min(root, other)
      root = min(root, other)
    }
  }
  // A root comes before all rows of its tree, so it has its number when they need it.
  var numbers = [Int32](repeating: 0, count: rowCount)
  var sizes: [Int] = []
  for row in 0..<rowCount {
    let root = Int(rootOfTree(&trees, Int32(truncatingIfNeeded: row)))
    if root == row {
      numbers[row] = Int32(truncatingIfNeeded: sizes.count)
      sizes.append(0)
    }
    numbers[row] = numbers[root]
    sizes[Int(numbers[row])] += 1
  }
  return ConnectedComponents(componentOfRow: numbers, sizes: sizes)
}

/// The root above a row, which must be in range; the path to it is shortened.
@inline(__always)
private func rootOfTree(_ parents: inout MutableSpan<Int32>, _ row: Int32) -> Int32 {
  var row = row
  while true {
    let parent = parents[unchecked: Int(row)]
    if parent == row { return row }
    let grandparent = parents[unchecked: Int(parent)]
    parents[unchecked: Int(row)] = grandparent
    row = grandparent
  }
}
