import ArrayStore
import Matrices
import Randomness

/// Samples in clusters, written as activations of images that there are not.
///
/// Sample i is of cluster i mod 8 and lies at a position of image i / 10, ten beside each other.
struct SyntheticSamples {
  var count = 400
  var columnCount = 8
  /// Samples of one seed are of the same things.
  var seed: UInt64 = 1
  /// What tells two looks at the same things apart: noise, and the order of the columns.
  var view: UInt64 = 0
  /// What the names of the images begin with; nil for samples that do not say where they are from.
  var images: String? = "image"

  static let clusterCount = 8

  var matrix: Matrix {
    var rows = Matrix(rowCount: count, columnCount: columnCount)
    for row in 0..<count {
      var center = RandomStream(
        seed: seed, purpose: .evaluation, item: row % Self.clusterCount, step: 1)
      var own = RandomStream(seed: seed, purpose: .evaluation, item: row, step: 2)
      var noise = RandomStream(seed: seed + view, purpose: .evaluation, item: row, step: 3)
      for column in 0..<columnCount {
        let target = view % 2 == 0 ? column : columnCount - 1 - column
        rows[row, target] =
          4 * center.normalPair().0 + own.normalPair().0 + 0.1 * noise.normalPair().0
      }
    }
    return rows
  }

  /// Writes the samples, or others instead.
  func write(_ path: String, rows: Matrix? = nil) throws {
    let rows = rows ?? matrix
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", rows)
    if let images {
      let count = rows.rowCount
      let imageCount = (count + 9) / 10
      try writer.write("image", (0..<count).map { Int32($0 / 10) }, shape: [count])
      try writer.write("y", [Int32](repeating: 3, count: count), shape: [count])
      try writer.write("x", (0..<count).map { Int32($0 % 10) }, shape: [count])
      try writer.write("images/name", (0..<imageCount).map { "\(images)-\($0).png" })
      try writer.write(
        "images/class", (0..<imageCount).map { Int32($0 % 3) - 1 }, shape: [imageCount])
      try writer.write("classes/name", ["first", "second"])
      try writer.setAttribute("layer_height", .integer(7))
      try writer.setAttribute("layer_width", .integer(10))
    }
    try writer.finish()
  }
}
