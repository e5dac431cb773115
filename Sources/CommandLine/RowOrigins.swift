public import ArrayStore

/// Which photograph and position each row of a file comes from.
public struct RowOrigins: Sendable, Equatable {
  /// The photograph of each row.
  public var image: [Int32]
  /// The row of the layer's map.
  public var y: [Int32]
  /// The column of the layer's map.
  public var x: [Int32]
  /// The names of all photographs.
  public var imageNames: [String]
  /// The class of each photograph, below 0 for none.
  public var imageClasses: [Int32]
  /// The names of the classes.
  public var classNames: [String]
  /// The height and width of the layer's map.
  public var layerHeight: Int
  /// The width of the layer's map.
  public var layerWidth: Int

  /// The class of each row, below 0 for none.
  public var classes: [Int32] { image.map { imageClasses[Int($0)] } }
}

extension ArrayFileReader {
  /// Where the rows come from; nil for a file that does not say, as other programs may make them.
  ///
  /// - Throws: `StageError` for a file that contradicts itself.
  public func rowOrigins() throws -> RowOrigins? {
    guard contains("image"), contains("images/name"), contains("classes/name") else { return nil }
    let origins = RowOrigins(
      image: try int32s("image"), y: try int32s("y"), x: try int32s("x"),
      imageNames: try strings("images/name"), imageClasses: try int32s("images/class"),
      classNames: try strings("classes/name"), layerHeight: try integer("layer_height"),
      layerWidth: try integer("layer_width"))
    let images = Int32(clamping: min(origins.imageNames.count, origins.imageClasses.count))
    guard origins.y.count == origins.image.count, origins.x.count == origins.image.count,
      origins.image.allSatisfy({ $0 >= 0 && $0 < images }), origins.layerHeight > 0,
      origins.layerWidth > 0
    else {
      throw StageError("Cannot use \(path): it contradicts itself about its rows; make it again.")
    }
    return origins
  }
}

extension ArrayFileWriter {
  /// Writes where the rows come from, under the names that `atlas-extract` uses.
  public func write(_ origins: RowOrigins?) throws {
    guard let origins else { return }
    let count = origins.image.count
    try write("image", origins.image, shape: [count])
    try write("y", origins.y, shape: [count])
    try write("x", origins.x, shape: [count])
    try write("images/name", origins.imageNames)
    try write("images/class", origins.imageClasses, shape: [origins.imageClasses.count])
    try write("classes/name", origins.classNames)
    try setAttribute("layer_height", .integer(origins.layerHeight))
    try setAttribute("layer_width", .integer(origins.layerWidth))
  }
}

extension RowOrigins {
  /// For each row the one of `other` that comes from the same photograph and the nearest place in it;
  /// −1 where that photograph has none.
  ///
  /// Photographs are told by their names, places by their share of the map's height and width, so
  /// that layers of different sizes and different networks have partners. Of equally near rows the
  /// first is taken.
  ///
  /// - Complexity: O(sum over photographs of the products of their rows).
  public func partners(in other: RowOrigins) -> [Int32] {
    var rowsOfName: [String: [Int32]] = [:]
    for (row, image) in other.image.enumerated() {
      rowsOfName[other.imageNames[Int(image)], default: []].append(Int32(row))
    }
    let candidates = imageNames.map { rowsOfName[$0] ?? [] }
    return image.indices.map { row in
      let place = self.place(row)
      var best: (square: Float, row: Int32) = (.infinity, -1)
      for candidate in candidates[Int(image[row])] {
        let difference = place - other.place(Int(candidate))
        let square = (difference * difference).sum()
        if square < best.square { best = (square, candidate) }
      }
      return best.row
    }
  }

  /// The middle of a row's place, as shares of the map's width and height.
  private func place(_ row: Int) -> SIMD2<Float> {
    SIMD2(
      (Float(x[row]) + 0.5) / Float(layerWidth), (Float(y[row]) + 0.5) / Float(layerHeight))
  }
}
