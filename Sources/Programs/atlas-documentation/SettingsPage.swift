import CommandLine

/// `Documentation/settings.md`: every setting of every stage.
struct SettingsPage {
  private let stages: [StageDescription]

  init(_ stages: [StageDescription]) { self.stages = stages }

  var text: String {
    """
    # Settings

    <!-- Made by `make documentation` from the tables of settings in the programs; changes here are lost. -->

    A setting is an option of a program, and, where make passes it, a variable: `make atlas … STEPS=1024` renders with
    `--steps 1024`. Values come from make's command line, then the environment, `local.mk`, the recipe
    (`RECIPE=quick`, files in `Pipelines`), and the program. make knows yes and no for flags.

    What a file was made with stands in its attribute `parameters`. A changed setting makes again what it touches, and
    nothing else; a setting that the program rejects costs nothing that is finished. `make help` lists the variables
    with their present values.

    \(stages.map(section).joined(separator: "\n\n"))

    ## Every program

    \(table(of: common))

    ## Adding a setting

    A field with its default in the parameters that the setting sets, as a rule those of a library, and a line in the
    stage's table:

    ```swift
    Setting(
      "steps", \\IconSettings.parameters.stepCount, .number(in: 1...100_000), make: "STEPS",
      "Optimization steps"),
    ```

    The option with its check and its message, provenance, make's variable, `make help` and this page follow;
    `make documentation` writes the last two down, and a test fails until it has.

    """
  }

  /// The settings that all programs have; the first one names them.
  private var common: [SettingDescription] {
    stages.first?.groups.last?.settings ?? []
  }

  private func section(_ stage: StageDescription) -> String {
    let groups = stage.groups.dropLast().filter { !$0.settings.isEmpty }
    let parts = groups.map { group in
      (group.title.isEmpty ? "" : "**\(group.title)**\n\n") + table(of: group.settings)
    }
    return (["## \(stage.program)"] + parts).joined(separator: "\n\n")
  }

  private func table(of settings: [SettingDescription]) -> String {
    atlas_documentation.table(
      ["option", "make", "default", "values", "meaning"],
      settings.map { setting in
        [
          setting.isFlag && setting.standard == "yes"
            ? "`--no-\(setting.option)`" : "`--\(setting.option)`",
          setting.variable.map { "`\($0)`" } ?? "", setting.standard,
          setting.values, setting.help,
        ]
      })
  }
}

/// `Pipelines/settings.mk`: defaults, words and options of the settings that make knows.
struct SettingsMakefile {
  private let stages: [StageDescription]

  init(_ stages: [StageDescription]) { self.stages = stages }

  var text: String {
    """
    # Made by `make documentation` from the tables of settings in the programs; changes here are lost.

    # The settings that recipes and the command line may give, in the order of the data flow.
    SETTINGS := \(variables.compactMap(\.variable).joined(separator: " "))

    # Defaults, where neither gives a value.
    \(variables.map { "\($0.variable ?? "") ?= \($0.standard)" }.joined(separator: "\n"))

    # Meanings.
    \(variables.map { "help.\($0.variable ?? "") := \(escaped(meaning($0)))" }.joined(separator: "\n"))

    # Words, where these are all there are.
    \(variables.filter { !$0.choices.isEmpty }
        .map { "words.\($0.variable ?? "") := \($0.choices.joined(separator: " "))" }
        .joined(separator: "\n"))

    # The options of each stage.
    \(stages.filter { !options($0).isEmpty }
        .map { "options.\($0.name) = \\\n  \(options($0).joined(separator: " \\\n  "))" }
        .joined(separator: "\n"))

    """
  }

  /// Each variable once, where it comes first.
  private var variables: [SettingDescription] {
    var seen: Set<String> = []
    let all = stages.flatMap(\.groups).flatMap(\.settings)
    return all.filter { setting in setting.variable.map { seen.insert($0).inserted } ?? false }
  }

  private func meaning(_ setting: SettingDescription) -> String {
    setting.isFlag ? "\(setting.help) (yes or no)" : "\(setting.help) (\(setting.values))"
  }

  private func options(_ stage: StageDescription) -> [String] {
    stage.groups.dropLast().flatMap(\.settings).filter { !$0.isPassedByRecipe }.compactMap(option)
  }

  private func option(_ setting: SettingDescription) -> String? {
    guard let variable = setting.variable else { return nil }
    switch (setting.isFlag, setting.standard) {
    case (true, "yes"): return "$(if $(filter no,$(\(variable))),--no-\(setting.option))"
    case (true, _): return "$(if $(filter yes,$(\(variable))),--\(setting.option))"
    case (false, ""):
      return "$(if $(\(variable)),--\(setting.option) $(call quote,$(\(variable))))"
    case (false, _): return "--\(setting.option) $(call quote,$(\(variable)))"
    }
  }

  /// Text that make takes as it is.
  private func escaped(_ text: String) -> String {
    text.map { $0 == "$" ? "$$" : $0 == "#" ? "\\#" : String($0) }.joined()
  }
}
