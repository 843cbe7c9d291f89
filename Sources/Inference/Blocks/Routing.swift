import Base
import Glibc
import Models

/// How a router's scores become the experts' shares.
struct Routing: Sendable {
  /// What turns scores into probabilities.
  enum Gate: Sendable { case softmax, sigmoid }

  /// How many experts share a token.
  let used: Int
  var gate = Gate.softmax
  /// True to make the shares of the picked experts add up to 1.
  var normalises = true
  /// Shares are multiplied with it.
  var scale: Float = 1
  /// Experts stand in so many groups, of which the best `groupsUsed` are looked at.
  var groups = 1
  var groupsUsed = 1
  /// Added to probabilities for the choice alone, so that no expert starves (DeepSeek-V3).
  var bias: [Float]?

  /// The usual rule: the best of a softmax, made to add up to 1.
  init(_ spec: ModelSpec) { used = spec.mixture?.used ?? 1 }

  /// Turns scores into shares in place: 0 for experts that are not picked; of equal ones the first is.
  func share(_ scores: UnsafeMutableBufferPointer<Float>) {
    open(scores)
    let picked = pick(scores)
    let total = picked.reduce(0) { $0 + scores[$1] }
    // A sigmoid's shares may all vanish; then nothing is said rather than not-a-number.
    let factor = normalises ? (total > 0 ? scale / total : 0) : scale
    let shares = picked.map { scores[$0] * factor }
    scores.update(repeating: 0)
    for (expert, share) in zip(picked, shares) { scores[expert] = share }
  }

  private func open(_ scores: UnsafeMutableBufferPointer<Float>) {
    switch gate {
    case .softmax:
      let most = scores.max() ?? 0
      var total: Float = 0
      for index in scores.indices {
        scores[index] = expf(scores[index] - most)
        total += scores[index]
      }
      for index in scores.indices { scores[index] /= total }
    case .sigmoid:
      for index in scores.indices { scores[index] = 1 / (1 + expf(-scores[index])) }
    }
  }

  private func pick(_ scores: UnsafeMutableBufferPointer<Float>) -> [Int] {
    var ranks = Array(scores)
    if let bias { for index in ranks.indices { ranks[index] += bias[index] } }
    let size = ranks.count / groups
    let open = best(
      groupsUsed, of: (0..<groups).map { worth(of: ranks[$0 * size..<($0 + 1) * size]) })
    if groups > 1 {
      for group in 0..<groups where !open.contains(group) {
        for index in group * size..<(group + 1) * size { ranks[index] = -.infinity }
      }
    }
    return best(used, of: ranks)
  }

  /// A group is as good as its best expert (DeepSeek-V2) or, with a bias, its best two (V3).
  private func worth(of group: ArraySlice<Float>) -> Float {
    guard groups > 1 else { return 0 }
    let best = self.best(bias == nil ? 1 : 2, of: Array(group))
    return best.reduce(0) { $0 + group[group.startIndex + $1] }
  }

  /// The places of the greatest values, greatest first; of equal ones the first.
  private func best(_ count: Int, of values: [Float]) -> [Int] {
    values.indices.sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1 }
      .prefix(count).map { $0 }
  }
}
