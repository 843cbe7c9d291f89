import Base

/// Thompson's network of an expression: states joined by byte ranges, by calls of rules, and by
/// steps that take nothing.
struct Network {
  private struct State {
    var arcs: [ByteAutomaton.Arc] = []
    var calls: [ByteAutomaton.Call] = []
    var skips: [Int32] = []
  }

  private var states: [State] = []

  /// How many states it has.
  var count: Int { states.count }

  /// Adds a state and gives its number.
  mutating func addState() -> Int32 {
    states.append(State())
    return Int32(states.count - 1)
  }

  /// Joins two states without taking anything.
  mutating func skip(_ from: Int32, _ to: Int32) { states[Int(from)].skips.append(to) }

  /// Joins two states by a call.
  mutating func call(_ rule: Int, _ from: Int32, _ to: Int32) {
    states[Int(from)].calls.append(ByteAutomaton.Call(rule: Int32(rule), target: to))
  }

  /// Joins two states by one byte of a range.
  mutating func arc(_ range: ClosedRange<UInt8>, _ from: Int32, _ to: Int32) {
    states[Int(from)].arcs.append(
      ByteAutomaton.Arc(low: range.lowerBound, high: range.upperBound, target: to))
  }

  /// Joins two states by a part of an expression; `special` may take over parts that it knows.
  mutating func add(
    _ expression: GrammarExpression, _ from: Int32, _ to: Int32,
    special: (inout Network, GrammarExpression, Int32, Int32) -> Bool
  ) {
    if special(&self, expression, from, to) { return }
    switch expression {
    case .bytes(let bytes): add(bytes.map { $0...$0 }, from, to)
    case .scalars(let set): for letter in set.utf8 { add(letter, from, to) }
    case .choice(let parts): for part in parts { add(part, from, to, special: special) }
    case .sequence(let parts):
      var at = from
      for part in parts {
        let next = addState()
        add(part, at, next, special: special)
        at = next
      }
      skip(at, to)
    case .repeated(let part, let low, let high):
      add(part, low, high, from, to, special)
    case .rule(let rule): call(rule, from, to)
    case .automaton(let automaton): add(automaton, from, to)
    case .graph(let graph):
      let first = Int32(count)
      for _ in 0..<graph.count { _ = addState() }
      skip(from, first)
      skip(first + Int32(graph.count - 1), to)
      for edge in graph.edges {
        // Two states of its own, so that a loop in the edge stays in the edge.
        let (start, end) = (addState(), addState())
        skip(first + Int32(edge.from), start)
        skip(end, first + Int32(edge.to))
        add(edge.expression, start, end, special: special)
      }
    }
  }

  private mutating func add(_ ranges: [ClosedRange<UInt8>], _ from: Int32, _ to: Int32) {
    var at = from
    for (index, range) in ranges.enumerated() {
      let next = index == ranges.count - 1 ? to : addState()
      arc(range, at, next)
      at = next
    }
    if ranges.isEmpty { skip(from, to) }
  }

  private mutating func add(
    _ part: GrammarExpression, _ low: Int, _ high: Int?, _ from: Int32, _ to: Int32,
    _ special: (inout Network, GrammarExpression, Int32, Int32) -> Bool
  ) {
    var at = from
    for index in 0..<(high ?? low) {
      // A state of its own in front, so that a loop inside cannot be entered from behind.
      let start = addState()
      skip(at, start)
      if index >= low { skip(at, to) }
      let next = addState()
      add(part, start, next, special: special)
      at = next
    }
    if high == nil {
      let start = addState()
      let next = addState()
      skip(at, start)
      add(part, start, next, special: special)
      skip(next, start)
      skip(start, to)
    } else {
      skip(at, to)
    }
  }

  private mutating func add(_ automaton: ByteAutomaton, _ from: Int32, _ to: Int32) {
    guard automaton.count > 0 else { return }
    let first = Int32(states.count)
    for _ in 0..<automaton.count { _ = addState() }
    skip(from, first)
    for state in 0..<automaton.count {
      for arc in automaton.arcs[state] {
        self.arc(arc.low...arc.high, first + Int32(state), first + arc.target)
      }
      if automaton.accepting[state] { skip(first + Int32(state), to) }
    }
  }

  // MARK: Determinising

  /// The deterministic automaton of all ways from one state to another, by subsets of states.
  ///
  /// - Throws: A problem when it has more than `limit` states.
  func automaton(_ start: Int32, _ end: Int32, limit: Int) throws(Problem) -> ByteAutomaton {
    var result = ByteAutomaton()
    var numbers: [[Int32]: Int32] = [:]
    var sets: [[Int32]] = []
    var closer = Closer(count: states.count)
    func number(_ targets: [Int32]) -> Int32 {
      let set = closer.close(targets, states)
      if let known = numbers[set] { return known }
      numbers[set] = Int32(sets.count)
      sets.append(set)
      return result.addState(accepting: set.contains(end))
    }
    _ = number([start])
    var next = 0
    while next < sets.count {
      guard sets.count <= limit else { throw Self.tooLarge(limit) }
      let set = sets[next]
      var arcs: [ByteAutomaton.Arc] = []
      forEachArc(of: set) { low, high, targets in
        arcs.append(ByteAutomaton.Arc(low: low, high: high, target: number(targets)))
      }
      result.arcs[next] = arcs
      for (rule, targets) in calls(of: set) {
        result.calls[next].append(ByteAutomaton.Call(rule: rule, target: number(targets)))
      }
      next += 1
    }
    return result.trimmed()
  }

  /// What is said of a constraint whose automaton would not fit in memory.
  static func tooLarge(_ limit: Int) -> Problem {
    Problem(
      "the constraint needs more than \(max(0, limit)) states", fix: "bound fewer things exactly",
      kind: .limit)
  }

  /// Follows the steps that take nothing.
  private struct Closer {
    /// For each state the last search that reached it.
    private var marks: [Int32]
    private var search: Int32 = 0

    init(count: Int) { marks = [Int32](repeating: 0, count: count) }

    /// The states that are reached without taking anything, in order.
    mutating func close(_ set: [Int32], _ states: [State]) -> [Int32] {
      search += 1
      var open: [Int32] = []
      for state in set where marks[Int(state)] != search {
        marks[Int(state)] = search
        open.append(state)
      }
      var reached: [Int32] = []
      while let number = open.popLast() {
        let state = states[Int(number)]
        // States that only pass on would tell sets apart that behave alike.
        if state.skips.isEmpty || !state.arcs.isEmpty || !state.calls.isEmpty {
          reached.append(number)
        }
        for next in state.skips where marks[Int(next)] != search {
          marks[Int(next)] = search
          open.append(next)
        }
      }
      return reached.count > 1 ? reached.sorted() : reached
    }
  }

  /// Calls back for each range of bytes that leads to the same states, in ascending order.
  private func forEachArc(of set: [Int32], _ body: (UInt8, UInt8, [Int32]) -> Void) {
    var all: [ByteAutomaton.Arc] = []
    for state in set { all += states[Int(state)].arcs }
    if all.count == 1 { return body(all[0].low, all[0].high, [all[0].target]) }
    var bounds: [Int] = []
    for arc in all {
      bounds.append(Int(arc.low))
      bounds.append(Int(arc.high) + 1)
    }
    bounds.sort()
    var low = -1
    for next in bounds where next != low {
      var targets: [Int32] = []
      if low >= 0 {
        for arc in all where Int(arc.low) <= low && low <= Int(arc.high) {
          targets.append(arc.target)
        }
      }
      if !targets.isEmpty { body(UInt8(low), UInt8(next - 1), targets) }
      low = next
    }
  }

  private func calls(of set: [Int32]) -> [(rule: Int32, targets: [Int32])] {
    var targets: [Int32: [Int32]] = [:]
    for state in set {
      for call in states[Int(state)].calls { targets[call.rule, default: []].append(call.target) }
    }
    return targets.isEmpty ? [] : targets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension GrammarExpression {
  /// The automaton of an expression that names no rule.
  func automaton(limit: Int = 20_000) throws(Problem) -> ByteAutomaton {
    guard size <= limit * 4 else {
      throw Network.tooLarge(limit)
    }
    var network = Network()
    let (start, end) = (network.addState(), network.addState())
    network.add(self, start, end) { _, _, _, _ in false }
    return try network.automaton(start, end, limit: limit)
  }
}
