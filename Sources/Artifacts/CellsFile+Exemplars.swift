extension CellsFile {
  /// Images of cells: their exemplars, most similar to the cell's mean first.
  public struct Exemplars: Sendable, Equatable {
    /// For each cell the paths of its exemplars' images.
    public var paths: [[String]]
    /// For each cell their centers, in pixels of the image.
    public var centers: [[SIMD2<Float>]]
  }

  /// The exemplars of the cells of a grid whose place in an image is known.
  ///
  /// - Parameters:
  ///   - side: The grid's side; nil for the only one that there is.
  ///   - folder: Where the images are; nil for where the file says.
  /// - Returns: The exemplars; nil where the file does not say which images its samples come from.
  /// - Throws: `ArtifactError` if there is no such grid, or its exemplars are damaged.
  public func exemplars(side: Int?, in folder: String? = nil) throws -> Exemplars? {
    guard reader.contains(Self.exemplarCenters.at(try group(side))),
      let folder = try folder ?? imagesFolder(), let all = try locatedExemplars(side: side)
    else { return nil }
    var result = Exemplars(paths: [], centers: [])
    for exemplars in all {
      let known = exemplars.filter { $0.center != nil }
      result.paths.append(known.map { folder + "/" + $0.name })
      result.centers.append(known.compactMap(\.center))
    }
    return result
  }

  /// The folder that the names of images are relative to; nil where the file does not say.
  public func imagesFolder() throws -> String? { try reader.imagesFolder()?.path }

  /// An exemplar of a cell and where it lies in its image.
  public struct LocatedExemplar: Sendable, Equatable {
    /// The sample.
    public var sample: Int
    /// The path of its image below the folder of images.
    public var name: String
    /// What people call the image's class: the first of its label's words for it, else its name; nil where
    /// it has none.
    public var classTitle: String?
    /// The center of its receptive field in pixels of the image; nil where it is unknown.
    public var center: SIMD2<Float>?
    /// The left, the upper, the right and the lower edge of the field as far as it lies within the image,
    /// in its pixels; nil where they are unknown.
    public var box: SIMD4<Int32>?
  }

  /// The exemplars of the cells of a grid, most similar to the cell's mean first.
  ///
  /// - Parameter side: The grid's side; nil for the only one that there is.
  /// - Returns: For each cell its exemplars; nil where the file does not say which images its samples come
  ///   from.
  /// - Throws: `ArtifactError` if there is no such grid, or its exemplars are damaged.
  public func locatedExemplars(side: Int?) throws -> [[LocatedExemplar]]? {
    let group = try self.group(side)
    guard reader.contains(Self.exemplarNames.at(group)) else { return nil }
    let lengths = try reader.lengths(of: Self.schema.datasets.map { $0.at(group) })
    let (cellCount, count) = (lengths["m"] ?? 0, lengths["e"] ?? 0)
    func values<Element>(_ dataset: Dataset<Element>, of size: Int = 1) throws -> [Element]? {
      let dataset = dataset.at(group)
      guard reader.contains(dataset) else { return nil }
      let values = try reader.read(dataset)
      guard values.count == cellCount * count * size else {
        throw reader.damage("exemplars of grid \(group) are not \(cellCount) × \(count)")
      }
      return values
    }
    let samples = try values(Self.exemplars)
    guard let names = try values(Self.exemplarNames) else { return nil }
    let centers = try values(Self.exemplarCenters, of: 2)
    let boxes = try values(Self.exemplarBoxes, of: 4)
    let classes = try values(Self.exemplarClasses)
    let titles = try classTitles(of: group)
    func exemplar(_ index: Int) -> LocatedExemplar? {
      guard !names[index].isEmpty else { return nil }
      let center = centers.map { SIMD2($0[2 * index], $0[2 * index + 1]) }
      let box = boxes.map { boxes in SIMD4(boxes[4 * index..<4 * index + 4]) }
      let kind = classes.map { Int($0[index]) } ?? -1
      return LocatedExemplar(
        sample: samples.map { Int($0[index]) } ?? -1, name: names[index],
        classTitle: titles.indices.contains(kind) ? titles[kind] : nil,
        center: center.flatMap { $0.x.isFinite && $0.y.isFinite ? $0 : nil },
        box: box.flatMap { $0[0] >= 0 && $0[1] >= 0 && $0[2] > $0[0] && $0[3] > $0[1] ? $0 : nil })
    }
    return (0..<cellCount).map { cell in
      (cell * count..<(cell + 1) * count).compactMap(exemplar)
    }
  }

  /// What people call the classes of a grid; none where images have no classes.
  func classTitles(of group: String) throws -> [String] {
    let (names, labels) = (Self.classNames.at(group), Self.classLabels.at(group))
    guard reader.contains(names) else { return [] }
    let classNames = try reader.read(names)
    let classLabels = reader.contains(labels) ? try reader.read(labels) : nil
    return ImageNames(
      names: [], classes: [], classNames: classNames,
      classLabels: classLabels?.count == classNames.count ? classLabels : nil
    ).classTitles
  }
}
