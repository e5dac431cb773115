import ArrayStore
import TestSupport
import TestTags
import Testing

/// The same bytes, however the work is cut.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct ReproducibilityTests {
  @Test("one thread and two make the same bytes of every artifact")
  func threads() throws {
    let finished = try Chain.finished()
    let alone = try Chain(threads: 1)
    try alone.run()
    for name in Chain.artifacts {
      #expect(try alone.folder.bytes(name) == finished.folder.bytes(name), "\(name) differs")
    }
  }

  @Test("a second run replaces a result by the same bytes")
  func secondRun() throws {
    let chain = try Chain()
    try chain.folder.write("activations.h5", "what was there before")
    for _ in 0..<2 {
      try Program.extract.succeed(chain.arguments(of: .extract))
      #expect(
        try chain.folder.bytes("activations.h5")
          == Chain.finished().folder.bytes("activations.h5"))
    }
    #expect(chain.folder.content == ["activations.h5"])
  }

  @Test("the same bytes in any locale, pictures with text too")
  func locales() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    // For Japanese text, fontconfig prefers another font, as where fonts of several languages are
    // installed.
    try folder.write(
      "fonts.conf",
      """
      <?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
      <fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
      <match target="pattern">
        <test name="lang" compare="contains"><string>ja</string></test>
        <test name="family"><string>sans-serif</string></test>
        <edit name="family" mode="prepend" binding="strong"><string>DejaVu Serif</string></edit>
      </match></fontconfig>
      """)
    for locale in ["C", "ja_JP.eucJP", "ja_JP.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ar_EG"] {
      let arguments = chain.arguments(of: .embed, ["--output": folder.file("layout.h5")])
      let outcome = try Running(
        "/usr/bin/env",
        [
          "LC_ALL=\(locale)", "LANG=\(locale)", "FONTCONFIG_FILE=\(folder.file("fonts.conf"))",
          try Program.embed.path,
        ] + arguments
      ).outcome()
      #expect(outcome.status == 0, "\(outcome)")
      for name in folder.content where name.hasPrefix("layout") {
        #expect(
          try folder.bytes(name) == chain.folder.bytes(name), "\(name) differs in \(locale)")
      }
    }
  }

  @Test("another seed samples other positions and draws other icons")
  func seeds() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    func output(_ program: Program, _ name: String) throws -> ArrayFileReader {
      let path = folder.file("\(program).h5")
      try program.succeed(chain.arguments(of: program, ["--seed": "1", "--output": path]))
      return try ArrayFileReader(path: path, kind: name)
    }
    let sampled = try ArrayFileReader(path: chain.activations, kind: "activations")
    #expect(try output(.extract, "activations").int32s("y") != sampled.int32s("y"))
    let drawn = try ArrayFileReader(path: chain.file("icons.h5"), kind: "icons")
    #expect(try output(.render, "icons").bytes("icons") != drawn.bytes("icons"))
    let laidOut = try ArrayFileReader(path: chain.layout, kind: "layout")
    #expect(try output(.embed, "layout").floats("layout") != laidOut.floats("layout"))
  }

  @Test("an icon rendered alone equals the one rendered among others")
  func iconAlone() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    let path = folder.file("one.h5")
    try Program.render.succeed(
      chain.arguments(of: .render, ["--cells": "3:4", "--output": path]))
    let one = try ArrayFileReader(path: path, kind: "icons")
    let all = try ArrayFileReader(path: chain.file("icons.h5"), kind: "icons")
    #expect(try one.bytes("icons") == all.bytes("icons", rows: 3..<4))
    for name in ["fidelity", "transformed_fidelity", "objective", "dispersion"] {
      #expect(try one.floats(name) == all.floats(name, rows: 3..<4))
    }
    for name in ["cell", "row", "column", "count"] {
      #expect(try one.int32s(name) == all.int32s(name, rows: 3..<4))
    }
    #expect(try one.attribute("cell_total") == all.attribute("cell_total"))
  }

  @Test("with --loss the same icons come with the objective at each step")
  func loss() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    let path = folder.file("traced.h5")
    try Program.render.succeed(
      chain.arguments(of: .render, ["--cells": "0:5", "--output": path]) + ["--loss"])
    let traced = try ArrayFileReader(path: path, kind: "icons")
    let all = try ArrayFileReader(path: chain.file("icons.h5"), kind: "icons")
    #expect(try traced.bytes("icons") == all.bytes("icons", rows: 0..<5))
    #expect(!all.contains("objective_by_step"))
    // The chain's icons take six steps.
    #expect(try traced.shape(of: "objective_by_step") == [5, 6])
    let values = try traced.floats("objective_by_step")
    #expect(Set(values).count == 30 && values.allSatisfy(\.isFinite))
  }

  @Test("blocks of cells, in any order, make the atlas of the whole")
  func blocks() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    let cells = try ArrayFileReader(path: chain.cells, kind: "cells")
    let count = try cells.int32s("5/count").count
    for (index, range) in ["0..<5", "5:\(count)"].enumerated() {
      let path = folder.file("icons-\(index).h5")
      try Program.render.succeed(
        chain.arguments(of: .render, ["--cells": range, "--output": path]))
    }
    let files = [folder.file("icons-1.h5"), folder.file("icons-0.h5")]
    try Program.assemble.succeed(
      ["--quiet", "--icons"] + files + ["--output", folder.file("atlas")])
    try Program.assemble.succeed(
      chain.arguments(of: .assemble, ["--report": nil, "--output": folder.file("whole")]))
    for ending in ["png", "json"] {
      #expect(try folder.bytes("atlas." + ending) == folder.bytes("whole." + ending))
    }
    let outcome = try Program.assemble.succeed(
      ["--icons", files[0], "--output", folder.file("part")])
    #expect(outcome.says("warning: 5 of \(count) cells have no icon"))
  }

  @Test("layers of one pass are sampled at the same places, each as if alone with the finest")
  func layers() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    let layers = ["--layer", "early", "--layer", "mixed/output"]
    let outcome = try Program.extract.succeed(
      chain.arguments(
        of: .extract, ["--layer": nil, "--output": folder.file("of-{layer}.h5")]) + layers)
    let paths = [folder.file("of-early.h5"), folder.file("of-mixed_output.h5")]
    #expect(outcome.results == paths)
    #expect(folder.content == ["of-early.h5", "of-mixed_output.h5"])
    let (fine, coarse) = (
      try ArrayFileReader(path: paths[0], kind: "activations"),
      try ArrayFileReader(path: paths[1], kind: "activations")
    )
    #expect(try fine.shape(of: "activations") == [Chain.sampleCount, 16])
    #expect(try coarse.shape(of: "activations") == [Chain.sampleCount, 48])
    #expect(try fine.int32s("image") == coarse.int32s("image"))
    #expect(try fine.attribute("layer") == .string("early"))
    #expect(try coarse.attribute("layer") == .string("mixed/output"))
    let side = Float(InceptionModel.mixedSide)
    for axis in ["y", "x"] {
      for (a, b) in zip(try fine.int32s(axis), try coarse.int32s(axis)) {
        let (place, other) = ((Float(a) + 0.5) / (2 * side), (Float(b) + 0.5) / side)
        // Half a coarse cell, or one where the coarse layer's edge is left out.
        let isAtEdge = a < 2 || a >= 22
        #expect(abs(place - other) <= (isAtEdge ? 0.8 : 0.5) / side)
      }
    }
  }
}
