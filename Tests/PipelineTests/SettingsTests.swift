import Foundation
import TestSupport
import TestTags
import Testing

/// Settings are written once: options, messages, make's variables and provenance follow from the tables.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct SettingsTests {
  struct Group: Decodable {
    let title: String
    let settings: [Setting]
  }

  struct Setting: Decodable {
    let option, standard, values, help: String
    let variable: String?
    let choices: [String]
    let isFlag: Bool
  }

  // The judge's options are files and a layer's name.
  static let programs: [Program] = ([.synthesize, .evidence] + Program.stages).filter {
    $0 != .judge
  }

  private func settings(of program: Program) throws -> [Setting] {
    let json = try program.succeed(["--describe-settings"]).results.joined()
    return try JSONDecoder().decode([Group].self, from: Data(json.utf8)).flatMap(\.settings)
  }

  @Test("every setting is an option in help, with its values and its default", arguments: programs)
  func help(program: Program) throws {
    let lines = try program.succeed(["--help"]).results
    let text = lines.map { $0.split(separator: " ").joined(separator: " ") }
      .joined(separator: " ")
    let settings = try settings(of: program)
    #expect(settings.count > 1 && Set(settings.map(\.option)).count == settings.count)
    for setting in settings {
      let name =
        setting.isFlag && setting.standard == "yes"
        ? "--\(setting.option)/--no-\(setting.option) " : "--\(setting.option) "
      #expect(text.contains(name), "\(setting.option)")
      #expect(text.contains(setting.help), "\(setting.option)")
      let standard = setting.standard.isEmpty ? "no default" : "default: \(setting.standard)"
      let values = "(\(setting.values); \(standard))"
      #expect(setting.isFlag || text.contains(values), "\(setting.option): \(values)")
    }
  }

  @Test(
    "a value that a setting cannot have is a mistake that names those it can", arguments: programs)
  func mistakes(program: Program) throws {
    for setting in try settings(of: program) where !setting.isFlag && setting.option != "classes" {
      let outcome = try program.run(["--record-settings", "--\(setting.option)=odd value"])
      let words =
        "\(setting.variable ?? "--" + setting.option) must be \(setting.values), got odd value."
      guard setting.option != "threads" else { continue }
      #expect(outcome.status == 64 && outcome.messages == ["Error: " + words], "\(outcome)")
    }
  }

  @Test("a variable of make has one default and one meaning in all programs")
  func variables() throws {
    var known: [String: Setting] = [:]
    for program in Self.programs {
      for setting in try settings(of: program) {
        guard let variable = setting.variable else { continue }
        if let other = known[variable] {
          #expect(setting.standard == other.standard && setting.values == other.values)
          #expect(setting.help == other.help && setting.choices == other.choices)
        }
        known[variable] = setting
      }
    }
    #expect(known.count > 25)
    let help = try Make.run(["help"]).results.joined(separator: "\n")
    for (variable, setting) in known {
      #expect(help.contains("  \(variable) ") && help.contains(setting.help), "\(variable)")
    }
  }

  @Test("settings are recorded in one form, and only those that decide the result")
  func record() throws {
    func record(_ program: Program, _ arguments: String...) throws -> [String] {
      try program.succeed(["--record-settings"] + arguments).results
    }
    #expect(try record(.grid) == record(.grid, "--minimum-count", "06", "--exemplars=8"))
    #expect(
      try record(.render, "--condition", "20.0", "--vignette=0.30") == record(.render))
    #expect(try record(.embed, "--perplexity", "30.0") == record(.embed))
    // What is for the other method does not count.
    #expect(try record(.embed, "--min-dist", "0.3") == record(.embed))
    #expect(try record(.embed, "--method", "umap", "--min-dist", "0.3").contains("min-dist=0.3"))
    #expect(try record(.embed, "--alignment", "0.5") == record(.embed))
    #expect(try record(.embed, "--align-to", "x.h5").contains("alignment=0.1"))
    #expect(
      try record(.render, "--no-whiten", "--condition", "5").allSatisfy { !$0.contains("cond") })
    #expect(try record(.render).contains("precision=auto"), "whatever the machine")
  }

  @Test("as many neighbors are found as the method wants, or either of both")
  func neighborCount() throws {
    for (arguments, count) in [
      ([], 90), (["--neighbors", "40"], 40), (["--perplexity", "10.1"], 31),
      (["--neighbors", "40", "--perplexity", "10"], 40),
      (["--neighbors", "20", "--perplexity", "10"], 30),
    ] {
      let record = try Program.neighbors.succeed(["--record-settings"] + arguments).results
      #expect(record.contains("neighbors=\(count)"), "\(arguments): \(record)")
    }
  }
}
