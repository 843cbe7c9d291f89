import Base
import Clusters
import Serving

/// A prompt made up to have a number of tokens.
enum PromptText {
  case tokens([Int])
  case words([String])

  var count: Int {
    switch self {
    case .tokens(let tokens): tokens.count
    case .words(let words): words.count
    }
  }

  var json: JSONValue {
    switch self {
    case .tokens(let tokens): .array(tokens.map { .integer($0) })
    case .words(let words): .string(words.joined(separator: " "))
    }
  }
}

/// How prompts are made up.
public enum PromptForm: String, Sendable, CaseIterable {
  /// Token numbers: exactly as many as wanted, where the server takes them.
  case tokens
  /// Common words of about a token each.
  case words
}

/// Makes prompts up that begin alike where the requests of a trace do, and nowhere else.
struct PromptMaker {
  let form: PromptForm
  let seed: UInt64
  /// The token numbers that are used; almost every vocabulary has these.
  var range = 1000..<20_000

  private static let words = [
    "the", "and", "for", "that", "with", "this", "from", "have", "are", "was", "not", "you", "all",
    "can", "has", "one", "time", "will", "more", "about", "when", "some", "what", "there", "other",
    "into", "only", "new", "people", "could", "these", "two", "may", "first", "then", "any", "like",
    "now", "such", "over", "our", "even", "most", "after", "also", "made", "many", "before", "must",
    "through", "years", "where", "much", "way", "well", "down", "should", "because", "each", "just",
    "those", "how", "too", "good",
  ]

  /// A prompt of so many tokens that has nothing in common with prompts of other numbers.
  func prompt(_ count: Int, number: Int) -> PromptText {
    write(count) { Self.mix(seed &+ 0x51ED, UInt64(number) << 32 | UInt64($0)) }
  }

  /// The prompt of a request of a trace.
  func prompt(of trace: Trace, _ index: Int) -> PromptText {
    let named = index < trace.prefixRanges.count ? trace.prefixRanges[index] : .init()
    let size = trace.prefixes.tokensPerID
    let first = Int(named.start)
    return write(Int(trace.promptTokens[index])) { place in
      let name = first + place / size
      guard place < Int(named.tokens), name < trace.prefixes.ids.count else {
        return Self.mix(seed &+ 1, UInt64(index) << 32 | UInt64(place))
      }
      return Self.mix(seed &+ trace.prefixes.ids[name], UInt64(place % size))
    }
  }

  private func write(_ count: Int, _ number: (Int) -> UInt64) -> PromptText {
    switch form {
    case .tokens:
      .tokens((0..<count).map { range.lowerBound + Int(number($0) % UInt64(range.count)) })
    case .words:
      .words((0..<count).map { Self.words[Int(number($0) % UInt64(Self.words.count))] })
    }
  }

  /// Spreads two numbers over 64 bits (the finaliser of SplitMix64).
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var value = a &+ (b &+ 1) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
