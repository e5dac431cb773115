import CommandLine
import Evidence

/// What evidence is made: which patches, how large, how they lie in files.
struct Evidencing: Sendable {
  /// The side of a patch in pixels.
  var side = 64
  /// Patches of a cell, at most as many as it has exemplars.
  var patchCount = 8
  /// Cells of a sprite.
  var cellsPerSprite = 64
  /// The part of the gradient's magnitude that a patch holds; of GoogLeNet's mixed3b that is 55 pixels of the
  /// field's 91, of mixed4c 129 of 299.
  var fraction = 0.9
  /// JPEG's quality.
  var quality = 85
}

/// The settings of `atlas-evidence`.
enum EvidenceSettings: SettingsTable {
  static var defaults: Evidencing { Evidencing() }
  static let settings = [
    Setting(
      "size", \Evidencing.side, .number(in: 16...512), make: "EVIDENCE_SIZE",
      "Side of a patch of a photograph in pixels"),
    Setting(
      "patches", \Evidencing.patchCount, .number(in: 1...100), make: "EVIDENCE_PATCHES",
      "Patches of photographs for each cell, at most as many as it has exemplars"),
    Setting(
      "cells-per-sprite", \Evidencing.cellsPerSprite, .number(in: 1...4000),
      "Cells whose patches lie in one file"),
    Setting(
      "extent", \Evidencing.fraction, .number(above: 0, to: 1),
      "Part of the gradient's magnitude that a patch holds; more makes it larger"),
    Setting("quality", \Evidencing.quality, .number(in: 1...100), "Quality of the JPEG files"),
  ]

  static func conflict(in parameters: Evidencing) -> String? {
    let height = parameters.side * parameters.cellsPerSprite
    guard height > EvidenceSprites.maximumLength else { return nil }
    return
      "--cells-per-sprite \(parameters.cellsPerSprite) of --size \(parameters.side) are \(height) pixels, and JPEG has at most \(EvidenceSprites.maximumLength); lower one of them."
  }
}
