internal import ArrayStore

/// Which image and which position of it each sample comes from.
///
/// Files that are laid out hold a copy of it rather than the digest of the activations alone:
/// aligning to a layout, coloring it by class and finding a point's image need one file then,
/// wherever the activations are by now, at 12 bytes per sample.
public struct SampleOrigins: Sendable, Equatable {
  /// The image of each sample, an index into `collection.names`; n of them.
  public var image: [Int32]
  /// The row of the position in the layer's feature map; n of them.
  public var y: [Int32]
  /// The column of the position in the layer's feature map; n of them.
  public var x: [Int32]
  /// The images of the collection.
  public var collection: ImageNames
  /// The height of the layer's feature map.
  public var layerHeight: Int
  /// The width of the layer's feature map.
  public var layerWidth: Int

  /// Makes origins from their parts.
  ///
  /// - Precondition: As many images as rows and columns.
  public init(
    image: [Int32], y: [Int32], x: [Int32], collection: ImageNames, layerHeight: Int,
    layerWidth: Int
  ) {
    precondition(
      image.count == y.count && image.count == x.count,
      "\(image.count) images, \(y.count) rows and \(x.count) columns are not samples")
    self.image = image
    self.y = y
    self.x = x
    self.collection = collection
    self.layerHeight = layerHeight
    self.layerWidth = layerWidth
  }

  /// Whether both name the same positions of the same images, sample by sample.
  public func isSame(as other: SampleOrigins) -> Bool {
    // Classes may come from another list by now.
    image == other.image && y == other.y && x == other.x
      && collection.names == other.collection.names && layerHeight == other.layerHeight
      && layerWidth == other.layerWidth
  }

  /// The class of each sample, below 0 for none.
  public var classes: [Int32] { image.map { collection.classes[Int($0)] } }
}

/// The names of a collection's images and of their classes.
public struct ImageNames: Sendable, Equatable {
  /// The path of each image below the collection's folder.
  public var names: [String]
  /// The class of each image, an index into `classNames`; below 0 for none.
  public var classes: [Int32]
  /// The names of the classes.
  public var classNames: [String]
  /// What the network calls each class, where that is one of its own; empty for others.
  public var classLabels: [String]

  /// Makes names from their parts.
  ///
  /// - Precondition: As many classes as names, and as many labels as names of classes.
  public init(
    names: [String], classes: [Int32], classNames: [String], classLabels: [String]? = nil
  ) {
    let labels = classLabels ?? classNames.map { _ in "" }
    precondition(
      labels.count == classNames.count,
      "\(classNames.count) classes have \(labels.count) labels")
    precondition(
      names.count == classes.count, "\(names.count) images have \(classes.count) classes")
    self.names = names
    self.classes = classes
    self.classNames = classNames
    self.classLabels = labels
  }

  /// What people call each class: the first of its label's words for it, else its name.
  public var classTitles: [String] {
    zip(classNames, classLabels).map { name, label in
      // ImageNet's labels list synonyms: "tench, Tinca tinca".
      let first = label.prefix { $0 != "," }
      return first.isEmpty ? name : String(first)
    }
  }
}

extension SampleOrigins {
  static let absence = Presence.optionally("where origins are known")

  static let imageDataset = Dataset<Int32>(
    "image", ["n"], "Image that each sample comes from, an index into `images/name`.", absence)
  static let yDataset = Dataset<Int32>(
    "y", ["n"], unit: "0 … layer_height − 1",
    "Row of the sampled position in the layer's feature map, from the top.", absence)
  static let xDataset = Dataset<Int32>(
    "x", ["n"], unit: "0 … layer_width − 1",
    "Column of the sampled position in the layer's feature map, from the left.", absence)
  static let namesDataset = Dataset<String>(
    "images/name", ["i"], "Path of each image below the folder of images, in the order of bytes.",
    absence)
  static let classesDataset = Dataset<Int32>(
    "images/class", ["i"], "Class of each image, an index into `classes/name`; −1 for none.",
    absence)
  static let classNamesDataset = Dataset<String>(
    "classes/name", ["l"], "Name of each class: of a folder, or as a file of classes has it.",
    absence)
  static let classLabelsDataset = Dataset<String>(
    "classes/label", ["l"],
    "What the network calls each class, from its labels; empty where it has none of that name.",
    .optionally("where a class is one of the network's"))
  static let layerHeightAttribute = Attribute<Int>(
    "layer_height", "Height of the layer's feature map, in positions.", absence)
  static let layerWidthAttribute = Attribute<Int>(
    "layer_width", "Width of the layer's feature map, in positions.", absence)

  static let datasets = [
    imageDataset.schema, yDataset.schema, xDataset.schema, namesDataset.schema,
    classesDataset.schema, classNamesDataset.schema, classLabelsDataset.schema,
  ]
  static let attributes = [layerHeightAttribute.schema, layerWidthAttribute.schema]
  static let axes = [Axis("i", "images in the collection"), Axis("l", "classes")]
}

extension ArtifactReader {
  /// Where the samples come from; nil for a file that does not say, as other programs may write
  /// them.
  func origins() throws -> SampleOrigins? {
    typealias Form = SampleOrigins
    // Positions alone would not say of which image.
    guard contains(Form.imageDataset), contains(Form.namesDataset),
      contains(Form.classNamesDataset)
    else { return nil }
    let (image, y, x) = (
      try read(Form.imageDataset), try read(Form.yDataset), try read(Form.xDataset)
    )
    let origins = SampleOrigins(
      image: image, y: y, x: x,
      collection: ImageNames(
        names: try read(Form.namesDataset), classes: try read(Form.classesDataset),
        classNames: try read(Form.classNamesDataset),
        classLabels: contains(Form.classLabelsDataset)
          ? try read(Form.classLabelsDataset) : nil),
      layerHeight: try required(Form.layerHeightAttribute),
      layerWidth: try required(Form.layerWidthAttribute))
    // Whoever has origins uses them as indices without looking again.
    let images = Int32(clamping: origins.collection.names.count)
    guard origins.image.allSatisfy({ $0 >= 0 && $0 < images }) else {
      throw damage("samples come from images that it does not name")
    }
    let classes = Int32(clamping: origins.collection.classNames.count)
    guard origins.collection.classes.allSatisfy({ $0 < classes }) else {
      throw damage("images are of classes that it does not name")
    }
    let (height, width) = (origins.layerHeight, origins.layerWidth)
    guard (1...1 << 20).contains(height), (1...1 << 20).contains(width),
      origins.y.allSatisfy({ $0 >= 0 && $0 < height }),
      origins.x.allSatisfy({ $0 >= 0 && $0 < width })
    else { throw damage("samples lie outside the layer's feature map") }
    return origins
  }
}

extension ArtifactWriter {
  func write(_ origins: SampleOrigins?) throws(ArrayStoreError) {
    guard let origins else { return }
    typealias Form = SampleOrigins
    try write(Form.imageDataset, origins.image)
    try write(Form.yDataset, origins.y)
    try write(Form.xDataset, origins.x)
    try write(origins.collection, layerHeight: origins.layerHeight, layerWidth: origins.layerWidth)
  }

  func write(
    _ collection: ImageNames, layerHeight: Int, layerWidth: Int
  ) throws(ArrayStoreError) {
    typealias Form = SampleOrigins
    try write(Form.namesDataset, collection.names)
    try write(Form.classesDataset, collection.classes)
    try write(Form.classNamesDataset, collection.classNames)
    if collection.classLabels.contains(where: { !$0.isEmpty }) {
      try write(Form.classLabelsDataset, collection.classLabels)
    }
    try set(Form.layerHeightAttribute, layerHeight)
    try set(Form.layerWidthAttribute, layerWidth)
  }
}

extension SampleOrigins {
  /// For each sample the one of `other` that comes from the same image and the nearest position in
  /// it; −1 where that image has none.
  ///
  /// Images are told by their names, positions by their fraction of the feature map's height and
  /// width, so that layers of different sizes and different networks have partners. Of equally near
  /// samples the first is taken.
  ///
  /// - Complexity: O(sum over images of the products of their sample counts).
  public func partners(in other: SampleOrigins) -> [Int32] {
    // By name: the two collections may have other images between the ones that they share.
    var samplesOfName: [String: [Int32]] = [:]
    for (sample, image) in other.image.enumerated() {
      samplesOfName[other.collection.names[Int(image)], default: []].append(Int32(sample))
    }
    let candidates = collection.names.map { samplesOfName[$0] ?? [] }
    return image.indices.map { sample in
      let position = self.position(of: sample)
      // The square of the distance has the same order, without a root.
      var best: (square: Float, sample: Int32) = (.infinity, -1)
      for candidate in candidates[Int(image[sample])] {
        let difference = position - other.position(of: Int(candidate))
        let square = (difference * difference).sum()
        if square < best.square { best = (square, candidate) }
      }
      return best.sample
    }
  }

  /// The center of a sample's position, as fractions of the feature map's width and height.
  private func position(of sample: Int) -> SIMD2<Float> {
    SIMD2(
      (Float(x[sample]) + 0.5) / Float(layerWidth), (Float(y[sample]) + 0.5) / Float(layerHeight))
  }
}
