import ArgumentParser
import CommandLine

/// How activations are reduced.
struct Reduction: Sendable {
  /// Principal components to keep; 0 keeps the second moment alone.
  var componentCount = 64
}

/// The settings of `atlas-reduce` and its limit on memory.
struct ReduceArguments: StageSettings {
  @OptionGroup var table: Settings<ReduceSettings>
  @OptionGroup var memory: MemoryArguments

  static var descriptions: [SettingGroup] {
    Settings<ReduceSettings>.descriptions + Settings<MemorySettings>.descriptions
  }

  var record: [(name: String, value: String)] { table.record }
}

/// The table of settings of `atlas-reduce`.
enum ReduceSettings: SettingsTable {
  static var defaults: Reduction { Reduction() }
  static let settings = [
    Setting(
      "components", \Reduction.componentCount, .number(from: 0), make: "COMPONENTS",
      "Principal components that the layout is made of; 0 takes the raw activations")
  ]
}
