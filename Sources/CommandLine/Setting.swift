internal import ArgumentParser
internal import ArrayStore

/// One setting of a stage, written once: its name, what it sets, its form and its meaning.
///
/// The option with its check and its messages follow from it, as do the entry in a file's
/// provenance, make's variable, the line of `make help` and the row of `Documentation/settings.md`.
/// The default is that of the parameters.
public struct Setting<Parameters: Sendable>: Sendable {
  /// The option's name, without the dashes.
  let name: String
  /// The variable by which make knows the setting; nil where make knows none.
  let variable: String?
  /// What the setting means, in a sentence.
  let help: String
  /// How it is given.
  let kind: SettingKind
  /// What the setting is for.
  let role: SettingRole
  /// Sets the value that a text stands for; false if it stands for none.
  let read: @Sendable (String, inout Parameters) -> Bool
  /// The value as text, the same for equal values.
  let text: @Sendable (Parameters) -> String
  /// The value as a file has it.
  let attribute: @Sendable (Parameters) -> AttributeValue

  /// Describes a setting.
  ///
  /// - Parameters:
  ///   - name: The option's name, without the dashes.
  ///   - path: What it sets.
  ///   - form: The values that there are.
  ///   - variable: Make's variable; nil where a setting is for experts.
  ///   - role: What it is for.
  ///   - help: What it means, in a sentence without a period.
  public init<Value>(
    _ name: String, _ path: any WritableKeyPath<Parameters, Value> & Sendable,
    _ form: SettingForm<Value>, make variable: String? = nil, role: SettingRole = .decides,
    _ help: String
  ) {
    self.name = name
    self.variable = variable
    self.help = help
    self.role = role
    kind = form.kind
    // Closures over the key path hide the type of the value, so that one table holds them all.
    read = { text, parameters in
      guard let value = form.parse(text) else { return false }
      parameters[keyPath: path] = value
      return true
    }
    text = { form.text($0[keyPath: path]) }
    attribute = { form.attribute($0[keyPath: path]) }
  }
}

extension Setting {
  /// The setting as one of larger parameters that hold these.
  ///
  /// A setting that two stages have, such as the neighbors of UMAP, is written once and has one
  /// default.
  public func within<Whole>(
    _ path: any WritableKeyPath<Whole, Parameters> & Sendable
  ) -> Setting<Whole> {
    Setting<Whole>(
      name: name, variable: variable, help: help, kind: kind, role: role,
      read: { [read] in read($0, &$1[keyPath: path]) },
      text: { [text] in text($0[keyPath: path]) },
      attribute: { [attribute] in attribute($0[keyPath: path]) })
  }

  private init(
    name: String, variable: String?, help: String, kind: SettingKind, role: SettingRole,
    read: @escaping @Sendable (String, inout Parameters) -> Bool,
    text: @escaping @Sendable (Parameters) -> String,
    attribute: @escaping @Sendable (Parameters) -> AttributeValue
  ) {
    self.name = name
    self.variable = variable
    self.help = help
    self.kind = kind
    self.role = role
    self.read = read
    self.text = text
    self.attribute = attribute
  }
}

/// What a setting is for.
public enum SettingRole: Sendable {
  /// It decides the result, and is recorded in it.
  case decides
  /// It decides the result of each file by itself: the recipe gives it, file by file.
  case decidesEachFile
  /// It leaves the result as it is.
  case operates
}

extension AttributeValue {
  /// The text from which a setting reads the value; nil for lists.
  var settingText: String? {
    switch self {
    case .string(let text): text
    case .integer(let number): number.settingText
    case .number(let number): number.settingText
    case .strings, .numbers: nil
    }
  }
}
