public import Base
import CLuaSupport

/// A bound that a range of numbers is written with.
public protocol NumericBound: Comparable, Sendable {
  /// The bound as a float.
  var bound: Double { get }
}

extension Int: NumericBound {
  /// The bound as a float.
  public var bound: Double { Double(self) }
}

extension Double: NumericBound {
  /// The bound as a float.
  public var bound: Double { self }
}

/// A range of numbers as people write it: `0...1`, `0...`, `...1`.
public protocol NumericRange: Sendable {
  /// The least and the greatest number.
  var bounds: ClosedRange<Double> { get }
}

extension ClosedRange: NumericRange where Bound: NumericBound {
  /// Both ends.
  public var bounds: ClosedRange<Double> { lowerBound.bound...upperBound.bound }
}

extension PartialRangeFrom: NumericRange where Bound: NumericBound {
  /// From the lower end to infinity.
  public var bounds: ClosedRange<Double> { lowerBound.bound...Double.infinity }
}

extension PartialRangeThrough: NumericRange where Bound: NumericBound {
  /// From minus infinity to the upper end.
  public var bounds: ClosedRange<Double> { -Double.infinity...upperBound.bound }
}

extension Argument where Value == Double {
  /// Any number.
  public static func number(
    _ name: String, _ summary: String = "", unit: Unit? = nil, default fallback: Double? = nil,
    range: (any NumericRange)? = nil, tradeOff: String? = nil
  ) -> Argument {
    let bounds = range?.bounds
    return Argument(
      Parameter(
        name: name, kind: .number, unit: unit, defaultValue: fallback.map(luaText), range: bounds,
        summary: summary, tradeOff: tradeOff),
      default: fallback, accepts: bounds.map { bounds in { bounds.contains($0) } })
  }
}

extension Argument where Value == Int {
  /// An integer, or a float with an integral value.
  public static func integer(
    _ name: String, _ summary: String = "", unit: Unit? = nil, default fallback: Int? = nil,
    range: (any NumericRange)? = nil, tradeOff: String? = nil
  ) -> Argument {
    let bounds = range?.bounds
    return Argument(
      Parameter(
        name: name, kind: .integer, unit: unit, defaultValue: fallback.map { String($0) },
        range: bounds, summary: summary, tradeOff: tradeOff),
      default: fallback, accepts: bounds.map { bounds in { bounds.contains(Double($0)) } })
  }
}

extension Argument where Value == Bool {
  /// True or false.
  public static func boolean(
    _ name: String, _ summary: String = "", default fallback: Bool? = nil
  ) -> Argument {
    Argument(
      Parameter(
        name: name, kind: .boolean, defaultValue: fallback.map { String($0) }, summary: summary),
      default: fallback)
  }
}

extension Argument where Value == String {
  /// Text; `words` are what it is likely to be, for completion.
  public static func string(
    _ name: String, _ summary: String = "", default fallback: String? = nil,
    words: (@Sendable () -> [String])? = nil
  ) -> Argument {
    Argument(
      Parameter(
        name: name, kind: .string, defaultValue: fallback.map { "\"\($0)\"" }, summary: summary,
        words: words),
      default: fallback)
  }

  /// One of some words.
  public static func choice(
    _ name: String, _ summary: String = "", among words: [String], default fallback: String? = nil
  ) -> Argument {
    Argument(
      Parameter(
        name: name, kind: .choice(words), defaultValue: fallback.map { "\"\($0)\"" },
        summary: summary),
      default: fallback, accepts: { words.contains($0) })
  }
}

extension Argument where Value: LuaChoice {
  /// One of an enumeration's words.
  public static func choice(
    _ name: String, _ summary: String = "", of type: Value.Type = Value.self,
    default fallback: Value? = nil
  ) -> Argument {
    Argument(
      Parameter(
        name: name, kind: Value.luaKind, defaultValue: fallback.map { "\"\($0.rawValue)\"" },
        summary: summary),
      default: fallback)
  }
}

extension Argument where Value == LuaString {
  /// A string whose bytes matter.
  public static func bytes(_ name: String, _ summary: String = "") -> Argument {
    Argument(Parameter(name: name, kind: .string, summary: summary), default: nil)
  }
}

extension Argument where Value == LuaFunction {
  /// A function; `signature` is its LuaCATS type, as in "fun(x: number): number".
  public static func function(
    _ name: String, _ summary: String = "", signature: String? = nil
  ) -> Argument {
    Argument(
      Parameter(name: name, kind: signature.map { .table($0) } ?? .function, summary: summary),
      default: nil)
  }
}

extension Argument where Value == LuaTable {
  /// A table of any shape; `shape` is its LuaCATS type.
  public static func table(
    _ name: String, _ summary: String = "", shape: String = "table"
  ) -> Argument {
    Argument(Parameter(name: name, kind: .table(shape), summary: summary), default: nil)
  }
}

extension Argument where Value == LuaValue {
  /// Any value, also none (which reads as nil).
  public static func any(_ name: String, _ summary: String = "") -> Argument {
    Argument(
      Parameter(name: name, kind: .any, isOptional: true, summary: summary), default: nil)
  }
}

extension Argument where Value: LuaReadable {
  /// A value of any readable type: an object, a list, a map, one of two kinds.
  public static func value(
    _ name: String, _ summary: String = "", of type: Value.Type = Value.self, unit: Unit? = nil,
    default fallback: Value? = nil, defaultText: String? = nil
  ) -> Argument {
    Argument(
      Parameter(
        name: name, kind: Value.luaKind, unit: unit, defaultValue: defaultText,
        isOptional: fallback != nil, summary: summary),
      default: fallback)
  }
}

extension Argument {
  /// An argument that may be left out; it then is nil.
  public static func optional<Wrapped: LuaReadable>(_ argument: Argument<Wrapped>) -> Argument
  where Value == Wrapped? {
    let base = argument.parameter
    let accepts = argument.accepts
    return Argument(
      Parameter(
        name: base?.name ?? "", kind: base?.kind ?? Wrapped.luaKind, unit: base?.unit,
        defaultValue: base?.defaultValue, isOptional: true, range: base?.range,
        summary: base?.summary ?? "", tradeOff: base?.tradeOff, words: base?.words),
      default: .some(argument.fallback),
      accepts: accepts.map { accepts in { $0.map(accepts) ?? true } })
  }
}
