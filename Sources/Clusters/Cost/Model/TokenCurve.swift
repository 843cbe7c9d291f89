/// Times by a number of tokens, computed at places that grow further apart and straight between them.
struct TokenCurve: Sendable {
  /// The places: every number to 64, then steps of an eighth of the power of two below.
  static let places: [Int] = {
    var places = Array(0...64)
    var step = 8
    var place = 64
    while place < 1 << 18 {
      place += step
      places.append(place)
      if place == step * 16 { step *= 2 }
    }
    return places
  }()

  /// Times at the places; never less than before, since more work cannot take less.
  private let values: ContiguousArray<Double>

  /// Computes the times; nothing takes no time.
  init(_ compute: (Int) -> Double) {
    var values = ContiguousArray<Double>(repeating: 0, count: Self.places.count)
    var largest = 0.0
    for (index, place) in Self.places.enumerated().dropFirst() {
      largest = max(largest, compute(place))
      values[index] = largest
    }
    self.values = values
  }

  /// The place at or below a number of tokens, by its index, and how far the number is to the next.
  @inline(__always)
  static func bracket(_ tokens: Double) -> (index: Int, share: Double) {
    let last = places.count - 2
    guard tokens > 64 else {
      let index = Int(max(0, tokens))
      return (index, max(0, tokens) - Double(index))
    }
    // Eight places from each power of two to the next, beginning with 64.
    let exponent = Int(tokens.exponent)
    let step = Double(1 << (exponent - 3))
    let within = (tokens - Double(1 << exponent)) / step
    let index = 64 + (exponent - 6) * 8 + Int(within)
    guard index <= last else {
      let (low, high) = (Double(places[last]), Double(places[last + 1]))
      return (last, (tokens - low) / (high - low))
    }
    return (index, within - within.rounded(.down))
  }

  /// The time for some tokens.
  @inline(__always)
  func at(_ tokens: Double) -> Double {
    let (index, share) = Self.bracket(tokens)
    let low = values[index]
    return low + share * (values[index + 1] - low)
  }
}
