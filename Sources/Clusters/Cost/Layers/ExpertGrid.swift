import Base

/// Measured times of a layer of experts by the tokens that come in and the experts that some of them
/// go to, straight between the points.
struct ExpertGrid: Sendable {
  private let tokens: [Double]
  private let byExperts: [Curve]

  init(_ points: [(tokens: Double, experts: Double, value: Double)], what: String) throws(Problem) {
    var rows: [(tokens: Double, curve: Curve)] = []
    for (count, members) in Dictionary(grouping: points, by: \.tokens) {
      guard count > 0 else { throw Problem("\(what) has a row for \(count) tokens") }
      rows.append(
        (count, try Curve(members.map { ($0.experts, $0.value) }, what: "\(what) at \(count)")))
    }
    guard !rows.isEmpty else { throw Problem("\(what) has no rows") }
    rows.sort { $0.tokens < $1.tokens }
    tokens = rows.map(\.tokens)
    byExperts = rows.map(\.curve)
  }

  /// The time for some tokens that reach some experts; counts outside the rows of a token count are those
  /// at the edge.
  func at(tokens count: Double, experts: Double) -> Double {
    guard count > 0, let last = tokens.last else { return 0 }
    func row(_ index: Int) -> Double {
      let curve = byExperts[index]
      guard let most = curve.places.last else { return 0 }
      return curve.at(min(experts, most))
    }
    if count >= last { return row(tokens.count - 1) * (count / last) }
    let upper = tokens.firstPlace(notBelow: count)
    if upper == 0 || tokens[upper] == count { return row(upper) }
    let share = (count - tokens[upper - 1]) / (tokens[upper] - tokens[upper - 1])
    let first = row(upper - 1)
    return first + share * (row(upper) - first)
  }
}
