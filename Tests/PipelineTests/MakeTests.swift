import Foundation
import TestSupport
import TestTags
import Testing

/// What make does with the stages: which it runs, what it refuses, and what it says that they cost.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct MakeTests {
  @Test(
    "variables and words that make does not know are errors",
    arguments: [
      ("STEP=100", "There is no setting STEP; the nearest is STEPS"),
      ("NEIGHBOURS=9", "the nearest is NEIGHBORS"), ("seed=1", "the nearest is SEED"),
      ("WHITEN=true", "WHITEN=true: it must be one of: yes no"),
      ("INCLUDE_EDGES=1", "INCLUDE_EDGES=1: it must be one of: yes no"),
      ("LAYERS=x", "the nearest is LAYER"),
      ("METHOD=UMAP", "METHOD=UMAP: it must be one of: tsne umap"),
      ("PRECISION=half", "PRECISION=half: it must be one of: f32 bf16 auto"),
      ("RECIPE=settings", "There is no recipe settings; there are: default"),
    ])
  func misspelt(argument: String, words: String) throws {
    let outcome = try Make.run(["atlas", argument])
    #expect(outcome.status == 2 && outcome.says(words), "\(outcome)")
    #expect(outcome.results.isEmpty)
  }

  @Test(
    "names with signs that make or a shell would read are taken as they are",
    arguments: ["a b", "a;b", "a'b\"c", "a$b", "a#b", "a%b", "a:b", "a(b)", "ä=b", "-a"])
  func names(name: String) throws {
    let folder = try TemporaryFolder()
    let workshop = try Workshop.shared()
    let (images, model) = (folder.file("images \(name)"), folder.file("net \(name).onnx"))
    try FileManager.default.copyItem(atPath: workshop.images, toPath: images)
    try FileManager.default.copyItem(atPath: workshop.model, toPath: model)
    let card = (workshop.model as NSString).deletingPathExtension + ".json"
    try FileManager.default.copyItem(atPath: card, toPath: folder.file("net \(name).json"))
    try FileManager.default.copyItem(
      atPath: (workshop.model as NSString).deletingLastPathComponent + "/labels.txt",
      toPath: folder.file("labels.txt"))
    let out = folder.file("out")
    let outcome = try Make.run([
      "\(out)/activations.h5", "MODEL=\(model)", "DATASET=\(images)", "LAYER=mixed",
      "OUT=\(out)", "POSITIONS=4",
    ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(FileManager.default.fileExists(atPath: out + "/activations.h5"))
    // A layer of such a name: what the program says of it, not what make or a shell does.
    let other = try Make.run([
      "atlas", "MODEL=\(workshop.model)", "DATASET=\(workshop.images)",
      "LAYER=no \(name)", "OUT=\(out)",
    ])
    #expect(other.status == 2 && other.says("it has no layer \"no "), "\(other)")
  }

  @Test("what make cannot take is refused before anything is made")
  func refusals() throws {
    let folder = try TemporaryFolder()
    let workshop = try Workshop.shared()
    let usual = [
      "atlas", "MODEL=\(workshop.model)", "DATASET=\(workshop.images)", "LAYER=mixed",
      "OUT=\(folder.file("out"))",
    ]
    for (change, words) in [
      ("OUT=\(folder.file("o sp"))", "make cannot take this name"),
      ("GRID=3;4", "give one number, or several with commas"),
      ("MODEL=/no/such net.onnx", "MODEL=/no/such net.onnx: there is no such file"),
      ("DATASET=/no/such folder", "there is no such folder of images"),
      ("LAYER=", "LAYER is not set"), ("LAYER=mixd", "it has no layer"),
      ("PERPLEXITY=0", "PERPLEXITY must be"),
    ] {
      let outcome = try Make.run(usual + [change])
      #expect(outcome.status == 2 && outcome.says(words), "\(change): \(outcome)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("an atlas of another network, layer or folder of images is not replaced")
  func others() throws {
    let folder = try TemporaryFolder()
    let workshop = try Workshop.shared()
    let images = folder.file("a/images")
    try FileManager.default.createDirectory(
      atPath: folder.file("a"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder.file("b"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: workshop.images, toPath: images)
    let out = folder.file("out")
    func run(_ changes: String...) throws -> Outcome {
      try Make.run(
        [
          "atlas", "MODEL=\(workshop.model)", "DATASET=\(images)", "LAYER=mixed", "OUT=\(out)",
          "POSITIONS=4", "GRID=3", "MINIMUM_COUNT=2", "ICON_SIZE=16", "STEPS=2", "STABILITY=0",
          "COMPONENTS=8", "V=1",
        ] + changes)
    }
    let made = try run()
    #expect(made.status == 0 && made.says("The atlas is \(out)/tsne/atlas.png"), "\(made)")
    let others = folder.file("b/images")
    try FileManager.default.copyItem(atPath: images, toPath: others)
    // The same images elsewhere are the same images.
    #expect(try run("DATASET=\(others)").status == 0)
    try FileManager.default.copyItem(
      atPath: others + "/n00000000/a.jpg", toPath: others + "/n00000000/z.jpg")
    let refused = try run("DATASET=\(others)")
    #expect(refused.status == 2 && refused.says("holds the atlas of another folder"), "\(refused)")
    let layer = try run("LAYER=mixed/output")
    #expect(layer.status == 2 && layer.says("holds the atlas of another layer"), "\(layer)")
  }

  @Test("two runs at once in one folder wait for each other")
  func lock() async throws {
    let folder = try TemporaryFolder()
    let script = Program.package + "/Scripts/alone"
    // The first one works until the second has said that it waits, however late that begins.
    let (begun, said) = (folder.file("begun"), folder.file("said"))
    async let first = Running(
      "/usr/bin/env",
      [
        script, folder.file("out"), "sh", "-c",
        """
        touch \(begun)
        for i in $(seq 3000); do grep -qs 'another make is at work' \(said) && break; sleep 0.1; done
        touch \(folder.file("ended"))
        echo first
        """,
      ]
    ).outcome()
    while !FileManager.default.fileExists(atPath: begun) {
      try await Task.sleep(for: .milliseconds(20))
    }
    let second = try Running(
      "/usr/bin/env",
      [
        "sh", "-c", "exec '\(script)' \(folder.file("out")) ls \(folder.file("ended")) 2> \(said)",
      ]
    ).outcome()
    #expect(second.results == [folder.file("ended")])
    #expect(try String(contentsOfFile: said, encoding: .utf8).contains("another make is at work"))
    #expect(try await first.results == ["first"])
    // A run that fails leaves no folder, one that has made something does.
    let failed = try Running("/usr/bin/env", [script, folder.file("a/b"), "false"]).outcome()
    #expect(failed.status == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.file("a")))
  }

  @Test("make runs what a changed setting touches, and nothing that a mistake did not")
  func stages() throws {
    let folder = try TemporaryFolder()
    let workshop = try Workshop.shared()
    let images = folder.file("images")
    try FileManager.default.copyItem(atPath: workshop.images, toPath: images)
    let empty = folder.file("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    var usual = [
      "MODEL": workshop.model, "DATASET": images, "LAYER": "mixed", "OUT": folder.file("out"),
      "POSITIONS": "40", "GRID": "3", "MINIMUM_COUNT": "2", "ICON_SIZE": "16", "STEPS": "2",
      "STABILITY": "0", "COMPONENTS": "8", "V": "1",
    ]
    func atlas(_ changes: [String: String] = [:], status: Int32 = 0) throws -> String {
      let values = usual.merging(changes) { $1 }
      let outcome = try Make.run(["atlas"] + values.map { "\($0)=\($1)" })
      #expect(outcome.status == status && !outcome.says("not the page to explore"), "\(outcome)")
      // A command begins with the program's path; it may go on in further lines.
      let commands = outcome.results.filter { $0.hasPrefix("/") && $0.contains(" --") }
      return commands.compactMap { line in
        let program = line.prefix { $0 != " " }.split(separator: "/").last
        return program.map { String($0.dropFirst("atlas-".count)) }
      }.filter { $0 != "explore" }.joined(separator: " ")
    }
    #expect(try atlas() == "extract reduce neighbors embed grid render judge assemble evidence")
    #expect(FileManager.default.fileExists(atPath: folder.file("out/tsne/explorer/index.html")))
    #expect(try atlas() == "")
    // The same values in other words, and settings of what is not made.
    #expect(try atlas(["CONDITION": "20.0", "PERPLEXITY": "30.0", "MIN_DIST": "0.9"]) == "")
    #expect(try atlas(["GRID": "3,4"]) == "grid render judge assemble evidence")
    #expect(try atlas(["GRID": "4"]) == "")
    // Mistakes, at the start or in the first stage, cost nothing.
    for mistake in [
      ["PERPLEXITY": "0"], ["GRID": "3,3"], ["STEPS": "many"], ["LAYER": "mixd"],
      ["DATASET": empty],
    ] {
      _ = try atlas(mistake, status: 2)
      #expect(try atlas() == "", "\(mistake)")
    }
    #expect(try atlas(["GAP": "1"]) == "assemble")
    // A table counts by its content, not by its place.
    let table = try folder.write("a table.csv", "image,x\na.jpg,1\n")
    _ = try atlas(["COLUMNS": folder.file("missing.csv")], status: 2)
    #expect(try atlas(["COLUMNS": table]) == "grid render judge assemble evidence")
    #expect(try atlas(["COLUMNS": table]) == "")
    try folder.write("a table.csv", "image,x\na.jpg,2\n")
    #expect(try atlas(["COLUMNS": table]) == "grid render judge assemble evidence")
    #expect(try atlas() == "grid render judge assemble evidence")
    #expect(try atlas(["CONDITION": "10"]) == "render judge assemble")
    #expect(try atlas(["WHITEN": "no"]) == "render judge assemble")
    #expect(try atlas() == "render judge assemble")
    // Both methods keep what they have made.
    #expect(
      try atlas(["METHOD": "umap", "EPOCHS": "5"]) == "embed grid render judge assemble evidence")
    #expect(try atlas() == "")
    #expect(try atlas(["METHOD": "umap", "EPOCHS": "5"]) == "")
    // Nothing old lies beside a new layout, and a further grid is made wherever it stands.
    #expect(try atlas(["GRID": "3,4"]) == "")
    #expect(try atlas(["SEED": "1"]).hasSuffix("embed grid render judge assemble evidence"))
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: folder.file("out/tsne"))
        .contains { $0.contains("-4.") })
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/umap/layout.h5")))
    #expect(try atlas(["SEED": "0"]).hasSuffix("embed grid render judge assemble evidence"))
    #expect(try atlas(["GRID": "4,3"]) == "grid render judge assemble evidence")
    #expect(try atlas(["GRID": "3"]) == "")
    // What was removed comes back.
    for (name, stages) in [
      ("icons-3.h5", "render judge assemble"),
      ("layout.h5", "embed grid render judge assemble evidence"),
      ("atlas-3.png", "assemble"),
    ] {
      try FileManager.default.removeItem(atPath: folder.file("out/tsne/" + name))
      #expect(try atlas() == stages, "\(name)")
      #expect(try atlas() == "", "\(name)")
    }
    // A touched image is sampled again, to the same bytes.
    let image = images + "/n00000000/a.jpg"
    try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: image)
    #expect(try atlas() == "extract")
    #expect(try atlas() == "")
    // Times do not count, what files say of themselves does: a copy is what it was, and a file that is made
    // of others, whatever its time, is not what is asked for.
    let copy = folder.file("copy")
    _ = try Running("/usr/bin/env", ["cp", "-r", folder.file("out"), copy]).outcome()
    #expect(try atlas(["OUT": copy]) == "")
    let icons = "/tsne/icons-3.h5"
    try FileManager.default.removeItem(atPath: copy + icons)
    _ = try atlas(["SEED": "5"])
    try FileManager.default.copyItem(atPath: folder.file("out") + icons, toPath: copy + icons)
    #expect(try atlas(["OUT": copy]) == "render judge assemble")
    #expect(try atlas().hasSuffix("embed grid render judge assemble evidence"))
    usual["COMPONENTS"] = "0"
    // The layout does not wait for components then, so that their order is make's.
    let stages = try atlas().split(separator: " ").sorted()
    #expect(
      stages == ["assemble", "embed", "evidence", "grid", "judge", "neighbors", "reduce", "render"])
    #expect(try atlas() == "")
  }

  @Test("what programs take is recorded, and a small sample forecasts it for all stages")
  func forecast() throws {
    let folder = try TemporaryFolder()
    let workshop = try Workshop.shared()
    let out = folder.file("out")
    let usual = [
      "MODEL=\(workshop.model)", "DATASET=\(workshop.images)", "LAYER=mixed", "OUT=\(out)",
      "POSITIONS=40", "GRID=3", "MINIMUM_COUNT=2", "ICON_SIZE=16", "STEPS=2", "STABILITY=0",
      "COMPONENTS=8",
    ]
    let made = try Make.run(["explain"] + usual)
    #expect(made.status == 0, "\(made)")
    struct Use: Decodable {
      let program, output: String
      let isFinished: Bool
      let seconds, cpuSeconds: Double
      let peakBytes, threadCount: Int
    }
    let lines = try String(contentsOfFile: out + "/.settings/usage.jsonl", encoding: .utf8)
      .split(separator: "\n")
    let uses = try lines.map { try JSONDecoder().decode(Use.self, from: Data($0.utf8)) }
    #expect(
      Set(uses.map(\.program)).isSuperset(of: [
        "atlas-extract", "atlas-reduce", "atlas-neighbors", "atlas-embed", "atlas-grid",
        "atlas-render", "atlas-judge", "atlas-assemble", "atlas-attribute", "atlas-evidence",
      ]))
    for use in uses {
      #expect(use.isFinished && use.seconds > 0 && use.cpuSeconds > 0, "\(use)")
      #expect(use.peakBytes > 1 << 20 && use.threadCount > 0 && use.output.hasPrefix(out), "\(use)")
    }
    let estimate = try Make.run(["estimate", "CORES=1,64", "SHARDS=3"] + usual)
    #expect(estimate.status == 0, "\(estimate)")
    let rows = estimate.results.map { $0.split(separator: " ").first.map(String.init) ?? "" }
    let stages = [
      "extract", "reduce", "neighbors", "embed", "grid-3", "render-3", "judge-3", "assemble-3",
      "evidence-3", "attribute-3", "poster-3",
    ]
    #expect(stages.allSatisfy(rows.contains), "\(estimate)")
    #expect(
      estimate.results.contains {
        $0.contains("on 1 core ") && $0.contains("on 64 cores") && $0.contains("of forecast")
      }, "\(estimate)")
    // Of more images there is more to do.
    let large = try Make.run(["estimate", "IMAGES=1000000"] + usual)
    #expect(
      large.status == 0 && large.results.first?.contains("1000000 images") == true, "\(large)")
    // A mistake is said once, with where the rest is.
    let refused = try Make.run(["estimate", "PERPLEXITY=0"] + usual)
    #expect(refused.status == 2 && refused.says("PERPLEXITY must be"), "\(refused)")
  }
}
