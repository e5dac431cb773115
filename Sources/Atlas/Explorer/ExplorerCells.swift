/// What is known of the cells of a grid, in the order of its rows, then columns.
public struct ExplorerCells: Encodable, Sendable {
  /// Classes of each cell with the effects of its samples.
  public struct Effects: Encodable, Sendable {
    enum CodingKeys: String, CodingKey {
      case classes = "class"
      case mean, error, agreement, perCell
    }

    let classes, mean, error, agreement: PackedArray
    let perCell: Int

    /// Packs effects.
    ///
    /// - Parameters:
    ///   - effects: The effects on each cell's classes, most important first; at most `perCell` are taken.
    ///   - perCell: How many a cell has room for.
    public init(_ effects: [[CellEffect]], perCell: Int) {
      let padded = effects.flatMap { cell in
        (0..<perCell).map { cell.indices.contains($0) ? cell[$0] : nil }
      }
      classes = .indices(padded.map { $0?.place })
      mean = .f32(padded.map { $0?.mean ?? .nan })
      error = .f32(padded.map { $0?.standardError ?? .nan })
      agreement = .f32(padded.map { $0?.agreement ?? .nan })
      self.perCell = perCell
    }
  }

  /// What a cell's samples do for one class, on average.
  public struct CellEffect: Sendable {
    /// The class, a place among the manifest's.
    public let place: Int
    /// The mean effect, its standard error and the part of samples that agree in sign; NaN for unknown.
    public let mean, standardError, agreement: Float

    /// Describes an effect; see the properties.
    public init(place: Int, mean: Float, standardError: Float?, agreement: Float?) {
      (self.place, self.mean) = (place, mean)
      (self.standardError, self.agreement) = (standardError ?? .nan, agreement ?? .nan)
    }
  }

  /// Classes of the photographs of each cell's samples.
  public struct Truth: Encodable, Sendable {
    enum CodingKeys: String, CodingKey {
      case classes = "class"
      case count, perCell
    }

    let classes, count: PackedArray
    let perCell: Int

    /// Packs the most frequent classes.
    ///
    /// - Parameters:
    ///   - counts: The samples of each class in each cell, m × l, row-major.
    ///   - classCount: l.
    ///   - place: The place of each class among the manifest's; nil for one that is not there.
    ///   - perCell: How many a cell has room for.
    public init(counts: [Int32], classCount: Int, place: [Int?], perCell: Int = 5) {
      var kept: [(place: Int?, count: Int32)] = []
      for start in stride(from: 0, to: counts.count, by: max(1, classCount)) {
        let order = (0..<classCount).filter { counts[start + $0] > 0 }.sorted {
          (-counts[start + $0], $0) < (-counts[start + $1], $1)
        }
        for rank in 0..<perCell {
          kept.append(
            order.indices.contains(rank)
              ? (place[order[rank]], counts[start + order[rank]]) : (nil, 0))
        }
      }
      classes = .indices(kept.map(\.place))
      count = .counts(kept.map(\.count))
      self.perCell = perCell
    }
  }

  /// Numbers of a table of the photographs, over the samples of each cell.
  public struct Numbers: Encodable, Sendable {
    let name: String
    let mean, error, count: PackedArray

    /// Packs a column of the table; NaN for a cell without a number.
    public init(name: String, mean: [Float], error: [Float], count: [Int32]) {
      self.name = name
      (self.mean, self.error, self.count) = (.f32(mean), .f32(error), .counts(count))
    }
  }

  /// Patches of photographs, cell by cell.
  public struct Patches: Encodable, Sendable {
    /// For each cell the file that shows its patches, and the row of pixels where they begin.
    public var sprite, y: PackedArray
    /// The patches of cell i are start[i] … start[i + 1] − 1.
    public var start: PackedArray
    /// The photograph of each, an index into the names, and its class, one into the manifest's.
    public var name, truth: PackedArray
    /// The edges of the patch and of the receptive field in pixels of the photograph: left, upper, right, lower.
    public var rectangle, field: PackedArray
    /// 0 for a photograph that could not be read.
    public var readable: PackedArray

    /// Describes patches; see the properties.
    public init(
      sprite: PackedArray, y: PackedArray, start: PackedArray, name: PackedArray,
      truth: PackedArray, rectangle: PackedArray, field: PackedArray, readable: PackedArray
    ) {
      (self.sprite, self.y, self.start, self.name) = (sprite, y, start, name)
      (self.truth, self.rectangle, self.field) = (truth, rectangle, field)
      self.readable = readable
    }
  }

  enum CodingKeys: String, CodingKey {
    case row, column, count, images, flags, doubts, columns, nearest, nearestCount, similarity
    case argued = "for"
    case against, effectSamples, effectImages, truth, numbers, patches, names, photograph
    case photographSize
  }

  /// The place of each cell, and its samples.
  public var row, column, count: PackedArray
  /// The photographs that the samples come from; nil where they are not known.
  public var images: PackedArray?
  /// 1 for a blank icon, 2 for samples of one or two photographs.
  public var flags: PackedArray
  /// Why an icon is not to be trusted; nil where none was examined.
  public var doubts: [[String]]?
  /// The numbers of the layer's columns.
  public var columns: [PackedArray]
  /// The cells of the most similar means, and the cosines to these.
  public var nearest, similarity: PackedArray
  /// How many of each cell there are.
  public var nearestCount: Int
  /// What cells argue for and against; nil without effects.
  public var argued, against: Effects?
  /// The samples that effects come from, and their photographs.
  public var effectSamples, effectImages: PackedArray?
  /// Classes of the photographs; nil where they have none.
  public var truth: Truth?
  /// Numbers of a table.
  public var numbers: [Numbers]
  /// Patches of photographs; nil without evidence.
  public var patches: Patches?
  /// The photographs of patches.
  public var names: [String]
  /// The file of each, −1 for none; and its width and height in pixels.
  public var photograph, photographSize: PackedArray

  /// Describes cells of which only places are known.
  public init(row: [Int], column: [Int], count: [Int], flags: [UInt8]) {
    (self.row, self.column, self.count) = (.indices(row), .indices(column), .counts(count))
    self.flags = .u8(flags)
    (columns, numbers, names) = ([], [], [])
    (nearest, nearestCount, similarity) = (.u16([]), 0, .f32([]))
    (photograph, photographSize) = (.i32([]), .u32([]))
  }
}
