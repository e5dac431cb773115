import ArgumentParser
import ArrayStore
import CommandLine
import TestTags
import Testing

/// A table of settings of every form, and the parameters that they set.
private enum Table: SettingsTable {
  enum Color: String, CaseIterable, Sendable { case red, green, blue }

  struct Parameters: Sendable, Equatable {
    var count = 10
    var limit: Int? = nil
    var rate = 0.5
    var strength: Float = 0.05
    var seed: UInt64 = 0
    var color = Color.green
    var isLoud = false
    var isTidy = true
    var sides = [1, 2]
    var threads = 0
  }

  static let defaults = Parameters()
  static let settings = [
    Setting("count", \Parameters.count, .number(in: 1...100), make: "COUNT", "How many"),
    Setting("limit", \Parameters.limit, .number(from: 1, or: "all"), "How many at most"),
    Setting("rate", \Parameters.rate, .number(above: 0, below: 1), "How fast"),
    Setting("strength", \Parameters.strength, .number(from: 0, below: 2), "How strong"),
    Setting("seed", \Parameters.seed, .number(from: 0), "Seed"),
    Setting("color", \Parameters.color, .choice, "Which color"),
    Setting("loud", \Parameters.isLoud, .flag, "Say more"),
    Setting("tidy", \Parameters.isTidy, .flag, "Clean up"),
    Setting(
      "sides", \Parameters.sides,
      .custom(
        "two numbers", text: { $0.map(String.init).joined(separator: ",") },
        parse: { text in
          let numbers = text.split(separator: ",").compactMap { Int($0) }
          return numbers.count == 2 ? numbers : nil
        }), role: .decidesEachFile, "Both sides"),
    Setting("threads", \Parameters.threads, .number(in: 0...64), role: .operates, "Threads"),
  ]

  static func conflict(in parameters: Parameters) -> String? {
    parameters.count > (parameters.limit ?? 100) ? "--count must be at most --limit." : nil
  }
}

@Suite(.tags(.quick)) struct SettingsTableTests {
  private typealias Options = Settings<Table>

  private func message(_ arguments: [String]) -> String {
    do {
      _ = try Options.parse(arguments)
      return "no error"
    } catch { return Options.message(for: error) }
  }

  @Test("without options the parameters are the library's defaults")
  func defaults() throws {
    #expect(try Options.parse([]).parameters == Table.defaults)
    #expect(Options().parameters == Table.defaults)
  }

  @Test("every form of option sets its parameter and no other")
  func options() throws {
    let cases: [([String], (inout Table.Parameters) -> Void)] = [
      (["--count", "7"], { $0.count = 7 }), (["--limit=12"], { $0.limit = 12 }),
      (["--limit", "all"], { $0.limit = nil }), (["--rate", "0.25"], { $0.rate = 0.25 }),
      (["--strength", "1e-3"], { $0.strength = 1e-3 }),
      (["--seed", "18446744073709551615"], { $0.seed = .max }),
      (["--color", "blue"], { $0.color = .blue }), (["--loud"], { $0.isLoud = true }),
      (["--no-tidy"], { $0.isTidy = false }), (["--tidy"], { _ in }),
      (["--sides", "3,4"], { $0.sides = [3, 4] }), (["--threads", "2"], { $0.threads = 2 }),
    ]
    for (arguments, change) in cases {
      var expected = Table.defaults
      change(&expected)
      #expect(try Options.parse(arguments).parameters == expected, "\(arguments)")
    }
  }

  @Test(
    "a value that a setting may not have is named with those that it may",
    arguments: [
      (["--count", "0"], "--count must be from 1 to 100, got 0."),
      (["--count", "1.5"], "--count must be from 1 to 100, got 1.5."),
      (["--limit", "none"], "--limit must be all or at least 1, got none."),
      (["--rate", "1"], "--rate must be above 0 and below 1, got 1."),
      (["--rate", "nan"], "--rate must be above 0 and below 1, got nan."),
      (["--strength", "inf"], "--strength must be at least 0 and below 2, got inf."),
      (["--seed", "-1"], "--seed"),
      (["--color", "Red"], "--color must be red, green or blue, got Red."),
      (["--sides", "3"], "--sides must be two numbers, got 3."),
      (["--count", "0", "--rate", "9"], "--count must be from 1 to 100, got 0."),
      (["--limit", "5"], "--count must be at most --limit."),
    ])
  func mistakes(arguments: [String], words: String) {
    #expect(message(arguments).contains(words), "\(message(arguments))")
  }

  @Test("the record has what decides the result, the same text for equal values")
  func record() throws {
    let record = try Options.parse([]).record.map { "\($0.name)=\($0.value)" }
    #expect(
      record == [
        "count=10", "limit=all", "rate=0.5", "strength=0.05", "seed=0", "color=green",
        "loud=false", "tidy=true", "sides=1,2",
      ])
    let other = try Options.parse(["--count=010", "--rate=0.50", "--threads", "4"])
    #expect(other.record.map { "\($0.name)=\($0.value)" } == record)
  }

  @Test("only what was given counts as given, also where it is the default")
  func given() throws {
    let options = try Options.parse(["--count", "10"])
    #expect(options.isGiven("count") && !options.isGiven("rate"))
  }

  @Test("parameters come back from the attributes that a file records")
  func attributes() throws {
    let options = try Options.parse([
      "--count=3", "--limit=40", "--rate=0.125", "--strength=0.3", "--color=red", "--loud",
      "--no-tidy", "--sides=5,6", "--seed=18446744073709551615",
    ])
    let attributes = options.attributes
    #expect(attributes["count"] == .integer(3) && attributes["rate"] == .number(0.125))
    // The number that was written, not the double nearest to the float.
    #expect(attributes["strength"] == .number(0.3))
    #expect(attributes["threads"] == nil)
    #expect(Options.parameters(from: attributes) == options.parameters)
  }

  @Test("attributes that are missing have defaults, and those that cannot be give nothing")
  func foreignAttributes() {
    #expect(Options.parameters(from: [:]) == Table.defaults)
    #expect(Options.parameters(from: ["unknown": .integer(1)]) == Table.defaults)
    #expect(Options.parameters(from: ["count": .integer(101)]) == nil)
    #expect(Options.parameters(from: ["count": .numbers([1])]) == nil)
    #expect(Options.parameters(from: ["color": .string("pink")]) == nil)
    #expect(Options.parameters(from: ["limit": .integer(5)]) == nil, "in conflict with the count")
  }

  @Test("documents and make see what the options have")
  func descriptions() throws {
    let group = try #require(Options.descriptions.first)
    #expect(Options.descriptions.count == 1 && group.settings.count == Table.settings.count)
    let settings = Dictionary(uniqueKeysWithValues: group.settings.map { ($0.option, $0) })
    #expect(settings["count"]?.variable == "COUNT" && settings["rate"]?.variable == nil)
    #expect(settings["count"]?.standard == "10" && settings["count"]?.values == "from 1 to 100")
    #expect(settings["color"]?.choices == ["red", "green", "blue"])
    #expect(settings["tidy"]?.isFlag == true && settings["tidy"]?.standard == "yes")
    #expect(settings["loud"]?.standard == "no" && settings["loud"]?.choices == ["yes", "no"])
    #expect(settings["sides"]?.isPassedByRecipe == true)
  }

  @Test("a setting of a part sets that part of larger parameters")
  func within() {
    struct Whole: Sendable { var part = Table.Parameters() }
    enum Larger: SettingsTable {
      static let defaults = Whole()
      static let settings: [Setting<Whole>] = [Table.settings[0].within(\.part)]
    }
    let parameters = Settings<Larger>.parameters(from: ["count": .integer(33)])
    #expect(parameters?.part.count == 33 && parameters?.part.rate == 0.5)
    #expect(Settings<Larger>.parameters(from: ["count": .integer(0)]) == nil)
  }
}
