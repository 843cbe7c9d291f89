import Base

/// A grammar as tables: the automata of all rules with one numbering of their states.
///
/// A text is matched by a stack of states. Bytes move the top; a call pushes the start of a rule, with
/// the state to go on from below it; an accepting state may be popped.
struct GrammarProgram: Sendable {
  /// One state of some rule.
  struct State: Sendable {
    /// Which row of `rows` holds its moves; states without moves share row 0.
    var row: Int32 = 0
    /// Its calls in `calls`.
    var calls: Range<Int32> = 0..<0
    /// True where its rule may end.
    var isAccepting = false
    /// True for a rule whose frame fences off what is below: see `StackMasks`.
    var isFence = true
    /// The fewest bytes to the end of its rule.
    var distance = Self.unreachable
    /// The loop that it counts for, or -1.
    var counter: Int32 = -1

    /// The distance of a state from which no text can end.
    static let unreachable = Int32.max
    /// Distances above this are all alike, so that sums of them do not overflow.
    static let longest: Int32 = 1 << 26
  }

  /// A step by what another rule matches.
  struct Call: Sendable {
    /// The start of the called rule.
    let entry: Int32
    /// Where the caller goes on.
    let target: Int32
  }

  /// A counted loop: its states are numbered one behind the other, one for each count.
  struct Counter: Sendable {
    let first: Int32
    let low: Int
    /// The last count; for a loop without end, the count that goes round.
    let last: Int
    let isEndless: Bool
  }

  /// The states of all rules.
  var states: [State] = []
  /// The calls of all states, each state's together.
  var calls: [Call] = []
  /// Targets by row and class of byte; -1 where no text goes on.
  var rows: [Int32] = []
  /// The class of each byte: bytes of one class do the same everywhere.
  var classes: [UInt8] = []
  /// How many classes there are.
  var classCount = 0
  /// The kinds of letters that the bytes of each class are.
  var classKinds: [LetterKinds] = []
  /// The counted loops.
  var counters: [Counter] = []
  /// The start of the root rule.
  var entry: Int32 = 0

  /// Where a class of bytes leads.
  @inline(__always)
  func move(_ state: Int32, _ byteClass: Int) -> Int32 {
    rows[Int(states[Int(state)].row) * classCount + byteClass]
  }

  /// Of the bytes beyond ASCII those that may lead elsewhere than the byte before, in UTF-8 or here.
  var firstsBeyondASCII: [UInt8] {
    let cuts: Set<UInt8> = [
      0x80, 0x90, 0xA0, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xEE, 0xF0, 0xF1, 0xF4, 0xF5,
    ]
    return (0x80...0xFF).filter {
      cuts.contains($0) || classes[Int($0)] != classes[Int($0) - 1]
    }
  }

  /// True for a state at which its rule ends and cannot go on.
  func isFinal(_ state: Int32) -> Bool {
    let state = states[Int(state)]
    return state.isAccepting && state.row == 0 && state.calls.isEmpty
  }

  /// The state that allows the same tokens when none of them is longer than `reach` bytes.
  ///
  /// A loop that can still go round more often than a token has bytes looks the same whatever its
  /// count is, so the counts in the middle share one mask.
  func representative(of state: Int32, reach: Int) -> Int32 {
    let index = states[Int(state)].counter
    guard index >= 0 else { return state }
    let counter = counters[Int(index)]
    let count = Int(state - counter.first)
    if count < counter.low {
      return counter.first + Int32(max(count, counter.low - reach))
    }
    if counter.isEndless { return state }
    return counter.first + Int32(max(count, counter.last - reach))
  }
}
