import ArrayStore
import Foundation
import IconQuality
import Mosaics
import TestSupport
import TestTags
import Testing

/// The report card of icons, by the program.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct JudgeProgramTests {
  let chain: Chain
  let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  private func report(_ changes: [String: String?] = [:]) throws -> (IconReport, Outcome) {
    let path = folder.file("report.json")
    let outcome = try Program.judge.succeed(
      chain.arguments(of: .judge, changes.merging(["--output": path]) { $1 }))
    return (try IconReport(json: Array(Data(contentsOf: URL(filePath: path)))), outcome)
  }

  @Test("a report has every icon, its place, what was measured, and who says so")
  func content() throws {
    let (report, outcome) = try report()
    #expect(outcome.results == [folder.file("report.json"), folder.file("report.png")])
    #expect(report.layer == "mixed" && report.icons == report.cells.count)
    #expect(report.patches > report.icons)
    let recognition = try #require(report.recognition)
    let (icons, patches) = (try #require(recognition.icons), try #require(recognition.patches))
    #expect(icons.pictures == report.icons)
    for scores in [icons, patches] {
      #expect((0...1).contains(scores.twoChoice.value))
      #expect(scores.first.value <= scores.amongFive.value)
      #expect(scores.meanReciprocalRank.value >= scores.first.value)
    }
    let path = try #require(report.path)
    #expect(path.layers.last?.layer == "mixed")
    for cell in report.cells {
      let rank = try #require(cell.rank)
      #expect((1...report.icons).contains(rank))
      #expect((rank == 1) == (cell.takenForRow == nil))
      let (fidelity, baseline) = (try #require(cell.fidelity), try #require(cell.baseline))
      let isBelow = fidelity < baseline
      #expect((cell.doubts ?? []).contains(.fidelityBelowBaseline) == isBelow)
    }
    #expect(report.doubtful == report.cells.count { $0.doubts != nil })
    #expect(report.made?.inputs["icons.h5"] != nil)
  }

  @Test("without a judge there is no recognition, without images no path; the rest stays")
  func less() throws {
    let (alone, _) = try report(["--judge": nil])
    #expect(alone.recognition == nil && alone.path != nil)
    let (blind, outcome) = try report(["--images": folder.path])
    #expect(outcome.says("cannot be read") && outcome.says("--images"))
    #expect(blind.patches == 0 && blind.path == nil && blind.recognition?.icons == nil)
    #expect(blind.fidelity != nil)
  }

  @Test("icons of other cells, and a report on other icons, are refused")
  func belonging() throws {
    let cells = folder.file("cells.h5")
    let counts = try ArrayFileReader(path: chain.cells, kind: "cells").int32s("5/count")
    // One cell fewer at least: the others have other numbers.
    let least = try #require(counts.min()) + 1
    try Program.grid.succeed(
      chain.arguments(of: .grid, ["--output": cells, "--minimum-count": "\(least)"]))
    let other = try Program.judge.run(chain.arguments(of: .judge, ["--cells-file": cells]))
    #expect(other.status == 1 && other.says("it was made of other cells"))
    let icons = folder.file("icons.h5")
    try Program.render.succeed(
      chain.arguments(of: .render, ["--output": icons, "--steps": "2"]))
    let assembled = try Program.assemble.run(
      chain.arguments(
        of: .assemble, ["--icons": icons, "--output": folder.file("atlas")]))
    #expect(assembled.status == 1 && assembled.says("a report on other icons"))
    try folder.write("no.json", "{}")
    let broken = try Program.assemble.run(
      chain.arguments(
        of: .assemble, ["--report": folder.file("no.json"), "--output": folder.file("atlas")]))
    #expect(broken.status == 1 && broken.says("no report of atlas-judge"))
  }
}
