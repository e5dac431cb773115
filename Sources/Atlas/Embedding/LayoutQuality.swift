public import Neighbors
import OneDNN
import Randomness
public import Tensors

/// How well a layout keeps neighbourhoods.
public struct LayoutQuality: Sendable, Equatable {
  /// 1 when a row's neighbours in the layout are its neighbours in truth.
  ///
  /// Each that is not costs by how far down the true order it stands; a layout at random has about
  /// 0.5 (Venna and Kaski 2001).
  public let trustworthiness: Double
  /// The share of a row's neighbours in the layout that are among as many true ones, in [0, 1].
  public let keptNeighborShare: Double
}

/// Measures a layout on a sample of its rows, exactly for each row of the sample.
///
/// Rows at the same distance share the best of their ranks, so that the order of duplicates costs
/// nothing.
///
/// - Parameters:
///   - layout: The positions, n × 2.
///   - rows: What was laid out, n × d.
///   - neighborCount: How many neighbours count; less than half of n, else lowered to that.
///   - metric: The distance of rows; that of positions is euclidean.
///   - sampleCount: How many rows to look at; all if there are fewer.
///   - seed: What the choice of rows grows from.
/// - Returns: Means over the sample; 1 and 1 for fewer than three rows.
/// - Throws: `NeighborError` for a row with NaN or an infinite value.
/// - Complexity: O(sample · n · (d + neighbours)).
public func layoutQuality(
  of layout: Matrix, for rows: Matrix, neighborCount: Int, metric: Metric, sampleCount: Int,
  seed: UInt64
) throws(NeighborError) -> LayoutQuality {
  precondition(
    layout.rowCount == rows.rowCount && layout.columnCount == 2,
    "a layout of \(rows.rowCount) × 2 expected, got \(layout.rowCount) × \(layout.columnCount)")
  let comparable = try ComparableRows(rows, metric: metric)
  let count = rows.rowCount
  let kept = min(neighborCount, (count - 1) / 2)
  var stream = RandomStream(seed: seed, purpose: .evaluation)
  let sample = stream.distinctIntegers(min(sampleCount, count), below: count)
  guard kept > 0 && !sample.isEmpty else {
    return LayoutQuality(trustworthiness: 1, keptNeighborShare: 1)
  }
  var ranks = [Int](repeating: 0, count: sample.count * kept)
  ranks.withDisjointWrites { ranks in
    parallelFor(count: sample.count, grain: 16) { range in
      let closeness = comparable.closeness(of: sample[range])
      for (offset, row) in sample[range].enumerated() {
        let neighbors = nearest(to: row, in: layout, count: kept)
        let own = closeness[offset * count..<(offset + 1) * count]
        for (place, neighbor) in neighbors.enumerated() {
          ranks[(range.lowerBound + offset) * kept + place] = rank(of: neighbor, for: row, own)
        }
      }
    }
  }
  let excess = ranks.reduce(0) { $0 + max(0, $1 - kept) }
  let greatestExcess = Double(sample.count * kept) * Double(2 * count - 3 * kept - 1) / 2
  return LayoutQuality(
    trustworthiness: 1 - Double(excess) / greatestExcess,
    keptNeighborShare: Double(ranks.count { $0 <= kept }) / Double(ranks.count))
}

extension ComparableRows {
  /// The closeness of some rows to all, `rows.count × count`.
  fileprivate func closeness(of rows: ArraySlice<Int>) -> [Float] {
    var chosen: [Float] = []
    chosen.reserveCapacity(rows.count * dimension)
    for row in rows { chosen += elements[row * dimension..<(row + 1) * dimension] }
    var result = [Float](repeating: 0, count: rows.count * count)
    var span = result.mutableSpan
    sgemm(
      transposeB: true, rows: rows.count, columns: count, inner: dimension, chosen.span,
      elements.span, into: &span)
    for (index, row) in rows.enumerated() {
      for other in 0..<count { span[index * count + other] -= offsets[row] + offsets[other] }
    }
    return result
  }
}

/// One more than the number of rows closer to `row` than `neighbor`.
private func rank(of neighbor: Int, for row: Int, _ closeness: ArraySlice<Float>) -> Int {
  let bound = closeness[closeness.startIndex + neighbor]
  let closer = closeness.reduce(0) { $0 + ($1 > bound ? 1 : 0) }
  return 1 + closer - (closeness[closeness.startIndex + row] > bound ? 1 : 0)
}

/// The nearest positions to that of a row, by insertion into a sorted list.
private func nearest(to row: Int, in layout: Matrix, count: Int) -> [Int] {
  var best: [(square: Float, row: Int)] = []
  best.reserveCapacity(count + 1)
  let (x, y) = (layout[row, 0], layout[row, 1])
  for other in 0..<layout.rowCount where other != row {
    let (dx, dy) = (layout[other, 0] - x, layout[other, 1] - y)
    let square = dx * dx + dy * dy
    if best.count == count && square >= best[count - 1].square { continue }
    best.insert((square, other), at: best.firstIndex { square < $0.square } ?? best.count)
    if best.count > count { best.removeLast() }
  }
  return best.map(\.row)
}
