public import Base

/// Drafts by looking the last few tokens up in what was said before, and repeating what followed them
/// there (Saxena 2023); free, and good where text repeats itself.
public struct PromptLookup: Drafter {
  /// The longest run of tokens that is looked up; shorter ones follow down to `shortest`.
  public let longest: Int
  /// The shortest run that is looked up.
  public let shortest: Int
  /// The most tokens drafted at a time.
  public let drafts: Int
  /// How it is told in reports.
  public var name: String { "prompt-lookup" }

  /// Creates a drafter.
  public init(longest: Int = 3, shortest: Int = 1, drafts: Int = 4) {
    self.longest = longest
    self.shortest = shortest
    self.drafts = drafts
  }

  /// Repeats what followed the latest earlier place that ends like the tokens do.
  public func draft(after tokens: [TokenID], atMost count: Int) throws(Problem) -> [Draft] {
    for length in stride(from: min(longest, tokens.count - 1), through: max(shortest, 1), by: -1) {
      let tail = tokens.suffix(length)
      // From the end: what was said last is the best guide.
      var start = tokens.count - length - 1
      while start >= 0 {
        if tokens[start..<start + length].elementsEqual(tail) {
          let next = tokens[(start + length)...].prefix(min(drafts, count))
          return next.map { Draft($0) }
        }
        start -= 1
      }
    }
    return []
  }
}
