import Base
public import Serving

/// Sends a request to where the longest part of its beginning was sent last, unless that replica has
/// much more to do than others.
///
/// What it remembers is bounded: names that were not seen for a generation are forgotten.
public struct PrefixAffineRouter: Router {
  /// How it is known.
  public static let kind = RouterKind(
    Info(
      "prefix-affine", "The replica that computed the longest part of the prompt last wins.",
      detail: "A replica with much more to do than the least loaded one is passed over.",
      parameters: [
        Parameter(
          name: "slack_tokens", kind: .integer, unit: .tokens, defaultValue: "65536",
          range: 0...1e12,
          summary: "tokens that a replica may have more than the least loaded one",
          tradeOff: "more finds more in caches, less spreads load")
      ])
  ) { PrefixAffineRouter(slackTokens: $0.slackTokens) }

  private let slackTokens: Int
  private let remembered: Int
  private var young: [UInt64: Int32] = [:]
  private var old: [UInt64: Int32] = [:]

  /// Creates the router, which remembers at least so many names.
  public init(slackTokens: Int = 65536, remembered: Int = 1 << 20) {
    precondition(slackTokens >= 0 && remembered >= 1)
    self.slackTokens = slackTokens
    self.remembered = remembered
  }

  /// The one with the longest beginning, or the least loaded one.
  public mutating func pick(
    _ request: Request, prefixes: PrefixIDs, among replicas: ReplicaViews
  ) -> Int {
    let least = replicas.least { replicas.outstandingTokens($0) }
    let count = Int(request.prefix.tokens) / prefixes.tokensPerID
    guard count > 0 else { return least }
    let start = Int(request.prefix.start)
    let names = prefixes.ids[start..<(start + count)]
    var picked = least
    if let id = longestKnown(names), let place = place(of: id, in: replicas) {
      let most = replicas.outstandingTokens(least) + slackTokens
      if replicas.outstandingTokens(place) <= most { picked = place }
    }
    remember(names, Int32(replicas.id(picked)))
    return picked
  }

  /// Where the longest known beginning was sent; known ones are shorter than unknown ones, so halving
  /// finds it.
  private func longestKnown(_ names: ContiguousArray<UInt64>.SubSequence) -> Int32? {
    var (low, high) = (names.startIndex, names.endIndex)
    var found: Int32?
    while low < high {
      let middle = (low + high) / 2
      if let id = young[names[middle]] ?? old[names[middle]] {
        found = id
        low = middle + 1
      } else {
        high = middle
      }
    }
    return found
  }

  private func place(of id: Int32, in replicas: ReplicaViews) -> Int? {
    if Int(id) < replicas.count, replicas.id(Int(id)) == Int(id) { return Int(id) }
    return (0..<replicas.count).first { replicas.id($0) == Int(id) }
  }

  private mutating func remember(_ names: ContiguousArray<UInt64>.SubSequence, _ id: Int32) {
    if young.count > remembered {
      old = young
      young = [:]
    }
    for name in names { young[name] = id }
  }
}
