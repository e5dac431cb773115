import ArgumentParser
import CommandLine
import LayoutCommandLine
import Neighbors

/// What decides a layout: method, start, report, and where neighbors are searched, how.
struct EmbedSettings: StageSettings {
  @OptionGroup var layout: LayoutSettings
  @OptionGroup(title: "Start") var start: StartArguments
  @OptionGroup(title: "Report") var report: Settings<ReportSettings>
  @OptionGroup var search: Settings<EmbedSearchSettings>
  @Option(
    help: ArgumentHelp("The neighbors of these samples, from atlas-neighbors.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var neighborGraph: String?
  @Option(
    help: ArgumentHelp(
      "The result of atlas-select for two classes: the first coordinate becomes the difference of samples' effects on them, and the line that is laid out the second.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var contrast: String?
  @OptionGroup var memory: MemoryArguments

  static var descriptions: [SettingGroup] {
    LayoutSettings.descriptions + [
      Settings<StartSettings>.description(title: "Start"),
      Settings<ReportSettings>.description(title: "Report"),
      Settings<EmbedSearchSettings>.description(),
      Settings<MemorySettings>.description(),
    ]
  }

  var record: [(name: String, value: String)] {
    let isReported = report.parameters.choice == .full
    return (neighborGraph == nil ? search.record : []) + layout.record + start.record
      + report.record.filter { ($0.name == "report") != isReported }
  }
}

/// How neighbors are searched without a file of them.
struct EmbedSearch: Sendable {
  var metric = Metric.cosine
}

/// The settings of the search.
enum EmbedSearchSettings: SettingsTable {
  static var defaults: EmbedSearch { EmbedSearch() }
  static let settings = [
    Setting(
      "metric", \EmbedSearch.metric, .choice, "How samples are compared, without --neighbor-graph")
  ]
}
