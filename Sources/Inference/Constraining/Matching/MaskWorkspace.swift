import Synchronization

/// What is known of one grammar over one vocabulary; it grows while texts are followed.
///
/// Many texts share one workspace, also from different threads. What it answers never depends on what
/// it was asked before.
final class MaskWorkspace: Sendable {
  let trie: TokenTrie
  private let program: GrammarProgram
  private let masks: Mutex<StackMasks>

  /// A workspace larger than this is left behind for a fresh one.
  private static let byteLimit = 64 << 20

  init(_ program: GrammarProgram, _ trie: TokenTrie) {
    self.program = program
    self.trie = trie
    masks = Mutex(StackMasks(program, trie))
  }

  /// The place at the beginning of a text.
  func start() -> GrammarMachine.SetID { masks.withLock { $0.machine.start() } }

  /// Where bytes lead.
  func step(_ set: GrammarMachine.SetID, over bytes: some Sequence<UInt8>) -> GrammarMachine.SetID {
    masks.withLock { $0.machine.step(set, over: bytes) }
  }

  /// True when the text may end.
  func isComplete(_ set: GrammarMachine.SetID) -> Bool {
    masks.withLock { $0.machine.ends(of: set).contains(.complete) }
  }

  /// True when no byte may follow.
  func isAtEnd(_ set: GrammarMachine.SetID) -> Bool {
    masks.withLock { $0.machine.stacks(of: set).isEmpty }
  }

  /// The fewest bytes that complete the text.
  func cost(_ set: GrammarMachine.SetID) -> Int {
    masks.withLock { Int($0.machine.cost(of: set)) }
  }

  /// Fills a mask with the tokens that may follow and leave the text completable in a budget of bytes.
  func fill(_ mask: inout TokenMask, _ set: GrammarMachine.SetID, budget: Int) {
    let result = masks.withLock { masks in
      var result = TokenMask(count: trie.count)
      masks.fill(&result, set, budget: Int32(clamping: budget))
      return result
    }
    mask = result
  }

  /// The bytes that must come next whatever is chosen.
  func forcedText(_ set: GrammarMachine.SetID) -> [UInt8] {
    masks.withLock { $0.forcedText(set) }
  }

  /// The shortest rest of a text, of those the one whose bytes are least.
  func shortestRest(_ set: GrammarMachine.SetID) -> [UInt8] {
    masks.withLock { $0.shortestRest(set) }
  }

  /// A fresh workspace and the same place in it, when this one has grown too large.
  func renewed(_ set: GrammarMachine.SetID) -> (MaskWorkspace, GrammarMachine.SetID)? {
    let place = masks.withLock { masks -> ([[Int32]], GrammarMachine.Ends)? in
      guard masks.byteCount > Self.byteLimit else { return nil }
      let stacks = masks.machine.stacks(of: set).map { masks.machine.frames(of: $0) }
      return (stacks, masks.machine.ends(of: set))
    }
    guard let place else { return nil }
    let fresh = MaskWorkspace(program, trie)
    return (fresh, fresh.masks.withLock { $0.machine.adopt(place.0, place.1) })
  }
}
