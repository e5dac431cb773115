import ArrayStore
import Artifacts
import TestTags
import Testing

/// Schemas, and files whose format or shapes are not theirs.
@Suite(.tags(.quick)) struct SchemaTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test(
    "a file of another format says which, and what helps",
    arguments: [
      ("layout", 1), ("layout", 2), ("layout", 99), ("cells", 1), ("icons", 1), ("components", 1),
    ])
  func format(kind: String, number: Int) throws {
    let schema = try #require(FileSchema.all.first { $0.kind == kind })
    let path = fixture.path
    let writer = try ArrayFileWriter(path: path, kind: kind)
    // Files from before there were formats have no number.
    if number != 1 { try writer.setAttribute("format", .integer(number)) }
    try writer.finish()
    #expect(
      message { try open(kind) }
        == "Cannot use \(path): it is of format \(number), this version reads \(schema.format); "
        + "remove it and make it anew with \(schema.program)")
  }

  @Test("a format has the number that files of it have, until their form changes")
  func formats() {
    let formats = FileSchema.all.map { "\($0.kind) \($0.format)" }
    #expect(
      formats == [
        "activations 1", "components 2", "neighbors 1", "layout 3", "cells 3", "icons 3",
        "attribution 1", "patches 1", "outcomes 1", "network-input 1", "network-values 1",
      ])
  }

  /// Opens the file as one of a kind.
  private func open(_ kind: String) throws {
    let path = fixture.path
    switch kind {
    case "activations": _ = try ActivationsFile(path: path)
    case "components": _ = try ComponentsFile(path: path)
    case "layout": _ = try LayoutFile(path: path)
    case "cells": _ = try CellsFile(path: path)
    default: _ = try IconsFile(path: path)
    }
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
    let writer = try ArrayFileWriter(path: fixture.path, kind: kind)
    try writer.setAttribute("format", .integer(schema.format))
    for name in ["network", "layer"] { try writer.setAttribute(name, .string("x")) }
    for name in ["grid_side", "cell_total"] { try writer.setAttribute(name, .integer(2)) }
    for (name, shape) in datasets {
      try writer.write(name, [Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)
    }
    try writer.finish()
    let text = message { try open(kind) }
    #expect(text.hasPrefix("Cannot use \(fixture.path): ") && text.contains(words), "\(text)")
    #expect(text.contains("make it anew with atlas-") && !text.contains("\n"))
  }

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
}
