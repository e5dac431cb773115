import ArrayStore
import Artifacts
import Foundation
import Matrices
import TestSupport
import Testing

/// Files in the form that their schemas name, and files that are not.
@Suite struct SchemaTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("x.h5")
  }

  private let provenance = Provenance(
    program: "p", version: "1", parameters: [("seed", "0")], inputs: [("a.h5", "12")])
  private let subject = Subject(network: "a network", layer: "mixed", tensor: "mixed/output")
  private let origins = SampleOrigins(
    image: [0, 0, 2, 2], y: [1, 2, 1, 2], x: [3, 3, 4, 4],
    collection: ImageNames(
      names: ["a/1.png", "b/2.png", "b/3.png"], classes: [0, 1, 1], classNames: ["a", "b"]),
    layerHeight: 5, layerWidth: 6)
  private let scores = Matrix(rowCount: 4, columnCount: 2, elements: (0..<8).map { Float($0) })

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  // MARK: Round trips

  @Test("activations come back, with where they come from")
  func activations() throws {
    let rows = try GrowingRows(for: path, columnCount: 3, keeping: 0)
    try rows.append((0..<12).map { Float($0) })
    let writer = try ActivationsWriter(
      path: path, subject: subject, provenance: provenance, rows: rows, imagesFingerprint: "f00d",
      positionsPerImage: 2)
    try writer.append(image: [0, 0], y: [1, 2], x: [3, 3])
    try writer.append(image: [2, 2], y: [1, 2], x: [4, 4])
    try writer.write(origins.collection, layerHeight: 5, layerWidth: 6)
    try writer.write(failures: [(1, "it is no image")])
    try writer.write(Predictions(images: [0, 2], classes: [4, 3, 2, 1]))
    try writer.finish()
    let file = try ActivationsFile(path: path)
    #expect(file.sampleCount == 4 && file.channelCount == 3 && file.subject == subject)
    #expect(try file.activations().elements == (0..<12).map { Float($0) })
    #expect(try file.activations(1..<3).elements == (3..<9).map { Float($0) })
    #expect(try file.origins() == origins)
    #expect(try file.origins()?.classes == [0, 0, 1, 1])
    #expect(try file.predictions() == Predictions(images: [0, 2], classes: [4, 3, 2, 1]))
    #expect(try file.imagesFingerprint == "f00d" && file.provenance?.command == "p --seed=0")
    try expectConformity(path, ActivationsFile.schema)
  }

  @Test("blocks of samples begin at multiples of 1,024 and cover all")
  func blocks() throws {
    let writer = try ActivationsWriter(path: path, subject: Subject(), channelCount: 8000)
    try writer.append([Float](repeating: 1, count: 3000 * 8000))
    try writer.finish()
    let blocks = try ActivationsFile(path: path).blocks
    #expect(blocks == [0..<2048, 2048..<3000])
  }

  private func writeComponents() throws {
    let writer = try ComponentsWriter(path: path, subject: subject, provenance: provenance)
    try writer.write(secondMoment: [2, 1, 0, 1, 2, 0, 0, 0, 1], channelCount: 3)
    let rows = try writer.write(
      mean: [1, 2, 3], axes: Matrix(rowCount: 2, columnCount: 3, elements: [1, 0, 0, 0, 1, 0]),
      variances: [2, 1], explained: [0.5, 0.25], totalVariance: 4, origins: origins)
    try rows.append(scores.elements)
    try writer.finish()
  }

  @Test("components come back, and are vectors of samples")
  func components() throws {
    try writeComponents()
    let file = try ComponentsFile(path: path)
    #expect(file.channelCount == 3 && file.scoresShape ?? (0, 0) == (4, 2))
    #expect(try file.scores() == scores && file.origins() == origins)
    #expect(try file.secondMoment() == [2, 1, 0, 1, 2, 0, 0, 0, 1])
    #expect(try file.axes().mean == [1, 2, 3] && file.axes().variances == [2, 1])
    let vectors = try SampleVectors(components: path)
    #expect(vectors.sampleCount == 4 && vectors.dimension == 2 && vectors.subject == subject)
    #expect(try vectors.vectors() == scores && vectors.origins() == origins)
    try expectConformity(path, ComponentsFile.schema)
  }

  @Test("neighbors come back for the samples that they are of")
  func neighbors() throws {
    try writeComponents()
    let samples = try SampleVectors(components: path)
    let made = folder.file("n.h5")
    let content = NeighborsFile.Content(
      indices: [1, 2, 0, 2, 0, 1, 0, 1], distances: [0, 1, 0, 1, 0, 1, 0, 1], recall: 0.9,
      metric: "cosine")
    let writer = try NeighborsWriter(path: made, subject: subject, provenance: provenance)
    try writer.finish(content, sampleCount: 4)
    let file = try NeighborsFile(path: made, of: samples, sha256: "12")
    #expect(file.neighborCount == 2 && file.sampleCount == 4)
    #expect(try file.content(atLeast: 2) == content)
    #expect(message { _ = try file.content(atLeast: 3) }.contains("3 are needed"))
    #expect(
      message { _ = try NeighborsFile(path: made, of: samples, sha256: "13") }.contains(
        "it holds the neighbors of other samples"))
    try expectConformity(made, NeighborsFile.schema)
  }

  @Test("a layout comes back with the record of its method")
  func layout() throws {
    let method = LayoutFile.Method(
      name: "tsne", settings: ["perplexity": .number(30), "iterations": .integer(500)])
    let writer = try LayoutWriter(
      path: path, subject: subject, provenance: provenance, origins: origins)
    try writer.write(method, metric: "cosine")
    try writer.write(positions: scores)
    try writer.write(losses: [(0, 2.5), (50, 1.5)])
    try writer.write(measure: "stability", 0.75)
    try writer.finish()
    let file = try LayoutFile(path: path)
    #expect(file.sampleCount == 4 && file.dimension == 2)
    #expect(try file.positions() == scores && file.origins() == origins)
    #expect(try file.method() == method && file.metric() == "cosine")
    try expectConformity(path, LayoutFile.schema)
  }

  private let level = CellsFile.Level(
    side: 7, row: [0, 6], column: [1, 2], count: [5, 9],
    mean: Matrix(rowCount: 2, columnCount: 3, elements: [1, 2, 3, 4, 5, 6]),
    dispersion: [0.25, 0.5])

  @Test("cells come back, of one grid or several")
  func cells() throws {
    let writer = try CellsWriter(path: path, subject: subject, provenance: provenance)
    try writer.write(level, exemplars: [3, 1, 2, -1], cellOfSample: [0, 1, -1, 1])
    var second = level
    second.side = 20
    try writer.write(second, exemplars: [], cellOfSample: [0, 1, -1, 1])
    try writer.finish()
    let file = try CellsFile(path: path)
    #expect(try file.level(side: 7) == level && file.level(side: 20) == second)
    #expect(message { _ = try file.level(side: nil) }.contains("choose one with --grid"))
    #expect(message { _ = try file.level(side: 8) }.contains("it has no grid 8; it has 20, 7"))
    try expectConformity(path, CellsFile.schema)
  }

  @Test("icons come back with their measures and cells, and parts do")
  func icons() throws {
    let measures = IconsFile.Measures(
      fidelity: [0.5, .nan], transformedFidelity: [0.4, 0.3], objective: [1, 2], restart: [0, 3],
      objectiveByStep: [1, 2, 3, 4, 5, 6])
    let cells = IconsFile.Cells(
      cell: [4, 5], row: [0, 1], column: [1, 1], count: [8, 9], dispersion: [0.1, 0.2])
    let pixels = (0..<2 * 4 * 4 * 3).map { UInt8($0) }
    let writer = try IconsWriter(
      path: path, subject: subject, provenance: provenance, target: "direction", gridSide: 2,
      cellTotal: 9, iconSidePixels: 4)
    try writer.append(pixels: pixels)
    try writer.write(whitening: (before: 100, after: 20), shrinkage: 0.5)
    try writer.finish(measures, cells)
    let file = try IconsFile(path: path)
    #expect(file.network == "a network" && file.layer == "mixed" && file.gridSide == 2)
    #expect(file.iconSidePixels == 4 && file.cellTotal == 9)
    let icons = try file.icons()
    #expect(icons.pixels == pixels && icons.cells == cells)
    #expect(icons.measures.objective == [1, 2] && icons.measures.fidelity[1].isNaN)
    #expect(icons.measures.objectiveByStep == [1, 2, 3, 4, 5, 6])
    try expectConformity(path, IconsFile.schema)

    let part = folder.file("part.h5")
    #expect(IconsPart.provenance(path: part) == nil)
    try IconsPart.write(
      pixels: pixels, sidePixels: 4, measures, provenance: provenance, to: part)
    #expect(IconsPart.provenance(path: part)?.command == provenance.command)
    #expect(try IconsPart.read(path: part).pixels == pixels)
  }

  @Test("a network's input and values come back")
  func networkValues() throws {
    let writer = try ArrayFileWriter(path: path, kind: "network-input")
    try writer.write("input", [Float](repeating: 2, count: 6), shape: [1, 2, 3])
    try writer.write("seeds/0", [Float](repeating: 3, count: 4), shape: [4])
    try writer.write("tangents", [Float](repeating: 4, count: 12), shape: [2, 6])
    try writer.finish()
    let input = try NetworkInputFile(path: path)
    #expect(input.inputShape == [1, 2, 3] && input.tangentCount == 2)
    #expect(try input.input(count: 6) == [Float](repeating: 2, count: 6))
    #expect(try input.seed(0, count: 4) == [3, 3, 3, 3])
    #expect(try input.tangents(count: 12).count == 12)
    #expect(message { _ = try input.seed(1, count: 4) }.contains("it has no dataset seeds/1"))
    #expect(message { _ = try input.seed(0, count: 5) }.contains("4 values, 5 are expected"))
    let values = folder.file("out.h5")
    let output = try NetworkValuesFile(path: values)
    try output.write(tensor: "a/b", [1, 2], shape: [2])
    try output.write(tensor: "c", [3], shape: [])
    try output.write(gradientOf: "d", [1, 2, 3, 4], shape: [2, 2])
    try output.write(tangentsOf: "e", [1, 2, 3], shape: [1, 3])
    try output.finish()
    let reader = try ArrayFileReader(path: values, kind: "network-values")
    #expect(try reader.floats("tensors/0") == [1, 2] && reader.floats("tensors/1") == [3])
    #expect(try reader.attribute("name", on: "tensors/0") == .string("a/b"))
    #expect(try reader.shape(of: "gradients/0") == [2, 2])
    #expect(try reader.shape(of: "tangents/0") == [1, 3])
    try expectConformity(values, NetworkValuesFile.schema)
  }

  /// Every dataset that the schema demands is there, and says what it is.
  private func expectConformity(
    _ path: String, _ schema: FileSchema, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let reader = try ArrayFileReader(path: path, kind: schema.kind)
    #expect(
      try reader.attribute("format") == .integer(schema.format), sourceLocation: sourceLocation)
    for dataset in schema.datasets where !dataset.name.contains("{") {
      guard reader.contains(dataset.name) else {
        #expect(dataset.presence != .always, "\(dataset.name)", sourceLocation: sourceLocation)
        continue
      }
      #expect(
        try reader.attribute("description", on: dataset.name) == .string(dataset.description),
        sourceLocation: sourceLocation)
    }
  }

  // MARK: Other forms

  @Test("a file of another format says which, and what helps", arguments: [1, 2, 99])
  func format(number: Int) throws {
    let writer = try ArrayFileWriter(path: path, kind: "layout")
    if number != 1 { try writer.setAttribute("format", .integer(number)) }
    try writer.finish()
    #expect(
      message { _ = try LayoutFile(path: path) }
        == "Cannot use \(path): it is of format \(number), this version reads 3; "
        + "remove it and make it anew with atlas-embed")
  }

  /// Datasets of a foreign file, with what is wrong about them.
  static let foreign: [(String, [(String, [Int])], String)] = [
    ("activations", [], "it has no dataset activations; make it anew with atlas-extract"),
    ("activations", [("activations", [])], "the shape of one number, n × c is expected"),
    ("activations", [("activations", [6])], "activations has the shape 6, n × c is expected"),
    ("activations", [("activations", [0, 4])], "n × c is expected with n at least 1"),
    ("activations", [("activations", [4, 0])], "with c at least 1"),
    ("activations", [("activations", [4, 2]), ("image", [3])], "n = 4 as in activations"),
    ("activations", [("activations", [4, 2]), ("y", [4, 1])], "y has the shape 4 × 1, n is"),
    ("components", [("second_moment", [3, 4])], "the shape 3 × 4, c × c is expected"),
    ("layout", [("layout", [2, 2, 2])], "the shape 2 × 2 × 2, n × m is expected"),
    ("icons", [("icons", [2, 4, 4, 4])], "2 × 4 × 4 × 4, m × s × s × 3 is expected"),
    ("icons", [("icons", [2, 4, 5, 3])], "2 × 4 × 5 × 3, m × s × s × 3 is expected"),
  ]

  @Test("shapes that do not fit are named with those that would", arguments: foreign)
  func shapes(kind: String, datasets: [(String, [Int])], words: String) throws {
    let schema = try #require(FileSchema.all.first { $0.kind == kind })
    let writer = try ArrayFileWriter(path: path, kind: kind)
    try writer.setAttribute("format", .integer(schema.format))
    for name in ["network", "layer"] { try writer.setAttribute(name, .string("x")) }
    for name in ["grid_side", "cell_total"] { try writer.setAttribute(name, .integer(2)) }
    for (name, shape) in datasets {
      try writer.write(name, [Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)
    }
    try writer.finish()
    let text = message {
      switch kind {
      case "activations": _ = try ActivationsFile(path: path)
      case "components": _ = try ComponentsFile(path: path)
      case "layout": _ = try LayoutFile(path: path)
      default: _ = try IconsFile(path: path)
      }
    }
    #expect(text.hasPrefix("Cannot use \(path): ") && text.contains(words), "\(text)")
    #expect(text.contains("make it anew with atlas-") && !text.contains("\n"))
  }

  @Test("elements of another type are named when they are read")
  func types() throws {
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", [Int32(1), 2], shape: [1, 2])
    try writer.finish()
    let file = try ActivationsFile(path: path)
    #expect(
      message { _ = try file.activations() }.contains(
        "floating-point numbers expected, found integers of 4 bytes; make it anew"))
  }

  @Test("a file with activations alone is one, and does not say where they come from")
  func bare() throws {
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", [Double](repeating: 1, count: 6), shape: [3, 2])
    try writer.finish()
    let file = try ActivationsFile(path: path)
    #expect(file.sampleCount == 3 && file.subject == Subject())
    #expect(try file.origins() == nil && file.predictions() == nil && file.provenance == nil)
  }

  @Test("samples of images that are not named are damage")
  func damagedOrigins() throws {
    for image in [Int32(3), -1] {
      var damaged = origins
      damaged.image[2] = image
      let writer = try LayoutWriter(
        path: path, subject: subject, provenance: provenance, origins: damaged)
      try writer.write(positions: scores)
      try writer.finish()
      let file = try LayoutFile(path: path)
      #expect(message { _ = try file.origins() }.contains("images that it does not name"))
      #expect(message { _ = try file.method() }.contains("by which method it was made"))
    }
  }

  // MARK: Schemas

  @Test("schemas are complete, and name every axis")
  func complete() {
    for schema in FileSchema.all {
      let letters = Set(schema.axes.map(\.letter))
      #expect(letters.count == schema.axes.count && schema.format > 0)
      #expect(!schema.example.isEmpty && schema.example.contains("h5py"))
      #expect(Set(schema.datasets.map(\.name)).count == schema.datasets.count)
      for dataset in schema.datasets {
        #expect(dataset.meaning.hasSuffix("."))
        #expect(dataset.meaning.first?.isLowercase == false)
        for case .axis(let letter) in dataset.shape {
          #expect(letters.contains(letter), "\(schema.kind)/\(dataset.name): \(letter)")
        }
      }
      for attribute in schema.attributes { #expect(attribute.meaning.hasSuffix(".")) }
    }
  }

  // MARK: Partners

  @Test("partners are the nearest samples of images of the same name")
  func partners() {
    var other = origins
    other.collection.names = ["b/3.png", "c.png", "a/1.png"]
    // Twice as fine a layer: the centers of rows 1 and 2 lie at rows 2.5 and 4.5.
    other.layerHeight = 10
    other.layerWidth = 12
    other.y = [2, 4, 2, 5]
    other.x = [6, 6, 8, 8]
    #expect(origins.partners(in: other) == [2, 3, 0, 1])
    other.collection.names[2] = "d.png"
    #expect(origins.partners(in: other) == [-1, -1, 0, 1])
  }
}
