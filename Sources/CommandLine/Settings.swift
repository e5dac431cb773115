public import ArgumentParser
public import ArrayStore

/// The settings of a part of a stage: the parameters that they set, and each of them.
public protocol SettingsTable {
  /// What the settings set, a library's parameters as a rule.
  associatedtype Parameters: Sendable
  /// The parameters with their defaults.
  static var defaults: Parameters { get }
  /// The settings, in the order of help and provenance.
  static var settings: [Setting<Parameters>] { get }
  /// What is wrong with settings that are each as they should be, but do not go together.
  static func conflict(in parameters: Parameters) -> String?
}

extension SettingsTable {
  /// Nothing is wrong.
  public static func conflict(in parameters: Parameters) -> String? { nil }
}

/// The options of a table of settings, and the parameters that were set by them.
///
/// ArgumentParser finds options by mirroring a value and decodes it by their names. Both are done
/// here from the table, so that no option is declared by hand.
public struct Settings<Table: SettingsTable>: ParsableArguments, CustomReflectable {
  /// The parameters as the options set them.
  public private(set) var parameters = Table.defaults
  /// What was given on the command line, by the settings' names.
  private var given: [String: String] = [:]
  /// The first mistake.
  private var fault: String?

  /// The defaults.
  public init() {}

  /// Reads what was given, when the argument parser has sorted it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for setting in Table.settings {
      let key = OptionKey(setting.name)
      let text: String?
      if setting.kind == .flag {
        text = "\(try container.decode(Flag<Bool>.self, forKey: key).wrappedValue)"
      } else {
        // As text, whatever the type: the message for a wrong value is then the setting's own.
        text = try container.decode(Option<String?>.self, forKey: key).wrappedValue
      }
      guard let text else { continue }
      given[setting.name] = text
      // Kept for `validate`, whose errors the argument parser shows with the usage.
      if !setting.read(text, &parameters), fault == nil {
        fault = "--\(setting.name) must be \(setting.kind.words), got \(text)."
      }
    }
    fault = fault ?? Table.conflict(in: parameters)
  }

  /// Reports the first mistake.
  public func validate() throws {
    if let fault { throw ValidationError(fault) }
  }

  /// The options, as the argument parser wants to see them.
  public var customMirror: Mirror {
    Mirror(
      self, children: Table.settings.map { ($0.name, $0.option(of: Table.defaults)) },
      displayStyle: .struct)
  }

  /// Whether a setting was given on the command line.
  public func isGiven(_ name: String) -> Bool { given[name] != nil }

  /// The settings that decide the result, with the text of their values: the entries of provenance.
  ///
  /// Settings that were not given are among them: a default may change with a version.
  public var record: [(name: String, value: String)] {
    Table.settings.filter { $0.role != .operates }.map { ($0.name, $0.text(parameters)) }
  }

  /// The settings that decide the result, with their values as a file has them.
  public var attributes: [String: AttributeValue] {
    Dictionary(
      Table.settings.filter { $0.role != .operates }.map { ($0.name, $0.attribute(parameters)) }
    ) { first, _ in first }
  }

  /// The parameters that a file records.
  ///
  /// - Parameter attributes: The settings by their names; those that are missing have their
  ///   defaults, and names that there are not are passed over, as those of another method.
  /// - Returns: The parameters; nil if a value is not one that its setting may have.
  public static func parameters(from attributes: [String: AttributeValue]) -> Table.Parameters? {
    var parameters = Table.defaults
    for setting in Table.settings {
      guard let attribute = attributes[setting.name] else { continue }
      guard let text = attribute.settingText, setting.read(text, &parameters) else { return nil }
    }
    return Table.conflict(in: parameters) == nil ? parameters : nil
  }
}

extension Setting {
  /// The option that the argument parser takes the setting from.
  fileprivate func option(of defaults: Parameters) -> Any {
    let text = text(defaults)
    let range = kind.words.isEmpty ? "" : kind.words + "; "
    switch kind {
    case .flag:
      let isOn = text == "true"
      return isOn
        ? Flag<Bool>(
          wrappedValue: true, name: .customLong(name), inversion: .prefixedNo,
          help: ArgumentHelp(stringLiteral: help + "."))
        : Flag<Bool>(
          wrappedValue: false, name: .customLong(name),
          help: ArgumentHelp(stringLiteral: help + "."))
    case .value, .choice:
      let standard = text.isEmpty ? "no default" : "default: \(text)"
      return Option<String?>(
        name: .customLong(name), help: ArgumentHelp(stringLiteral: "\(help) (\(range)\(standard)).")
      )
    }
  }

  /// What documents and make say of the setting.
  fileprivate func description(of defaults: Parameters) -> SettingDescription {
    let isFlag = kind == .flag
    let text = text(defaults)
    var choices: [String] = []
    if case .choice(let words) = kind { choices = words }
    return SettingDescription(
      option: name, variable: variable, standard: isFlag ? (text == "true" ? "yes" : "no") : text,
      values: kind.words, choices: isFlag ? ["yes", "no"] : choices, isFlag: isFlag,
      isPassedByRecipe: role == .decidesEachFile, help: help)
  }
}

/// The name of an option as a key of the argument parser's values.
private struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

// MARK: - All settings of a stage

/// All settings of a stage: one table, or several together.
public protocol StageSettings: ParsableArguments {
  /// The settings as documents and make see them, a group for each table.
  static var descriptions: [SettingGroup] { get }
  /// The settings that decide the result, as they were asked for.
  var record: [(name: String, value: String)] { get }
}

extension Settings: StageSettings {
  /// The settings of the table.
  public static var descriptions: [SettingGroup] { [description()] }

  /// The settings of the table, under a title.
  public static func description(title: String = "") -> SettingGroup {
    SettingGroup(title: title, settings: Table.settings.map { $0.description(of: Table.defaults) })
  }
}

/// The settings of a stage that has none.
public struct NoSettings: StageSettings {
  /// There are none.
  public static var descriptions: [SettingGroup] { [] }
  /// There are none.
  public var record: [(name: String, value: String)] { [] }

  /// Made by the argument parser.
  public init() {}
}

/// Settings under a title.
public struct SettingGroup: Codable, Sendable {
  /// The title; empty for the settings of the stage itself.
  public let title: String
  /// The settings.
  public let settings: [SettingDescription]
}

/// A setting as documents and make see it.
public struct SettingDescription: Codable, Sendable {
  /// The option's name, without the dashes.
  public let option: String
  /// Make's variable, if make knows the setting.
  public let variable: String?
  /// The default, as make's variable has it.
  public let standard: String
  /// The values that there are, in words.
  public let values: String
  /// The words that make accepts, if these are all there are.
  public let choices: [String]
  /// Whether it is a flag, `yes` or `no` for make.
  public let isFlag: Bool
  /// Whether the recipe passes the option itself, for each file another value.
  public let isPassedByRecipe: Bool
  /// What it means.
  public let help: String
}
