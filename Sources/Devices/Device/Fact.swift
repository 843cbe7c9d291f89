public import Base

/// How a number is known.
public enum Origin: String, Sendable, Hashable, CaseIterable {
  /// It stands in the source.
  case read
  /// Someone measured it; the source says who.
  case measured
  /// It follows from other numbers by the rule that stands in place of a source.
  case derived
  /// It is taken over from a relative or from hearsay; the source says from where.
  case inferred
}

/// A number with how it is known: read from a sheet, measured, derived by a rule or inferred.
public struct Fact<Value: Sendable>: Sendable {
  /// The number, in the unit that the field's name or type says.
  public let value: Value
  /// How it is known.
  public let origin: Origin
  /// The sheet, the measurement or the rule.
  public let source: String

  /// Creates a fact.
  public init(_ value: Value, _ origin: Origin, _ source: String) {
    self.value = value
    self.origin = origin
    self.source = source
  }

  /// A number that follows from others by a rule, as in "SMs x lanes x 2 x clock".
  public static func derived(_ value: Value, _ rule: String) -> Fact {
    Fact(value, .derived, rule)
  }

  /// A number taken over from a relative.
  public static func inferred(_ value: Value, _ from: String) -> Fact {
    Fact(value, .inferred, from)
  }

  /// The same knowledge of another number that follows from this one.
  public func derive<Other>(_ rule: String, _ transform: (Value) -> Other) -> Fact<Other> {
    Fact<Other>(transform(value), .derived, "\(rule) of: \(source)")
  }
}

extension Fact: Equatable where Value: Equatable {}
extension Fact: Hashable where Value: Hashable {}

/// A document that numbers are read from; its methods take them in the units that sheets use.
public struct Sheet: Sendable {
  /// What the document is called.
  public let name: String

  /// Names a document.
  public init(_ name: String) { self.name = name }

  /// A number as it stands there.
  public func read<Value>(_ value: Value) -> Fact<Value> { Fact(value, .read, name) }

  /// A number that was measured there.
  public func measured<Value>(_ value: Value) -> Fact<Value> { Fact(value, .measured, name) }

  /// A clock in megahertz; nil stays nil.
  public func megahertz(_ value: Double) -> Fact<Double> { read(value * 1e6) }

  /// A rate in 10^9 bytes per second.
  public func gigabytesPerSecond(_ value: Double) -> Fact<Double> { read(value * 1e9) }

  /// A memory size; a sheet's "GB" of device memory means 2^30 bytes.
  public func gibibytes(_ value: Double) -> Fact<Bytes> {
    read(Bytes(Int(value * 1_073_741_824)))
  }

  /// A cache size in 2^20 bytes.
  public func mebibytes(_ value: Double) -> Fact<Bytes> { read(Bytes(Int(value * 1_048_576))) }
}
