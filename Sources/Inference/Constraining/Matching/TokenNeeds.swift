/// The tokens that a place in a text allows, by how many bytes they and what must follow them need.
///
/// Where many tokens are allowed they are kept as masks, one for each bound on the bytes; where few
/// are, as a list.
struct TokenNeeds: Sendable {
  /// A token with its bytes plus the fewest bytes that complete the text behind it.
  struct Entry: Sendable {
    let need: Int32
    let token: TokenID
  }

  /// The tokens with at most so much need.
  private struct Level: Sendable {
    let need: Int32
    var mask: TokenMask
  }

  private var entries: [Entry] = []
  private var levels: [Level] = []

  /// Lists longer than this become masks.
  private static let listLimit = 512
  /// Each mask takes a bit per token, so needs beyond the first ones are rounded up to a few.
  private static let exactLevels = 16
  private static let roundedLevels = 8

  /// Sorts tokens of a vocabulary of so many.
  init(_ unsorted: [Entry], count: Int) {
    if unsorted.count <= Self.listLimit {
      entries = unsorted.sorted { ($0.need, $0.token) < ($1.need, $1.token) }
    } else {
      addLevels(unsorted, count)
    }
  }

  /// Sorts into few levels, so nothing is compared: most tokens share a handful of needs.
  private mutating func addLevels(_ unsorted: [Entry], _ count: Int) {
    var seen: Set<Int32> = []
    var last: Int32 = -1
    for entry in unsorted where entry.need != last {
      seen.insert(entry.need)
      last = entry.need
    }
    levels = Self.bounds(seen.sorted()).map { Level(need: $0, mask: TokenMask(count: count)) }
    for entry in unsorted {
      let index = levels.firstIndex { entry.need <= $0.need } ?? levels.count - 1
      levels[index].mask.insert(entry.token)
    }
    for index in levels.indices.dropFirst() {
      levels[index].mask.formUnion(levels[index - 1].mask)
    }
  }

  private static func bounds(_ needs: [Int32]) -> [Int32] {
    guard needs.count > exactLevels + roundedLevels else { return needs }
    let rest = needs.count - exactLevels
    return needs[..<exactLevels]
      + (1...roundedLevels).map { needs[exactLevels + rest * $0 / roundedLevels - 1] }
  }

  /// Adds the tokens whose need, moved by `shift`, is at most `budget`.
  func add(to mask: inout TokenMask, shift: Int32, budget: Int32) {
    let bound = Int(budget) - Int(shift)
    if let level = levels.last(where: { Int($0.need) <= bound }) { mask.formUnion(level.mask) }
    for entry in entries {
      guard Int(entry.need) <= bound else { break }
      mask.insert(entry.token)
    }
  }

  /// The tokens with the least need, if that is `need`.
  func least(_ need: Int32) -> [TokenID] {
    if let level = levels.first { return level.need == need ? level.mask.tokens : [] }
    return entries.prefix { $0.need == need }.map(\.token)
  }
}
