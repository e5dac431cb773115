import ArrayStore
import Artifacts
import CommandLine
import FoundationEssentials
import Mosaics

/// The last lines of `make atlas`: where the result is, how good it is, and what to do next.
struct ResultBlock {
  let lines: [String]

  init(_ pipeline: Pipeline) throws {
    let atlases = pipeline.products.filter { $0.stage == "assemble" }.compactMap { product in
      product.grid.map { (grid: $0, path: product.path) }
    }
    if pipeline.request.goal == .effects {
      lines = Self.trust(of: "\(pipeline.folder)/effects.h5")
      return
    }
    guard let first = pipeline.products.last?.path, let grid = atlases.first?.grid else {
      lines = []
      return
    }
    let folder = first.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    var lines = ["", "The atlas is \(first)"] + Self.quality(ofLayout: "\(folder)/layout.h5")
    for (index, atlas) in atlases.enumerated() {
      if index > 0 { lines.append("  another grid: \(atlas.path)") }
      lines += Self.quality(
        ofIcons: String(atlas.path.dropLast(4)) + ".json", of: "\(folder)/cells-\(atlas.grid).h5")
    }
    if pipeline.request.goal == .explanation {
      for atlas in atlases {
        lines += [
          "  poster: \(folder)/poster-\(atlas.grid).pdf, .png; patches: \(folder)/evidence-\(atlas.grid)"
        ]
        lines += Self.trust(of: "\(folder)/attribution-\(atlas.grid).h5")
      }
    }
    // Paths below OUT hold nothing that a shell would read.
    lines += [
      "  plots of the layout: \(folder)/layout-classes.png, layout-density.png",
      "  next: a cell with its photographs, python3 Examples/show_cell.py \(folder)/cells-\(grid).h5 \(folder)/icons-\(grid).h5",
      pipeline.request.selection == nil
        ? "  or make atlas with GRID=40 or STEPS=1024"
        : "  or the same with CLASS_GRID=12 or STEPS=1024",
    ]
    self.lines = lines
  }

  /// How far effects on classes can be trusted, in words.
  private static func trust(of path: String) -> [String] {
    guard let file = try? AttributionFile(path: path),
      let correlation = (try? file.trust("pearson_zero")) ?? nil,
      let missed = (try? file.trust("missed")) ?? nil
    else { return [] }
    // Along a path single positions are no measure: a saturated network mends one from its neighbors.
    if let steps = (try? file.pathSteps) ?? nil, steps > 0,
      let completeness = (try? file.trust("completeness")) ?? nil
    {
      let words =
        completeness > 0.9
        ? "together as good as" : completeness > 0.5 ? "together near to" : "together far from"
      return [
        "  attribution: \(words) what the layer does to the logits (correlation \(decimal(completeness, places: 2)) over classes, \(counted(steps, "step")))"
      ]
    }
    let words =
      correlation > 0.99
      ? "as good as removing activations"
      : correlation > 0.8
        ? "near to what removing activations does"
        : correlation > 0.5
          ? "a rough guide to what removing activations does"
          : "far from what removing activations does: take a later layer"
    return [
      "  attribution: \(words) (correlation \(decimal(correlation, places: 2)) over classes); \(decimal(100 * missed, places: 1)) % of small effects are large in truth"
    ]
  }

  /// What the quality report in the layout says, in words.
  private static func quality(ofLayout path: String) -> [String] {
    guard let layout = try? ArrayFileReader(path: path, kind: LayoutFile.schema.kind),
      case .number(let trust) = try? layout.attribute("trustworthiness_15")
    else { return [] }
    let words =
      trust > 0.95
      ? "what lies together is alike"
      : trust > 0.85
        ? "what lies together is mostly alike" : "what lies together need not be alike"
    var line = "  layout: \(words) (trustworthiness \(decimal(trust)) of 1)"
    if case .number(let stability) = try? layout.attribute("stability") {
      let seeds =
        stability > 0.9
        ? "another seed gives the same map"
        : stability > 0.6
          ? "another seed moves some groups" : "another seed arranges the groups differently"
      line += "; \(seeds) (stability \(decimal(stability)) of 1)"
    }
    return [line]
  }

  /// What the icons' fidelities say, in words, beside the fidelity of one icon for the whole layer.
  private static func quality(ofIcons manifest: String, of cells: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: manifest),
      let atlas = try? AtlasManifest(json: Array(data)),
      let median = atlas.summary.medianFidelity.map(Double.init)
    else { return [] }
    let file = try? CellsFile(path: cells)
    let baselines = (try? file?.level(side: atlas.gridSide))?.baseline.sorted() ?? []
    let baseline = baselines.isEmpty ? 0 : Double(baselines[baselines.count / 2])
    let words =
      median <= baseline
      ? "most show no more than what the whole layer has in common"
      : median < 0.5
        ? "most are far from their cells' activations: more STEPS or a larger ICON_SIZE may help"
        : median < 0.7 || median - baseline < 0.5 * (1 - baseline)
          ? "most come near to their cells' activations"
          : "most show what their cells' activations are"
    let beside = baselines.isEmpty ? "" : "; the layer's mean alone has \(decimal(baseline))"
    var lines = [
      "  icons: \(counted(atlas.cells.count, "cell")); \(words) (median fidelity \(decimal(median)) of 1\(beside))"
    ]
    let low = atlas.cells.count { ($0.fidelity ?? 1) < 0.4 }
    if low > 0 {
      lines.append(
        "  \(counted(low, "icon")) below 0.4: look at \(low == 1 ? "its" : "their") exemplars instead"
      )
    }
    let blank = atlas.cells.count { $0.blank == true }
    if blank > 0 {
      lines.append("  \(counted(blank, "icon")) crossed out, which found nothing to show")
    }
    let imageCounts = (try? file?.imageCounts(side: atlas.gridSide)) ?? nil
    let few = (imageCounts ?? []).count { $0 < 3 }
    if few > 0 {
      lines.append(
        "  \(counted(few, "cell")) of samples from one or two images: such an icon speaks of these alone"
      )
    }
    return lines
  }
}
