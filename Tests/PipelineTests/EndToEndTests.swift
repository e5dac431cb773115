import ArrayStore
import Foundation
import Images
import Matrices
import Mosaics
import TestSupport
import TestTags
import Testing

/// What the artifacts of a whole run hold.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct EndToEndTests {
  let chain: Chain

  init() throws { chain = try .finished() }

  private func open(_ path: String, _ kind: String) throws -> ArrayFileReader {
    try ArrayFileReader(path: path, kind: kind)
  }

  @Test("every program names what it made, and nothing else, on standard output")
  func namesResults() throws {
    let chain = try Chain()
    for program in Program.stages {
      let expected =
        switch program {
        case .synthesize, .place, .attribute, .evidence, .select, .explore, .propose,
          .patch, .conclude, .network, .documentation, .plan:
          [String]()
        case .extract: [chain.activations]
        case .reduce: [chain.components]
        case .neighbors: [chain.neighbors]
        case .embed:
          [chain.layout]
            + ["layout.json", "layout-classes.png", "layout-density.png", "layout-loss.png"]
            .map(chain.file)
        case .grid: [chain.cells]
        case .render: [chain.file("icons.h5")]
        case .judge: [chain.file("icons.json"), chain.file("icons.png")]
        case .assemble: [chain.file("atlas.png"), chain.file("atlas.json")]
        }
      let outcome = try program.succeed(chain.arguments(of: program))
      #expect(outcome.results == expected)
      #expect(outcome.messages.isEmpty, "--quiet leaves errors and warnings only")
    }
    #expect(chain.folder.content == Chain.artifacts.sorted(), "nothing else is left over")
  }

  @Test("each file says which command made it from which files, and what it is about")
  func provenance() throws {
    let sources: [(String, String, String, [String])] = [
      ("activations.h5", "activations", "atlas-extract --layer=mixed ", ["net.onnx", "net.json"]),
      ("components.h5", "components", "atlas-reduce --components=8", ["activations.h5"]),
      (
        "neighbors.h5", "neighbors", "atlas-neighbors --metric=cosine --neighbors=20 ",
        ["components.h5"]
      ),
      (
        "layout.h5", "layout", "atlas-embed --method=umap ", ["components.h5", "neighbors.h5"]
      ),
      ("cells.h5", "cells", "atlas-grid --grid=3,5 ", ["activations.h5", "layout.h5"]),
      (
        "icons.h5", "icons", "atlas-render --layer=mixed ",
        ["net.onnx", "net.json", "cells.h5", "components.h5"]
      ),
    ]
    for (name, kind, command, inputs) in sources {
      let file = try open(chain.file(name), kind)
      let provenance = try #require(try file.provenance)
      #expect(provenance.command.hasPrefix(command), "\(name): \(provenance.command)")
      #expect(provenance.inputs.map(\.name) == inputs)
      for input in provenance.inputs {
        let folder = input.name.hasPrefix("net.") ? chain.workshop.folder : chain.folder
        #expect(try input.sha256 == sha256(ofFile: folder.file(input.name)))
      }
      #expect(try file.attribute("network") == .string("A small network"))
      #expect(try file.attribute("layer") == .string("mixed"))
      #expect(try file.attribute("tensor") == .string("mixed/output"))
    }
  }

  @Test("activations: one row per position, inside the edges, with its image and class")
  func activations() throws {
    let file = try open(chain.activations, "activations")
    let channels = InceptionModel.channelCount
    #expect(try file.shape(of: "activations") == [Chain.sampleCount, channels])
    let images = try file.int32s("image")
    #expect(images == (0..<12).flatMap { [Int32](repeating: $0, count: Chain.positionCount) })
    let (y, x) = (try file.int32s("y"), try file.int32s("x"))
    #expect((y + x).allSatisfy { (1..<Int32(InceptionModel.mixedSide - 1)).contains($0) })
    let places = (0..<Chain.sampleCount).map { "\(images[$0]) \(y[$0]) \(x[$0])" }
    #expect(Set(places).count == Chain.sampleCount, "no position is drawn twice")
    #expect(try file.strings("images/name") == Workshop.names)
    #expect(try file.int32s("images/class") == (0..<3).flatMap { [$0, $0, $0, $0] })
    #expect(try file.strings("classes/name") == ["n00000000", "n00000001", "n00000002"])
    #expect(try file.shape(of: "failures/image") == [0])
    #expect(try file.strings("failures/reason").isEmpty)
    #expect(try file.attribute("layer_height") == .integer(InceptionModel.mixedSide))
    #expect(try file.attribute("layer_width") == .integer(InceptionModel.mixedSide))
    #expect(try file.attribute("positions_per_image") == .integer(Chain.positionCount))
    let values = try file.floats("activations")
    #expect(values.allSatisfy { $0.isFinite && $0 >= 0 } && values.contains { $0 > 0 })
  }

  @Test("components: scores are the activations along the axes, and the second moment is theirs")
  func components() throws {
    let rows = try open(chain.activations, "activations").matrix("activations")
    let file = try open(chain.components, "components")
    let channels = InceptionModel.channelCount
    let mean = try file.floats("mean")
    let axes = try file.matrix("axes")
    let scores = try file.matrix("scores")
    #expect(mean.count == channels && axes.rowCount == 8 && axes.columnCount == channels)
    #expect(scores.rowCount == Chain.sampleCount && scores.columnCount == 8)
    let largest = scores.elements.reduce(0) { max($0, abs($1)) }
    for row in stride(from: 0, to: Chain.sampleCount, by: 37) {
      for axis in 0..<8 {
        let expected = (0..<channels).reduce(Float(0)) {
          $0 + (rows[row, $1] - mean[$1]) * axes[axis, $1]
        }
        #expect(abs(scores[row, axis] - expected) < 1e-4 * largest)
      }
    }
    let shares = try file.doubles("explained")
    #expect(shares.count == 8 && shares == shares.sorted(by: >) && shares.reduce(0, +) <= 1)
    #expect(try file.shape(of: "variances") == [8])
    #expect(try file.shape(of: "second_moment") == [channels, channels])
    let moment = try file.doubles("second_moment")
    for row in stride(from: 0, to: channels, by: 7) {
      for column in 0..<channels {
        let expected =
          (0..<Chain.sampleCount).reduce(0.0) { $0 + Double(rows[$1, row] * rows[$1, column]) }
          / Double(Chain.sampleCount)
        #expect(abs(moment[row * channels + column] - expected) < 1e-4 * (1 + abs(expected)))
        #expect(moment[row * channels + column] == moment[column * channels + row])
      }
    }
    #expect(!file.contains("whitening"))
  }

  @Test("neighbors: other rows, nearest first")
  func neighbors() throws {
    let file = try open(chain.neighbors, "neighbors")
    let shape = [Chain.sampleCount, 20]
    #expect(try file.shape(of: "neighbors") == shape && file.shape(of: "distances") == shape)
    let (neighbors, distances) = (try file.int32s("neighbors"), try file.floats("distances"))
    for row in 0..<Chain.sampleCount {
      let own = neighbors[20 * row..<20 * (row + 1)]
      #expect(Set(own).count == 20 && !own.contains(Int32(row)))
      #expect(own.allSatisfy { (0..<Int32(Chain.sampleCount)).contains($0) })
      let lengths = Array(distances[20 * row..<20 * (row + 1)])
      #expect(lengths == lengths.sorted())
    }
    #expect(try file.attribute("metric") == .string("cosine"))
    #expect(try file.attribute("recall") == .number(1))
  }

  @Test("layout: a finite point for each row, where it comes from, and how good it is")
  func layout() throws {
    let file = try open(chain.layout, "layout")
    let points = try file.matrix("layout")
    #expect(points.rowCount == Chain.sampleCount && points.columnCount == 2)
    #expect(points.elements.allSatisfy { $0.isFinite } && Set(points.elements).count > 100)
    #expect(!file.contains("neighbors"))
    let activations = try open(chain.activations, "activations")
    for name in ["image", "y", "x", "images/class"] {
      #expect(try file.int32s(name) == activations.int32s(name))
    }
    #expect(try file.strings("images/name") == Workshop.names)
    for name in ["trustworthiness_15", "continuity_15", "triplet_accuracy"] {
      guard case .number(let share) = try file.attribute(name) else {
        Issue.record("no \(name)")
        continue
      }
      #expect(share > 0.5 && share <= 1)
    }
    let steps = try file.int32s("loss/step")
    let losses = try file.floats("loss/value")
    #expect(steps == Array(stride(from: 0, through: 40, by: 2)) && losses.count == steps.count)
    #expect(losses.allSatisfy { $0.isFinite } && losses[20] < losses[0])
  }

  @Test("the quality report says what the layout's attributes say, beside plots of it")
  func qualityReport() throws {
    let file = try open(chain.layout, "layout")
    let data = Data(try chain.folder.bytes("layout.json"))
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      report["samples"] as? Int == Chain.sampleCount && report["metric"] as? String == "cosine")
    let measures = try #require(report["measures"] as? [String: Double])
    #expect(measures.count == 9)
    #expect(measures["outlier_fraction"] == 0)
    for (name, value) in measures {
      guard case .number(let written) = try file.attribute(name) else {
        Issue.record("no \(name)")
        continue
      }
      // What reads JSON here may round the last digit otherwise.
      #expect(abs(written - value) <= 4 * written.ulp, "\(name)")
    }
    #expect((report["losses"] as? [Any])?.count == 21)
    for name in ["classes", "density"] {
      let picture = try ImageReader.read(chain.file("layout-\(name).png"))
      // The plot, and room for title, legend and scale.
      #expect(picture.width > 1700 && picture.height > 1700)
      #expect(Set(picture.pixels).count > 10, "\(name)")
    }
    #expect(Set(try ImageReader.read(chain.file("layout-loss.png")).pixels).count > 10)
  }

  @Test("cells: the mean of their rows, their count, exemplars of their own", arguments: [3, 5])
  func cells(side: Int) throws {
    let rows = try open(chain.activations, "activations").matrix("activations")
    let file = try open(chain.cells, "cells")
    #expect(try file.groups() == ["3", "5"])
    let count = try file.int32s("\(side)/count")
    let mean = try file.matrix("\(side)/mean")
    let cellOfSample = try file.int32s("\(side)/cell_of_sample")
    let exemplars = try file.int32s("\(side)/exemplars")
    let images = try open(chain.activations, "activations").int32s("image")
    let places = zip(try file.int32s("\(side)/row"), try file.int32s("\(side)/column"))
    #expect(mean.rowCount == count.count && mean.columnCount == InceptionModel.channelCount)
    #expect(cellOfSample.count == Chain.sampleCount)
    #expect(Set(places.map { $0 * 100 + $1 }).count == count.count)
    #expect(places.allSatisfy { max($0, $1) < side && min($0, $1) >= 0 })
    #expect(try file.floats("\(side)/dispersion").allSatisfy { (0...1.0001).contains($0) })
    for cell in count.indices {
      let members = cellOfSample.indices.filter { cellOfSample[$0] == Int32(cell) }
      #expect(members.count == Int(count[cell]) && members.count >= 4)
      for channel in 0..<mean.columnCount {
        let expected = members.reduce(0.0) { $0 + Double(rows[$1, channel]) }
        let exact = Float(expected / Double(members.count))
        #expect(abs(mean[cell, channel] - exact) < 1e-4 * (1 + abs(exact)))
      }
      let own = exemplars[cell * 8..<(cell + 1) * 8].filter { $0 >= 0 }
      #expect(own.count == min(8, Set(members.map { images[$0] }).count))
      #expect(own.allSatisfy { members.contains(Int($0)) })
      #expect(Set(own.map { images[Int($0)] }).count == own.count)
    }
  }

  @Test("icons: one per cell, with its position and its fidelity")
  func icons() throws {
    let cells = try open(chain.cells, "cells")
    let file = try open(chain.file("icons.h5"), "icons")
    let count = try cells.int32s("5/count")
    let side = Chain.iconSide
    #expect(try file.shape(of: "icons") == [count.count, side, side, 3])
    #expect(try file.int32s("cell") == count.indices.map { Int32($0) })
    for name in ["row", "column", "count"] {
      #expect(try file.int32s(name) == cells.int32s("5/" + name))
    }
    #expect(try file.floats("dispersion") == cells.floats("5/dispersion"))
    #expect(try file.int32s("restart") == count.map { _ in 0 })
    let fidelities = try file.floats("fidelity") + file.floats("transformed_fidelity")
    #expect(fidelities.count == 2 * count.count && fidelities.allSatisfy { $0 > 0 && $0 <= 1.0001 })
    #expect(try file.floats("objective").allSatisfy(\.isFinite))
    #expect(try file.attribute("grid_side") == .integer(5))
    #expect(try file.attribute("cell_total") == .integer(count.count))
    #expect(try file.attribute("target") == .string("direction"))
    guard case .number(let condition) = try file.attribute("condition_number") else {
      Issue.record("no condition number")
      return
    }
    #expect(condition > 1 && condition < 20.1)
  }

  @Test("atlas: every icon at its position, white elsewhere, and a manifest that says so")
  func atlas() throws {
    let file = try open(chain.file("icons.h5"), "icons")
    let icons = try file.bytes("icons")
    let side = Chain.iconSide
    let picture = try ImageReader.read(chain.file("atlas.png"))
    #expect(picture.width == 5 * side && picture.height == 5 * side)
    let manifest = try AtlasManifest(json: chain.folder.bytes("atlas.json"))
    #expect(manifest.network == "A small network" && manifest.layer == "mixed")
    #expect(manifest.gridSide == 5 && manifest.iconSidePixels == side && manifest.gapPixels == 0)
    let fidelities = try file.floats("fidelity")
    #expect(manifest.cells.map(\.fidelity) == fidelities.map { $0 })
    #expect(manifest.cells.map { Int32($0.count) } == (try file.int32s("count")))
    #expect(manifest.summary.cells == fidelities.count)
    var white = Set((0..<25).map { [$0 / 5, $0 % 5] })
    for (index, cell) in manifest.cells.enumerated() {
      #expect(cell.x == cell.column * side && cell.y == cell.row * side)
      let part = picture.cropped(x: cell.x, y: cell.y, width: side, height: side)
      let size = 3 * side * side
      #expect(part.pixels == Array(icons[index * size..<(index + 1) * size]))
      white.remove([cell.row, cell.column])
    }
    for place in white {
      let part = picture.cropped(x: place[1] * side, y: place[0] * side, width: side, height: side)
      #expect(part.pixels.allSatisfy { $0 == 255 })
    }
  }

  @Test("the manifest is plain JSON")
  func manifestIsJSON() throws {
    let data = Data(try chain.folder.bytes("atlas.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let cells = try #require(object?["cells"] as? [[String: Any]])
    #expect(object?["gridSide"] as? Int == 5 && object?["layer"] as? String == "mixed")
    #expect(cells.first?["fidelity"] is Double && cells.first?["row"] is Int)
  }

  @Test("--predict keeps five classes per image and reports how many are right")
  func predictions() throws {
    let folder = try TemporaryFolder()
    let output = folder.file("predicted.h5")
    var arguments = chain.arguments(of: .extract, ["--output": output])
    arguments.removeAll { $0 == "--quiet" }
    let outcome = try Program.extract.succeed(arguments + ["--predict"])
    #expect(outcome.says("of 12 images") && outcome.says("top-1 ") && outcome.says("top-5 "))
    let file = try open(output, "activations")
    #expect(try file.shape(of: "predictions/classes") == [12, 5])
    #expect(try file.int32s("predictions/image") == (0..<12).map { $0 })
    let classes = try file.int32s("predictions/classes")
    for image in 0..<12 {
      let own = Set(classes[5 * image..<5 * image + 5])
      #expect(own.count == 5 && own.allSatisfy { (0..<10).contains($0) })
    }
    let plain = try open(chain.activations, "activations")
    #expect(try file.floats("activations") == plain.floats("activations"))
  }
}
