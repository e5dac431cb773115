import Grids
import Mosaics
import TestTags
import Testing

@Suite(.tags(.quick)) struct AtlasManifestTests {
  private let grid = GridCells(
    side: 4, row: [0, 1, 3], column: [2, 0, 3], count: [9, 5, 130])

  private func manifest(fidelities: [Float]?, layer: String = "mixed4c") -> AtlasManifest {
    AtlasManifest(
      network: "inception-v1", layer: layer, grid: grid, dispersion: [0.1, 1, 0.75],
      fidelities: fidelities, positions: IconPositions(side: 4, iconSidePixels: 80, gapPixels: 2))
  }

  @Test("cells have their pixels, counts and numbers")
  func cells() {
    let cells = manifest(fidelities: [0.5, .nan, 0.9]).cells
    #expect(cells.map(\.row) == grid.row && cells.map(\.column) == grid.column)
    #expect(cells.map(\.x) == [164, 0, 246] && cells.map(\.y) == [0, 82, 246])
    #expect(cells.map(\.count) == [9, 5, 130])
    #expect(cells.map(\.fidelity) == [0.5, nil, 0.9])
    #expect(cells.map(\.dispersion) == [0.1, 1, 0.75])
  }

  @Test("the summary counts cells and rows and orders the measured fidelities")
  func summary() {
    let summary = manifest(fidelities: [0.75, 0.25, 0.5]).summary
    #expect(summary.cells == 3 && summary.samples == 144)
    #expect(summary.lowerQuartileFidelity == 0.375)
    #expect(summary.medianFidelity == 0.5)
    #expect(summary.upperQuartileFidelity == 0.625)
    #expect(manifest(fidelities: [.nan, 0.25, .infinity]).summary.medianFidelity == 0.25)
    #expect(manifest(fidelities: nil).summary.medianFidelity == nil)
  }

  @Test("the text has sorted keys, short numbers and no fidelity where none was measured")
  func text() throws {
    let text = String(decoding: try manifest(fidelities: [0.1, .nan, 0.3]).json(), as: UTF8.self)
    let start =
      #"{"cells":[{"column":2,"count":9,"dispersion":0.1,"fidelity":0.1,"row":0,"x":164,"y":0},"#
      + #"{"column":0,"count":5,"dispersion":1,"row":1,"x":0,"y":82},"#
    #expect(text.hasPrefix(start))
    #expect(text.hasSuffix("}\n"))
    let keys = [
      "cells", "gapPixels", "gridSide", "iconSidePixels", "layer", "network", "orientation",
      "summary",
    ]
    let positions = try keys.map { try #require(text.firstRange(of: "\"\($0)\":")).lowerBound }
    #expect(zip(positions, positions.dropFirst()).allSatisfy(<))
  }

  @Test("what is written reads back the same, names with quotes included")
  func roundTrip() throws {
    for fidelities in [nil, [0.123_456_79, 1e-7, .nan]] as [[Float]?] {
      let manifest = manifest(fidelities: fidelities, layer: "a \"layer\"/ä\n")
      let bytes = try manifest.json()
      let back = try AtlasManifest(json: bytes)
      #expect(back == manifest)
      #expect(try back.json() == bytes)
    }
  }

  @Test("what is not a manifest is an error", arguments: ["", "{}", "[1,2", "{\"cells\":3}"])
  func garbage(text: String) {
    #expect(throws: DecodingError.self) { try AtlasManifest(json: Array(text.utf8)) }
  }

  @Test("an atlas without cells has a manifest")
  func empty() throws {
    let manifest = AtlasManifest(
      network: "n", layer: "l",
      grid: GridCells(side: 2, row: [], column: [], count: []), dispersion: [],
      fidelities: [], positions: IconPositions(side: 2, iconSidePixels: 8, gapPixels: 0))
    #expect(manifest.summary.cells == 0 && manifest.summary.medianFidelity == nil)
    #expect(try AtlasManifest(json: manifest.json()) == manifest)
  }
}
