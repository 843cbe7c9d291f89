/// Runs a program: sets of stacks, each set and each stack stored once and known by a number.
///
/// Stacks share their lower parts, so a set is a handful of numbers; what a byte does to a set is
/// remembered, so that a text or a vocabulary is walked by table look-ups.
struct GrammarMachine: Sendable {
  /// The number of a set of stacks.
  typealias SetID = Int32
  /// The number of a stack: its top state and the number of the stack below.
  typealias StackID = Int32

  /// The set from which no text goes on.
  static let dead: SetID = 0
  /// Below the last frame of a whole text.
  static let bottom: StackID = -1
  /// Below the frames of a piece of a stack, when what lies under it is left open.
  static let outside: StackID = -2

  /// What may happen in a set beside taking a byte.
  struct Ends: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// The whole text may end.
    static let complete = Ends(rawValue: 1)
    /// The piece of a stack may end.
    static let outside = Ends(rawValue: 2)
  }

  let program: GrammarProgram
  private var states: [Int32] = []
  private var belows: [StackID] = []
  private var costs: [Int32] = []
  private var stackIDs: [UInt64: StackID] = [:]
  /// The set that each stack alone leads to, where that was asked for.
  private var settled: [SetID] = []

  private var members: [Int32] = []
  private var starts: [Int] = [0]
  private var ends: [Ends] = []
  private var setCosts: [Int32] = []
  private var setIDs: [SetKey: SetID] = [:]
  private var moves: [SetID] = []
  private static let unknown: SetID = -1
  /// What `kindsAlike` and `kindsLooping` found for each set; nil where nobody asked.
  var alike: [LetterKinds?] = []
  var looping: [LetterKinds?] = []

  private var open: [StackID] = []
  private var seen: Set<StackID> = []

  private struct SetKey: Hashable {
    let stacks: [StackID]
    let ends: Ends
  }

  /// Creates a machine that has done nothing yet.
  init(_ program: GrammarProgram) {
    self.program = program
    _ = intern([], [])
  }

  /// The set at the beginning of a text.
  mutating func start() -> SetID { settle([stack(program.entry, Self.bottom)]) }

  /// About how many bytes the memory of what was seen takes.
  var byteCount: Int { moves.count * 4 + states.count * 32 + members.count * 8 + ends.count * 64 }

  // MARK: Sets

  /// What may end in a set.
  func ends(of set: SetID) -> Ends { ends[Int(set)] }

  /// The fewest bytes with which a text can be completed from a set.
  func cost(of set: SetID) -> Int32 { setCosts[Int(set)] }

  /// The stacks of a set whose tops can take a byte.
  func stacks(of set: SetID) -> ArraySlice<StackID> {
    members[starts[Int(set)]..<starts[Int(set) + 1]]
  }

  /// Where a byte leads from a set.
  @inline(__always)
  mutating func step(_ set: SetID, _ byte: UInt8) -> SetID {
    let byteClass = Int(program.classes[Int(byte)])
    let known = moves[Int(set) * program.classCount + byteClass]
    return known != Self.unknown ? known : work(set, byteClass)
  }

  /// Where some bytes lead from a set.
  mutating func step(_ set: SetID, over bytes: some Sequence<UInt8>) -> SetID {
    var set = set
    for byte in bytes {
      set = step(set, byte)
      if set == Self.dead { break }
    }
    return set
  }

  /// The set that begins with some stacks, whose tops may also call and end.
  mutating func settle(_ stacks: some Sequence<StackID>) -> SetID {
    open.removeAll(keepingCapacity: true)
    seen.removeAll(keepingCapacity: true)
    for stack in stacks { push(stack) }
    var tops: [StackID] = []
    var ends: Ends = []
    while let stack = open.popLast() {
      let state = program.states[Int(states[Int(stack)])]
      let below = belows[Int(stack)]
      if state.row > 0 { tops.append(stack) }
      if state.isAccepting {
        switch below {
        case Self.bottom: ends.insert(.complete)
        case Self.outside: ends.insert(.outside)
        default: push(below)
        }
      }
      for index in state.calls {
        let call = program.calls[Int(index)]
        // What has nothing left to do needs no frame, so that rules that end in themselves stay flat.
        let rest = program.isFinal(call.target) ? below : self.stack(call.target, below)
        push(self.stack(call.entry, rest))
      }
    }
    return intern(tops.sorted(), ends)
  }

  /// The set that begins with one stack; most steps lead to one, and often to the same.
  mutating func settle(_ stack: StackID) -> SetID {
    let known = settled[Int(stack)]
    if known != Self.unknown { return known }
    let result = settle(CollectionOfOne(stack))
    settled[Int(stack)] = result
    return result
  }

  // MARK: Stacks

  /// The stack of a state on top of another stack.
  mutating func stack(_ state: Int32, _ below: StackID) -> StackID {
    let key = UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: below))
    if let known = stackIDs[key] { return known }
    let id = StackID(states.count)
    stackIDs[key] = id
    states.append(state)
    belows.append(below)
    settled.append(Self.unknown)
    let own = program.states[Int(state)].distance
    costs.append(min(own &+ (below < 0 ? 0 : costs[Int(below)]), GrammarProgram.State.longest))
    return id
  }

  /// The state on top of a stack.
  func top(of stack: StackID) -> Int32 { states[Int(stack)] }

  /// The stack under the top; `bottom` or `outside` under the last.
  func below(_ stack: StackID) -> StackID { belows[Int(stack)] }

  /// The fewest bytes with which a stack can be emptied.
  func cost(ofStack stack: StackID) -> Int32 { stack < 0 ? 0 : costs[Int(stack)] }

  /// The states of a stack from the top down.
  func frames(of stack: StackID) -> [Int32] {
    var result: [Int32] = []
    var stack = stack
    while stack >= 0 {
      result.append(states[Int(stack)])
      stack = belows[Int(stack)]
    }
    return result
  }

  /// The set of some stacks that another machine settled, each given by its states from the top down.
  mutating func adopt(_ stacks: [[Int32]], _ ends: Ends) -> SetID {
    let ids = stacks.map { frames in
      frames.reversed().reduce(Self.bottom) { below, state in stack(state, below) }
    }
    return intern(ids.sorted(), ends)
  }

  // MARK: Helpers

  private mutating func push(_ stack: StackID) {
    if seen.insert(stack).inserted { open.append(stack) }
  }

  private mutating func work(_ set: SetID, _ byteClass: Int) -> SetID {
    var only: StackID = -1
    var next: [StackID] = []
    for index in starts[Int(set)]..<starts[Int(set) + 1] {
      let stack = Int(members[index])
      let target = program.move(states[stack], byteClass)
      guard target >= 0 else { continue }
      let new = self.stack(target, belows[stack])
      if only < 0, next.isEmpty { only = new } else { next.append(new) }
    }
    let result =
      if only < 0 { Self.dead } else { next.isEmpty ? settle(only) : settle(next + [only]) }
    moves[Int(set) * program.classCount + byteClass] = result
    return result
  }

  private mutating func intern(_ stacks: [StackID], _ ends: Ends) -> SetID {
    let key = SetKey(stacks: stacks, ends: ends)
    if let known = setIDs[key] { return known }
    let id = SetID(self.ends.count)
    setIDs[key] = id
    members += stacks
    starts.append(members.count)
    self.ends.append(ends)
    let cost = ends.isEmpty ? stacks.map { costs[Int($0)] }.min() : 0
    setCosts.append(cost ?? GrammarProgram.State.longest)
    moves += repeatElement(Self.unknown, count: program.classCount)
    alike.append(nil)
    looping.append(nil)
    return id
  }
}
