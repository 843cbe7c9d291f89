/// A name that says what was typed in another unit, as "ttft_seconds" for "ttft_ms".
public struct SameQuantity: Hashable, Sendable {
  /// The name.
  public let name: String
  private let from, to: UnitWord

  fileprivate init(_ name: String, from: UnitWord, to: UnitWord) {
    (self.name, self.from, self.to) = (name, from, to)
  }

  /// A number of the unit that was typed in the unit of the name.
  public func converted(_ value: Double) -> Double { value * from.scale / to.scale }

  /// The name with a number of the unit that was typed, as in "ttft_seconds = 0.5".
  public func assignment(of value: Double) -> String {
    let value = converted(value)
    guard value == value.rounded(), abs(value) < 1e15 else { return "\(name) = \(value)" }
    // Zeros are hard to count: 80e9.
    for (scale, ending) in [(1e9, "e9"), (1e6, "e6")]
    where value != 0 && value.truncatingRemainder(dividingBy: scale) == 0 {
      return "\(name) = \(Int(value / scale))\(ending)"
    }
    return "\(name) = \(Int(value))"
  }
}

/// Finds the names that say the same quantity in another unit, best first.
///
/// What comes before the unit must be the same, or else the nearest there is.
public func sameQuantities(as typed: String, among names: [String]) -> [SameQuantity] {
  guard let wanted = UnitName(typed) else { return [] }
  let others = names.compactMap { UnitName($0) }.filter {
    $0.unit.quantity == wanted.unit.quantity && $0.unit.word != wanted.unit.word
  }
  var found = others.filter { $0.stem == wanted.stem }
  if found.isEmpty, let near = nearestStem(to: wanted.stem, among: others.map(\.stem)) {
    found = others.filter { $0.stem == near }
  }
  return found.map { SameQuantity($0.name, from: wanted.unit, to: $0.unit) }
}

private func nearestStem(to typed: String, among stems: [String]) -> String? {
  typed.isEmpty ? nil : plainNearestNames(to: typed, among: stems, limit: 1).first
}

/// A name and the unit at its end.
private struct UnitName {
  let name: String
  /// What comes before the unit; empty where the unit is all there is.
  let stem: String
  let unit: UnitWord

  init?(_ name: String) {
    let words = name.lowercased().split(separator: "_")
    // Four words are "gb_per_second" with the stem before it; a longer unit is the better one.
    for count in stride(from: min(3, words.count), through: 1, by: -1) {
      let suffix = words.suffix(count).joined(separator: "_")
      guard let unit = UnitWord.all[suffix] else { continue }
      (self.name, self.unit) = (name, unit)
      stem = words.dropLast(count).joined(separator: "_")
      return
    }
    return nil
  }
}

/// How a unit is written at the end of a name, and its size in the least unit of the same quantity.
private struct UnitWord: Hashable, Sendable {
  enum Quantity: Hashable {
    case time, data, dataRate, rate, share, power, energy, frequency, money, moneyRate
  }

  let word: String
  let quantity: Quantity
  let scale: Double

  static let all: [String: UnitWord] = {
    var words: [String: UnitWord] = [:]
    func add(_ quantity: Quantity, _ scale: Double, _ spellings: [String]) {
      for word in spellings {
        words[word] = UnitWord(word: word, quantity: quantity, scale: scale)
      }
    }
    for (scale, spellings) in times { add(.time, scale, spellings) }
    for (scale, spellings) in sizes {
      add(.data, scale, spellings)
      for end in ["_per_second", "_per_s", "_per_sec"] {
        add(.dataRate, scale, spellings.map { $0 + end })
      }
    }
    add(.rate, 1, ["per_hour"])
    add(.rate, 60, ["per_minute", "per_min"])
    add(.rate, 3600, ["per_second", "per_sec", "per_s"])
    add(.share, 1, ["percent", "pct"])
    add(.share, 100, ["ratio", "share", "fraction"])
    add(.power, 1, ["watts", "watt", "w"])
    add(.power, 1000, ["kilowatts", "kw"])
    add(.energy, 1, ["joules", "joule", "j"])
    add(.energy, 3600, ["wh"])
    add(.energy, 3.6e6, ["kwh"])
    for (scale, spellings) in [
      (1.0, ["hertz", "hz"]), (1e3, ["khz"]), (1e6, ["mhz"]), (1e9, ["ghz"]),
    ] { add(.frequency, scale, spellings) }
    for (scale, spellings) in [(1.0, ["cents", "cent"]), (100.0, ["usd", "dollars", "dollar"])] {
      add(.money, scale, spellings)
      add(.moneyRate, scale, spellings.map { $0 + "_per_hour" })
    }
    return words
  }()

  /// In nanoseconds.
  private static let times: [(Double, [String])] = [
    (1, ["ns", "nanos", "nanoseconds"]), (1e3, ["us", "usec", "micros", "microseconds"]),
    (1e6, ["ms", "msec", "millis", "milliseconds"]),
    (1e9, ["s", "sec", "secs", "second", "seconds"]), (60e9, ["min", "mins", "minute", "minutes"]),
    (3600e9, ["h", "hr", "hrs", "hour", "hours"]), (86_400e9, ["day", "days"]),
  ]

  private static let sizes: [(Double, [String])] = [
    (1, ["byte", "bytes"]), (1e3, ["kb", "kilobytes"]), (1024, ["kib"]),
    (1e6, ["mb", "megabytes"]), (0x1p20, ["mib"]), (1e9, ["gb", "gigabytes"]), (0x1p30, ["gib"]),
    (1e12, ["tb", "terabytes"]), (0x1p40, ["tib"]),
  ]
}
