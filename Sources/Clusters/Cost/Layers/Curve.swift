import Base

/// A measured time by one quantity, straight between the points.
///
/// At the points it is exactly what was measured. Below the first it is the first; beyond the last it grows
/// in proportion, as work does that fills a device.
struct Curve: Sendable, Hashable {
  let places: [Double]
  let values: [Double]

  /// Takes points, which must have different, ascending places once sorted.
  init(_ points: [(place: Double, value: Double)], what: String) throws(Problem) {
    let sorted = points.sorted { $0.place < $1.place }
    guard let first = sorted.first else { throw Problem("\(what) has no points") }
    guard first.place > 0 else { throw Problem("\(what) has a point at \(first.place)") }
    for (one, next) in zip(sorted, sorted.dropFirst()) where one.place == next.place {
      throw Problem("\(what) has two points at \(one.place)")
    }
    places = sorted.map(\.place)
    values = sorted.map(\.value)
  }

  /// The time at a place; 0 for nothing.
  func at(_ place: Double) -> Double {
    guard place > 0, let last = places.last, let lastValue = values.last else { return 0 }
    if place >= last { return lastValue * (place / last) }
    if place <= places[0] { return values[0] }
    let upper = places.firstPlace(notBelow: place)
    if places[upper] == place { return values[upper] }
    let share = (place - places[upper - 1]) / (places[upper] - places[upper - 1])
    return values[upper - 1] + share * (values[upper] - values[upper - 1])
  }
}

extension Array where Element == Double {
  /// The first index of ascending numbers whose number is not below one; the count when all are.
  func firstPlace(notBelow value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
