/// A text under a constraint as it is written token by token: which tokens may follow.
///
/// A copy is cheap and goes its own way, as drafts and beams need it.
public struct ConstrainedText: Sendable {
  private var workspace: MaskWorkspace
  private var place: GrammarMachine.SetID
  private var bytesLeft: Int
  private var hasEnded = false

  init(_ workspace: MaskWorkspace, maxBytes: Int?) {
    self.workspace = workspace
    place = workspace.start()
    bytesLeft = maxBytes ?? .max
  }

  /// Takes a token; false, and dead for good, when it may not stand here.
  @discardableResult
  public mutating func accept(_ token: TokenID) -> Bool {
    if workspace.trie.ends.contains(token) {
      if hasEnded || !canEnd { place = GrammarMachine.dead }
      hasEnded = true
      return !isDead
    }
    let text = workspace.trie.text(of: token)
    if hasEnded || text.isEmpty {
      place = GrammarMachine.dead
      return false
    }
    place = workspace.step(place, over: text)
    if bytesLeft != .max { bytesLeft = max(0, bytesLeft - text.count) }
    if !isDead, let (fresh, moved) = workspace.renewed(place) {
      (workspace, place) = (fresh, moved)
    }
    return !isDead
  }

  /// True when the text may end here: the end tokens are allowed exactly then.
  public var canEnd: Bool { hasEnded || workspace.isComplete(place) }

  /// True when the text is whole and nothing may follow, or an end token was taken.
  public var isFinished: Bool { hasEnded || !isDead && workspace.isAtEnd(place) }

  /// True when a token was taken that may not stand where it stood.
  public var isDead: Bool { place == GrammarMachine.dead }

  /// The fewest bytes that complete the text.
  public var shortestRest: Int { hasEnded || isDead ? 0 : workspace.cost(place) }

  /// The bytes that come next whatever is chosen: an engine may put their tokens without sampling.
  public var forcedText: [UInt8] { hasEnded || isDead ? [] : workspace.forcedText(place) }

  /// The tokens of the forced text, cut from the left into the longest tokens.
  ///
  /// The last is left out where the text goes on behind it: what follows may belong to the same token.
  public var forcedTokens: [TokenID] {
    let text = forcedText
    var tokens: [TokenID] = []
    var rest = text[...]
    while let (token, length) = workspace.trie.longestMatch(rest) {
      tokens.append(token)
      rest = rest.dropFirst(length)
    }
    guard !text.isEmpty, rest.isEmpty, workspace.isAtEnd(workspace.step(place, over: text)) else {
      return tokens.dropLast()
    }
    return tokens
  }

  /// How many tokens the shortest rest of the text takes, cut from the left into the longest tokens.
  public var fewestTokens: Int {
    if hasEnded || isDead { return 0 }
    var rest = workspace.shortestRest(place)[...]
    var count = 0
    while !rest.isEmpty {
      rest = rest.dropFirst(workspace.trie.longestMatch(rest)?.length ?? 1)
      count += 1
    }
    return count
  }

  /// An empty mask for the vocabulary.
  public var emptyMask: TokenMask { TokenMask(count: workspace.trie.count) }

  /// Fills a mask with the tokens that may stand next.
  ///
  /// With `tokensLeft` only tokens behind which the text can still be completed in that many are
  /// allowed, so that it always ends: what is left is counted as if each token had one byte, and a
  /// token of n bytes as n of them. Where even that does not fit, the shortest way out is left.
  public func fill(_ mask: inout TokenMask, tokensLeft: Int? = nil) {
    if hasEnded || isDead {
      mask.removeAll()
      return
    }
    workspace.fill(&mask, place, budget: min(tokensLeft ?? .max, bytesLeft))
  }

  /// Makes the logits of all other tokens minus infinity and gives the mask.
  @discardableResult
  public func apply(to logits: UnsafeMutableBufferPointer<Float>, tokensLeft: Int? = nil)
    -> TokenMask
  {
    var mask = emptyMask
    fill(&mask, tokensLeft: tokensLeft)
    mask.apply(to: logits)
    return mask
  }
}
