import ArrayStore
import Artifacts
import Foundation
import TestSupport
import TestTags
import Testing

/// Where samples lie in images.
@Suite(.tags(.quick)) struct SampleGeometryTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("a field in the input is a box in the image, cut off at its edges")
  func boxes() {
    // The input's pixels are 2 × 2 of the image's, below row 10.
    let inside = fixture.geometry.place(image: 0, y: 2, x: 3, ofMap: (5, 6))
    #expect(inside.box == [20, 22, 34, 36] && inside.center == [27, 29])
    // Position 0 depends on pixels beyond the left edge; above it, the image goes on.
    let corner = fixture.geometry.place(image: 0, y: 0, x: 0, ofMap: (5, 6))
    #expect(corner.box == [0, 6, 10, 20] && corner.center == [3, 13])
    #expect(fixture.geometry.place(image: 2, y: 0, x: 0, ofMap: (5, 6)).box == [0, 0, 10, 10])
    let last = fixture.geometry.place(image: 2, y: 4, x: 5, ofMap: (5, 6))
    #expect(last.box == [36, 28, 48, 40])
  }

  @Test("fractions of pixels are rounded outward")
  func fractions() {
    var geometry = fixture.geometry
    geometry.windows.replaceSubrange(0..<4, with: [0.5, 10.25, 36, 30])
    // 1.5 pixels of the image each: from 0.5 + 10 · 1.5 to 0.5 + 17 · 1.5.
    #expect(geometry.place(image: 0, y: 2, x: 3, ofMap: (5, 6)).box == [15, 19, 26, 30])
  }

  @Test("without a field a sample depends on all that the network saw; unread images have no boxes")
  func noField() {
    var geometry = fixture.geometry
    geometry.field = nil
    let place = geometry.place(image: 0, y: 2, x: 3, ofMap: (5, 6))
    // The position's own part of the map is still told.
    #expect(place.box == [0, 10, 48, 50] && place.center == [28, 30])
    #expect(geometry.place(image: 1, y: 0, x: 0, ofMap: (5, 6)).box == [-1, -1, -1, -1])
  }

  @Test("a geometry comes back with the activations it was written with", arguments: [true, false])
  func roundTrip(hasField: Bool) throws {
    var geometry = fixture.geometry
    if !hasField { geometry.field = nil }
    let rows = try GrowingRows(for: fixture.path, columnCount: 3, keeping: 0)
    try rows.append((0..<12).map { Float($0) })
    let writer = try ActivationsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance, rows: rows,
      positionsPerImage: 2)
    try writer.append(image: [0, 0, 2, 2], y: [1, 2, 1, 2], x: [3, 3, 4, 4])
    try writer.write(fixture.origins.collection, layerHeight: 5, layerWidth: 6)
    try writer.write(geometry, imagesFolder: ImagesFolder("/photographs"))
    try writer.finish()
    let file = try ActivationsFile(path: fixture.path)
    #expect(try file.geometry() == geometry)
    #expect(try file.imagesFolder() == ImagesFolder("/photographs"))
    try fixture.expectConformity(fixture.path, ActivationsFile.schema)
  }

  @Test("a folder of images is found from the file's own folder, and from another one")
  func folder() throws {
    let folder = fixture.folder
    try folder.write("photos/a.jpg", "")
    try folder.write("results/deep/x.txt", "")
    let here = FileManager.default.currentDirectoryPath
    // A way from here to there, as a command may give it.
    let up = here.split(separator: "/").map { _ in ".." }.joined(separator: "/")
    let relative = up + folder.file("photos")
    for name in ["results/x.h5", "results/deep/x.h5"] {
      let path = up + folder.file(name)
      let writer = try CellsWriter(
        path: path, subject: fixture.subject, provenance: fixture.provenance)
      try writer.write(fixture.origins, nil, ImagesFolder(relative))
      try writer.finish()
      let way = try ArrayFileReader(path: path, kind: "cells").attribute("images_folder")
      #expect(way == .string(name.contains("deep") ? "../../photos" : "../photos"))
    }
  }
}
