import ArrayStore
import Artifacts
import CommandLine
import FoundationEssentials
import Mosaics

/// The last lines of `make atlas`: where the result is, how good it is, and what to do next.
struct ResultBlock {
  let lines: [String]

  init(_ pipeline: Pipeline) throws {
    guard let first = pipeline.products.last?.path else {
      lines = []
      return
    }
    var lines = ["", "The atlas is \(first)"]
    lines += Self.quality(ofLayoutBeside: first)
    lines += Self.quality(ofIcons: String(first.dropLast(4)) + ".json")
    let layout = first.split(separator: "/").dropLast().joined(separator: "/")
    let folder = first.hasPrefix("/") ? "/" + layout : layout
    lines.append("  plots of the layout: \(folder)/layout-classes.png, layout-density.png")
    lines.append(
      "  next: look at the exemplars of a cell (Examples), or make atlas with GRID=40 or STEPS=1024"
    )
    self.lines = lines
  }

  /// What the quality report beside the layout says, in words.
  private static func quality(ofLayoutBeside atlas: String) -> [String] {
    let path =
      (atlas.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      + ["layout.h5"]).joined(separator: "/")
    guard let layout = try? ArrayFileReader(path: path, kind: LayoutFile.schema.kind),
      case .number(let trust) = try? layout.attribute("trustworthiness_15")
    else { return [] }
    let words =
      trust > 0.95
      ? "what lies together is alike"
      : trust > 0.85
        ? "what lies together is mostly alike" : "what lies together need not be alike"
    return ["  layout: \(words) (trustworthiness \(decimal(trust)) of 1)"]
  }

  /// What the icons' fidelities say, in words.
  private static func quality(ofIcons manifest: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: manifest),
      let atlas = try? AtlasManifest(json: Array(data)),
      let median = atlas.summary.medianFidelity
    else { return [] }
    let low = atlas.cells.count { ($0.fidelity ?? 1) < 0.4 }
    let words =
      median > 0.7
      ? "most show what their cells' activations are"
      : median > 0.5
        ? "most come near to their cells' activations"
        : "most are far from their cells' activations: more STEPS or a larger ICON_SIZE may help"
    var lines = [
      "  icons: \(counted(atlas.cells.count, "cell")); \(words) (median fidelity \(decimal(Double(median))) of 1)"
    ]
    if low > 0 {
      lines.append("  \(counted(low, "icon")) below 0.4: look at their exemplars instead")
    }
    let blank = atlas.cells.count { $0.blank == true }
    if blank > 0 {
      lines.append("  \(counted(blank, "icon")) crossed out: they found nothing to show")
    }
    return lines
  }
}
