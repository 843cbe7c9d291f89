import Base
import LuaBridge

/// Wording that the stubs, the reference and `help` share.
enum DocsText {
  /// A parameter's kind as LuaCATS writes it, as in `"ring"|"tree"` or `number`.
  static func type(_ kind: Parameter.Kind) -> String {
    switch kind {
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .string: "string"
    case .function: "function"
    case .any: "any"
    case .table(let text), .object(let text): text
    case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: "|")
    case .either(let kinds): kinds.map(type).joined(separator: "|")
    }
  }

  /// What follows a parameter's name and type: summary, unit, range, default, trade-off.
  static func note(_ parameter: Parameter) -> String {
    var facts: [String] = []
    if let unit = parameter.unit { facts.append("in \(unit.rawValue)") }
    if let range = parameter.range { facts.append(text(range)) }
    if let value = parameter.defaultValue { facts.append("default \(value)") }
    var note = parameter.summary
    if !facts.isEmpty {
      let list = facts.joined(separator: ", ")
      note += note.isEmpty ? list : " (\(list))"
    }
    if let tradeOff = parameter.tradeOff { note += "; \(tradeOff)" }
    return note
  }

  private static func text(_ range: ClosedRange<Double>) -> String {
    let low = number(range.lowerBound)
    let high = number(range.upperBound)
    return switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (true, true): "\(low) to \(high)"
    case (true, false): "at least \(low)"
    case (false, true): "at most \(high)"
    case (false, false): "any"
    }
  }

  /// A number without a needless fraction.
  static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? value.description
  }

  /// The results of an entry as LuaCATS types, as in "number, string?".
  static func results(_ entry: ExportedEntry) -> String {
    entry.results.map(\.type).joined(separator: ", ")
  }

  /// The last part of a dotted name.
  static func lastName(_ name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }
}
