public import ArrayStore

/// Which values a setting has, how they are written, and what a message says of any other.
///
/// `parse` and `text` are inverse to each other up to spelling: 20, 20.0 and 020 are read as one
/// value, which has one text. Make compares these texts to see what has changed.
public struct SettingForm<Value: Sendable>: Sendable {
  /// How the setting is given.
  let kind: SettingKind
  /// The value of a text; nil if it stands for none.
  let parse: @Sendable (String) -> Value?
  /// The text of a value, the same for equal values.
  let text: @Sendable (Value) -> String
  /// The value in a file.
  let attribute: @Sendable (Value) -> AttributeValue
}

/// How a setting is given.
enum SettingKind: Sendable, Equatable {
  /// As a number or a text; the words follow "must be" in messages.
  case value(words: String)
  /// As one of these words.
  case choice([String])
  /// As a flag, `--name` or `--no-name`.
  case flag

  /// What follows "must be" in messages.
  var words: String {
    switch self {
    case .value(let words): words
    case .choice(let choices):
      choices.dropLast().joined(separator: ", ") + " or " + (choices.last ?? "")
    case .flag: "yes or no"
    }
  }
}

extension SettingForm where Value: SettingNumber {
  /// A number in a closed range.
  public static func number(in range: ClosedRange<Value>) -> SettingForm {
    let (lower, upper) = (range.lowerBound.settingText, range.upperBound.settingText)
    return number("from \(lower) to \(upper)", accepts: range.contains)
  }

  /// A number from a limit on.
  public static func number(from lower: Value) -> SettingForm {
    number("at least \(lower.settingText)") { $0 >= lower }
  }

  /// A number above a limit, up to another.
  public static func number(above lower: Value, to upper: Value) -> SettingForm {
    number("above \(lower.settingText) and at most \(upper.settingText)") {
      $0 > lower && $0 <= upper
    }
  }

  /// A number above a limit, and below another if there is one.
  public static func number(above lower: Value, below upper: Value? = nil) -> SettingForm {
    let words = "above \(lower.settingText)"
    guard let upper else { return number(words) { $0 > lower } }
    return number(words + " and below \(upper.settingText)") { $0 > lower && $0 < upper }
  }

  /// A number from a limit on and below another.
  public static func number(from lower: Value, below upper: Value) -> SettingForm {
    number("at least \(lower.settingText) and below \(upper.settingText)") {
      $0 >= lower && $0 < upper
    }
  }

  private static func number(
    _ words: String, accepts: @escaping @Sendable (Value) -> Bool
  ) -> SettingForm {
    SettingForm(
      kind: .value(words: words),
      parse: { text in Value(settingText: text).flatMap { accepts($0) ? $0 : nil } },
      text: \.settingText, attribute: \.attribute)
  }

  /// This form, or a word for nil.
  fileprivate func or(_ word: String) -> SettingForm<Value?> {
    let (parse, text, attribute) = (parse, text, attribute)
    // A word that is a number in the range, as 0 for what follows from the data, needs no mention.
    let words = parse(word) == nil ? "\(word) or \(kind.words)" : kind.words
    return SettingForm<Value?>(
      kind: .value(words: words),
      parse: { $0 == word ? .some(nil) : parse($0).map { .some($0) } },
      text: { $0.map(text) ?? word }, attribute: { $0.map(attribute) ?? .string(word) })
  }
}

extension SettingForm {
  /// A number in a closed range, or a word for nil.
  public static func number<Number: SettingNumber>(
    in range: ClosedRange<Number>, or word: String
  ) -> SettingForm where Value == Number? {
    SettingForm<Number>.number(in: range).or(word)
  }

  /// A number from a limit on, or a word for nil: `all` for every position that there is.
  public static func number<Number: SettingNumber>(
    from lower: Number, or word: String
  ) -> SettingForm where Value == Number? {
    SettingForm<Number>.number(from: lower).or(word)
  }
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable {
  /// One of the values' names.
  public static var choice: SettingForm {
    SettingForm(
      kind: .choice(Value.allCases.map(\.rawValue)), parse: { Value(rawValue: $0) },
      text: \.rawValue, attribute: { .string($0.rawValue) })
  }
}

extension SettingForm<Bool> {
  /// A flag; on by default, it is given as `--no-name`.
  public static var flag: SettingForm {
    SettingForm(
      // The words of provenance; on the command line a flag has none.
      kind: .flag, parse: { ["true": true, "false": false][$0] }, text: { "\($0)" },
      attribute: { .string("\($0)") })
  }
}

extension SettingForm {
  /// Anything that the closure makes of a text.
  ///
  /// - Parameters:
  ///   - words: What follows "must be" in messages.
  ///   - choices: The words that make accepts, if these are all there are.
  ///   - text: The text of a value, the same for equal values.
  ///   - parse: The value of a text; nil if it stands for none.
  /// - Returns: The form.
  public static func custom(
    _ words: String, choices: [String] = [], text: @escaping @Sendable (Value) -> String,
    parse: @escaping @Sendable (String) -> Value?
  ) -> SettingForm {
    SettingForm(
      kind: choices.isEmpty ? .value(words: words) : .choice(choices), parse: parse, text: text,
      attribute: { .string(text($0)) })
  }
}

/// A number that a setting may be.
public protocol SettingNumber: Comparable, Sendable {
  /// Reads the number; nil for anything else, also for what is not finite.
  init?(settingText: String)
  /// The shortest text that reads back the same, without `.0`.
  var settingText: String { get }
  /// The number in a file.
  var attribute: AttributeValue { get }
}

extension Int: SettingNumber {
  /// Reads decimal digits.
  public init?(settingText: String) { self.init(settingText) }

  /// Decimal digits.
  public var settingText: String { "\(self)" }

  /// An integer.
  public var attribute: AttributeValue { .integer(self) }
}

extension UInt64: SettingNumber {
  /// Reads decimal digits.
  public init?(settingText: String) { self.init(settingText) }

  /// Decimal digits.
  public var settingText: String { "\(self)" }

  /// An integer, or decimal digits where it is too large for one.
  public var attribute: AttributeValue {
    Int(exactly: self).map { .integer($0) } ?? .string("\(self)")
  }
}

extension Double: SettingNumber {
  /// Reads a finite decimal number.
  public init?(settingText: String) {
    // Swift reads "nan" and "inf" as well, which no range would refuse in every form.
    guard let value = Double(settingText), value.isFinite else { return nil }
    self = value
  }

  /// The shortest decimal number that reads back the same.
  public var settingText: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A number.
  public var attribute: AttributeValue { .number(self) }
}

extension Float: SettingNumber {
  /// Reads a finite decimal number.
  public init?(settingText: String) {
    guard let value = Float(settingText), value.isFinite else { return nil }
    self = value
  }

  /// The shortest decimal number that reads back the same.
  public var settingText: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The number that one would write: 0.05, not the double nearest to the float.
  public var attribute: AttributeValue { .number(Double("\(self)") ?? Double(self)) }
}
