public import Base

/// One setting of a sweep.
public enum SweepValue: Hashable, Sendable, CustomStringConvertible {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)

  /// As it is written.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .flag(let value): "\(value)"
    }
  }

  /// The number, where it is one.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag: nil
    }
  }

  /// As JSON.
  public var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .text(let value): .string(value)
    case .flag(let value): .boolean(value)
    }
  }
}

/// Every combination of some settings; the last axis runs fastest.
public struct SweepGrid: Hashable, Sendable {
  /// A name and what it is set to, one after the other.
  public struct Axis: Hashable, Sendable {
    /// What is set.
    public let name: String
    /// What it is set to.
    public let values: [SweepValue]

    /// Creates an axis.
    public init(_ name: String, _ values: [SweepValue]) {
      self.name = name
      self.values = values
    }
  }

  /// The axes in order.
  public let axes: [Axis]

  /// Checks the axes: names differ, each has values that differ, and points are not too many.
  public init(_ axes: [Axis]) throws(Problem) {
    guard !axes.isEmpty else { throw Problem("a grid needs at least one axis") }
    var count = 1
    for (place, axis) in axes.enumerated() {
      guard !axis.name.isEmpty else { throw Problem("axis \(place + 1) of a grid has no name") }
      guard !axes[..<place].contains(where: { $0.name.lowercased() == axis.name.lowercased() })
      else { throw Problem("two axes of a grid are named \"\(axis.name)\"") }
      guard Metric.catalog.find(axis.name.lowercased()) == nil,
        !["point", "fingerprint", "fault"].contains(axis.name.lowercased())
      else {
        throw Problem(
          "axis \"\(axis.name)\" has the name of a column of results", fix: "name it otherwise")
      }
      guard !axis.values.isEmpty, Set(axis.values).count == axis.values.count else {
        throw Problem("axis \"\(axis.name)\" needs values that differ")
      }
      let (product, isTooMany) = count.multipliedReportingOverflow(by: axis.values.count)
      guard !isTooMany, product <= 1_000_000 else {
        throw Problem("a grid of more than a million points", fix: "take fewer values")
      }
      count = product
    }
    self.axes = axes
  }

  /// The names of the axes.
  public var names: [String] { axes.map(\.name) }
  /// How many points there are.
  public var count: Int { axes.reduce(1) { $0 * $1.values.count } }

  /// The settings of a point, counted from 0.
  public func point(_ index: Int) -> [SweepValue] {
    precondition(index >= 0 && index < count, "point \(index) of \(count)")
    var (rest, values): (Int, [SweepValue]) = (index, [])
    for axis in axes.reversed() {
      values.append(axis.values[rest % axis.values.count])
      rest /= axis.values.count
    }
    return values.reversed()
  }
}
