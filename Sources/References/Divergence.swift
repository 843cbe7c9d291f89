import Base
import Glibc
import Inference

/// How far one engine's next-token distributions are from another's, over the tokens of a text.
struct Divergence {
  /// The Kullback-Leibler divergence of each position, in nats.
  private(set) var nats: [Double] = []
  /// Positions where both have the same most probable token.
  private(set) var agreements = 0
  /// What the other engine gives each token from the second on.
  private(set) var logProbabilities: [Double] = []

  var mean: Double { nats.isEmpty ? 0 : nats.reduce(0, +) / Double(nats.count) }
  var most: Double { nats.max() ?? 0 }
  /// The share of positions with the same most probable token.
  var agreement: Double { nats.isEmpty ? 1 : Double(agreements) / Double(nats.count) }

  /// Runs a text through both; piece by piece, since a row of logits takes as many floats as there
  /// are tokens.
  init(_ tokens: [TokenID], of other: Engine, from exact: Engine) throws(Problem) {
    let sessions = (exact.makeSession(), other.makeSession(format: .f16))
    for start in stride(from: 0, to: tokens.count, by: 32) {
      let piece = Array(tokens[start..<min(start + 32, tokens.count)])
      let rows = (try Self.logits(sessions.0, piece), try Self.logits(sessions.1, piece))
      for (index, pair) in zip(rows.0, rows.1).enumerated() {
        let next = start + index + 1
        add(pair.0, pair.1, next: next < tokens.count ? tokens[next] : nil)
      }
    }
  }

  private static func logits(_ session: Session, _ tokens: [TokenID]) throws(Problem) -> [[Float]] {
    var rows: [[Float]] = []
    try session.run(tokens, logits: .all, onLogits: { _, row in rows.append(Array(row)) })
    return rows
  }

  private mutating func add(_ exact: [Float], _ other: [Float], next: TokenID?) {
    let (a, b) = (logSumExp(exact), logSumExp(other))
    var sum = 0.0
    for (x, y) in zip(exact, other) {
      let log = Double(x) - a
      if log > -40 { sum += exp(log) * (log - (Double(y) - b)) }
    }
    nats.append(sum.isNaN ? .infinity : max(0, sum))
    if place(exact) == place(other) { agreements += 1 }
    if let next { logProbabilities.append(Double(other[Int(next)]) - b) }
  }

  private func place(_ logits: [Float]) -> Int {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best
  }
}
