/// An amount of memory in bytes.
public struct Bytes: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of bytes.
  public let count: Int

  /// Creates an amount from a number of bytes.
  public init(_ count: Int) { self.count = count }

  /// Reads "512", "64KiB", "2GiB", "1.5 GB": decimal prefixes are powers of 1000, binary of 1024.
  ///
  /// A lone letter as in "2G" is binary, which is what memory limits mean by it.
  public init(parsing text: String) throws(Problem) {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let suffix = text.dropFirst(number.count).filter { $0 != " " }
    let factors: [String: Double] = [
      "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
      "k": 1024, "m": 1_048_576, "g": 1_073_741_824, "t": 1_099_511_627_776,
      "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
    guard let value = Double(number), let factor = factors[suffix.lowercased()],
      value * factor < 9e18
    else {
      throw Problem(
        "\"\(text)\" is not an amount of memory", fix: "write a number and a unit, as in 2GiB")
    }
    count = Int(value * factor)
  }

  /// Tells which amount is smaller.
  public static func < (a: Bytes, b: Bytes) -> Bool { a.count < b.count }

  /// The amount in the largest binary unit that keeps it at 1 or more, as in "1.5 GiB".
  public var description: String {
    var value = Double(count)
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
      if abs(value) < 1024 || unit == "TiB" {
        let tenths = (value * 10).rounded() / 10
        return unit == "B" || tenths == tenths.rounded()
          ? "\(Int(tenths)) \(unit)" : "\(tenths) \(unit)"
      }
      value /= 1024
    }
    return "\(count) B"
  }
}
