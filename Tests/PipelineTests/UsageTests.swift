import TestSupport
import TestTags
import Testing

/// What the programs say about themselves and about arguments that make no sense.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct UsageTests {
  @Test(
    "--help shows an example and the defaults",
    arguments: [.synthesize, .place, .evidence] + Program.stages)
  func help(program: Program) throws {
    let outcome = try program.succeed(["--help"])
    let text = outcome.results.joined(separator: "\n")
    #expect(outcome.messages.isEmpty)
    #expect(text.contains("Example") && text.contains("  \(program.name) --"))
    #expect(text.contains("default: ") && text.contains("USAGE: \(program.name)"))
    let version = try program.succeed(["--version"])
    #expect(version.results.count == 1 && version.results[0].first?.isNumber == true)
  }

  static let mistakes: [(Program, [String: String?], String)] = [
    (.synthesize, ["--output": nil], "--output, --sheet or --list is needed"),
    (.synthesize, ["--count": "0"], "--count must be from 1 to 100000, got 0"),
    (.synthesize, ["--size": "15"], "--size must be from 16 to 4096, got 15"),
    (.synthesize, ["--first": "-1"], "--first"),
    (.synthesize, ["--sheet": "sheet.gif"], "--sheet must end in"),
    (.synthesize, ["--sheet": "a.png", "--size": "4096", "--sheet-count": "5"], "lower --size"),
    (.synthesize, ["--format": "gif"], "--format"),
    (.synthesize, ["--classes": "unicorn"], "there is no class unicorn"),
    (.extract, ["--layer": nil], "--layer"),
    (.extract, ["--positions": "0"], "--positions"),
    (.extract, ["--positions": "many"], "--positions must be all or at least 1, got many"),
    (.extract, ["--seed": "-1"], "--seed"),
    (.extract, ["--thread": "1"], "--thread"),
    (.reduce, ["--components": "-1"], "--components"),
    (.render, ["--condition": "1"], "--condition must be above 1"),
    (.render, ["--condition": "nan"], "--condition"),
    (.reduce, ["--output": nil], "--output"),
    (.embed, ["--neighbors": "1"], "--neighbors must be from 2 to 10000, got 1"),
    (.embed, ["--activations": "x.h5"], "either --components or --activations"),
    (.embed, ["--components": nil], "either --components or --activations"),
    (.embed, ["--min-dist": "1.5"], "--min-dist must be from 0 to --spread, got 1.5"),
    (.embed, ["--method": "som"], "--method must be tsne or umap, got som"),
    (.embed, ["--method": "umap", "--dimensions": "1"], "UMAP makes planes"),
    (.embed, ["--dimensions": "3"], "--dimensions must be from 1 to 2, got 3"),
    (.embed, ["--perplexity": "nan"], "--perplexity must be from 1 to 3000, got nan"),
    (.embed, ["--learning-rate": "-1"], "--learning-rate"),
    (.embed, ["--momentum": "1"], "--momentum"),
    (.embed, ["--degrees-of-freedom": "0"], "--degrees-of-freedom"),
    (.embed, ["--start": "middle"], "--start"),
    (.embed, ["--start-samples": "1"], "--start-samples must be at least 100, got 1"),
    (.embed, ["--alignment": "2"], "--alignment must be from 0 to 1, got 2"),
    (.embed, ["--stability": "-1"], "--stability must be from 0 to 100, got -1"),
    (.embed, ["--report-samples": "0"], "--report-samples"),
    (.embed, ["--memory-limit": "much"], "--memory-limit"),
    (.neighbors, ["--neighbors": "0"], "--neighbors must be from 2 to 10000, got 0"),
    (.neighbors, ["--recall": "0"], "--recall must be above 0 and at most 1, got 0"),
    (.neighbors, ["--recall": "nan"], "--recall"),
    (.neighbors, ["--components": nil], "either --components or --activations"),
    (.neighbors, ["--memory-limit": "-1G"], "--memory-limit"),
    (.place, ["--new": nil], "--new"),
    (.place, ["--layout": nil], "--layout"),
    (.place, ["--activations": "x.h5"], "either --components or --activations"),
    (.embed, ["--epochs": "-5"], "--epochs"),
    (.embed, ["--metric": "manhattan"], "--metric"),
    (.grid, ["--grid": "0"], "--grid"),
    (.grid, ["--grid": "5,5"], "--grid"),
    (.grid, ["--grid": "5,"], "--grid"),
    (.grid, ["--minimum-count": "0"], "--minimum-count must be at least 1, got 0"),
    (.grid, ["--exemplars": "-1"], "--exemplars"),
    (.render, ["--size": "8"], "--size must be from 16 to 1024, got 8"),
    (.render, ["--steps": "0"], "--steps"),
    (.render, ["--restarts": "0"], "--restarts"),
    (.render, ["--cells": "4:4"], "--cells"),
    (.render, ["--cells": "5"], "--cells"),
    (.render, ["--cells-file": nil], "--cells-file is needed"),
    (.render, ["--components": nil], "--components is needed to whiten"),
    (.render, ["--target": "channel"], "--cells is needed for --target channel"),
    (
      .render, ["--target": "channel", "--cells": "0:1"],
      "are for directions, not for --target channel"
    ),
    (.render, ["--border": "blue"], "--border"),
    (.render, ["--learning-rate": "nan"], "--learning-rate"),
    (.render, ["--cosine-power": "-1"], "--cosine-power"),
    (.render, ["--cosine-floor": "1.5"], "--cosine-floor"),
    (.evidence, ["--cells-file": nil], "--cells-file"),
    (.evidence, ["--size": "8"], "--size must be from 16 to 512, got 8"),
    (.evidence, ["--patches": "0"], "--patches must be from 1 to 100, got 0"),
    (.evidence, ["--extent": "0"], "--extent must be above 0 and at most 1, got 0"),
    (.evidence, ["--quality": "101"], "--quality"),
    (
      .evidence, ["--size": "512", "--cells-per-sprite": "200"],
      "--cells-per-sprite 200 of --size 512 are 102400 pixels"
    ),
    (.assemble, ["--icons": nil], "--icons"),
    (.assemble, ["--attribution": "x.h5"], "--attribution is for a poster"),
    (.assemble, ["--layout": "x.h5"], "are for a poster"),
    (.assemble, ["--gap": "-1"], "--gap must be from 0 to 1000, got -1"),
    (.assemble, ["--threads": "-1"], "--threads must be from 0 to 4096, got -1"),
  ]

  @Test("arguments that make no sense are usage errors that name the option", arguments: mistakes)
  func mistake(program: Program, changes: [String: String?], words: String) throws {
    let chain = try Chain()
    // The form --option=value, so that values may begin with a dash.
    let options = chain.arguments(of: program, changes.mapValues { _ in nil })
    let changed = changes.compactMap { name, value in value.map { "\(name)=\($0)" } }
    let outcome = try program.run(options + changed)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.errors.count == 1 && outcome.errors[0].contains(words), "\(outcome)")
    #expect(outcome.says("Usage: ") && outcome.results.isEmpty)
    #expect(chain.folder.content.isEmpty)
  }

  @Test("several layers need a place for their names in --output, and different names")
  func severalLayers() throws {
    let chain = try Chain()
    for (layers, output, words) in [
      (["mixed", "early"], "x.h5", "must contain {layer}"),
      (["mixed", "mixed"], "{layer}.h5", "names a layer twice"),
      (["mixed/pool", "mixed_pool"], "{layer}.h5", "{layer}"),
    ] {
      let options = chain.arguments(
        of: .extract, ["--layer": nil, "--output": chain.file(output)])
      let outcome = try Program.extract.run(options + layers.flatMap { ["--layer", $0] })
      #expect(outcome.status == 64 && outcome.errors.count == 1, "\(outcome)")
      #expect(outcome.says(words))
    }
  }
}
