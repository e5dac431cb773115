import ArrayStore
import Matrices
import Randomness

/// Rows in clusters, written as activations of photographs that there are not.
///
/// Row i is of cluster i mod 8 and stands at a place of photograph i / 10, ten beside each other.
struct MadeRows {
  var count = 400
  var columnCount = 8
  /// Rows of one seed are the same things.
  var seed: UInt64 = 1
  /// What tells two looks at the same things apart: noise, and the order of the columns.
  var view: UInt64 = 0
  /// What the names of the photographs begin with; nil for rows that do not say where they are from.
  var photographs: String? = "photograph"

  static let clusterCount = 8

  var matrix: Matrix {
    var rows = Matrix(rowCount: count, columnCount: columnCount)
    for row in 0..<count {
      var center = RandomStream(
        seed: seed, purpose: .evaluation, item: row % Self.clusterCount, step: 1)
      var own = RandomStream(seed: seed, purpose: .evaluation, item: row, step: 2)
      var noise = RandomStream(seed: seed + view, purpose: .evaluation, item: row, step: 3)
      for column in 0..<columnCount {
        let place = view % 2 == 0 ? column : columnCount - 1 - column
        rows[row, place] =
          4 * center.normalPair().0 + own.normalPair().0 + 0.1 * noise.normalPair().0
      }
    }
    return rows
  }

  /// Writes the rows, or others in their place.
  func write(_ path: String, rows: Matrix? = nil) throws {
    let rows = rows ?? matrix
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", rows)
    if let photographs {
      let count = rows.rowCount
      let photographCount = (count + 9) / 10
      try writer.write("image", (0..<count).map { Int32($0 / 10) }, shape: [count])
      try writer.write("y", [Int32](repeating: 3, count: count), shape: [count])
      try writer.write("x", (0..<count).map { Int32($0 % 10) }, shape: [count])
      try writer.write("images/name", (0..<photographCount).map { "\(photographs)-\($0).png" })
      try writer.write(
        "images/class", (0..<photographCount).map { Int32($0 % 3) - 1 }, shape: [photographCount])
      try writer.write("classes/name", ["first", "second"])
      try writer.setAttribute("layer_height", .integer(7))
      try writer.setAttribute("layer_width", .integer(10))
    }
    try writer.finish()
  }
}
