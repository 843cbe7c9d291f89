/// A deterministic automaton over bytes whose arcs may also be calls of rules; state 0 is the start.
///
/// Without calls it is a regular language, and languages can be intersected and subtracted.
struct ByteAutomaton: Hashable, Sendable {
  /// A step by any byte of a range.
  struct Arc: Hashable, Sendable {
    let low: UInt8
    let high: UInt8
    var target: Int32
  }

  /// A step by whatever a rule matches.
  struct Call: Hashable, Sendable {
    let rule: Int32
    var target: Int32
  }

  /// For each state its arcs, by ascending bytes without overlap.
  var arcs: [[Arc]] = []
  /// For each state its calls.
  var calls: [[Call]] = []
  /// For each state whether a text may end there.
  var accepting: [Bool] = []

  /// The number of states.
  var count: Int { accepting.count }

  /// True when not even the empty text is in the language; states that lead nowhere are cut off first.
  var isEmpty: Bool { trimmed().count == 0 }

  /// Whether a text is in the language.
  func accepts(_ text: some Sequence<UInt8>) -> Bool {
    guard count > 0 else { return false }
    var state: Int32 = 0
    for byte in text {
      guard let next = step(state, byte) else { return false }
      state = next
    }
    return accepting[Int(state)]
  }

  /// Where a byte leads; nothing where no text goes on with it.
  func step(_ state: Int32, _ byte: UInt8) -> Int32? {
    arcs[Int(state)].first { $0.low <= byte && byte <= $0.high }?.target
  }

  /// Adds a state and gives its number.
  mutating func addState(accepting isAccepting: Bool = false) -> Int32 {
    arcs.append([])
    calls.append([])
    accepting.append(isAccepting)
    return Int32(count - 1)
  }

  // MARK: Languages

  /// The texts in both languages.
  func intersection(_ other: ByteAutomaton) -> ByteAutomaton {
    product(other, keepsLost: false) { $0 && $1 }.trimmed()
  }

  /// The texts in this language that are not in the other.
  func subtracting(_ other: ByteAutomaton) -> ByteAutomaton {
    product(other, keepsLost: true) { $0 && !$1 }.trimmed()
  }

  /// Runs both at once; with `keepsLost` this one goes on where the other has no arc.
  private func product(
    _ other: ByteAutomaton, keepsLost: Bool, _ isAccepting: (Bool, Bool) -> Bool
  ) -> ByteAutomaton {
    var result = ByteAutomaton()
    guard count > 0, keepsLost || other.count > 0 else { return result }
    var numbers: [SIMD2<Int32>: Int32] = [:]
    var open: [SIMD2<Int32>] = []
    func number(_ pair: SIMD2<Int32>) -> Int32 {
      if let known = numbers[pair] { return known }
      let ends = isAccepting(
        accepting[Int(pair.x)], pair.y >= 0 && other.accepting[Int(pair.y)])
      let new = result.addState(accepting: ends)
      numbers[pair] = new
      open.append(pair)
      return new
    }
    _ = number(SIMD2(0, other.count > 0 ? 0 : -1))
    var next = 0
    while next < open.count {
      let pair = open[next]
      var arcs: [Arc] = []
      for arc in self.arcs[Int(pair.x)] {
        let others = pair.y < 0 ? [] : other.arcs[Int(pair.y)]
        for piece in Self.overlay(arc, others, keepsLost: keepsLost) {
          arcs.append(
            Arc(low: piece.low, high: piece.high, target: number(SIMD2(arc.target, piece.target))))
        }
      }
      result.arcs[next] = arcs
      next += 1
    }
    return result
  }

  /// Cuts an arc by the arcs of another state; the pieces' targets are the other's, -1 where none is.
  private static func overlay(_ arc: Arc, _ others: [Arc], keepsLost: Bool) -> [Arc] {
    var pieces: [Arc] = []
    var next = Int(arc.low)
    for other in others where other.high >= arc.low && other.low <= arc.high {
      let low = max(arc.low, other.low)
      let high = min(arc.high, other.high)
      if keepsLost, next < Int(low) {
        pieces.append(Arc(low: UInt8(next), high: low - 1, target: -1))
      }
      pieces.append(Arc(low: low, high: high, target: other.target))
      next = Int(high) + 1
    }
    if keepsLost, next <= Int(arc.high) {
      pieces.append(Arc(low: UInt8(next), high: arc.high, target: -1))
    }
    return pieces
  }

  /// The same language without states from which no text can end; no state at all when it is empty.
  func trimmed() -> ByteAutomaton {
    var sources = [[Int32]](repeating: [], count: count)
    for state in 0..<count {
      for arc in arcs[state] { sources[Int(arc.target)].append(Int32(state)) }
      for call in calls[state] { sources[Int(call.target)].append(Int32(state)) }
    }
    var isLive = accepting
    var open = accepting.indices.filter { accepting[$0] }.map(Int32.init)
    while let state = open.popLast() {
      for source in sources[Int(state)] where !isLive[Int(source)] {
        isLive[Int(source)] = true
        open.append(source)
      }
    }
    guard isLive.first == true else { return ByteAutomaton() }
    if isLive.allSatisfy({ $0 }) { return self }
    return keeping(isLive)
  }

  private func keeping(_ isLive: [Bool]) -> ByteAutomaton {
    var numbers = [Int32](repeating: -1, count: count)
    var result = ByteAutomaton()
    for state in 0..<count where isLive[state] {
      numbers[state] = result.addState(accepting: accepting[state])
    }
    for state in 0..<count where isLive[state] {
      let number = Int(numbers[state])
      for arc in arcs[state] where isLive[Int(arc.target)] {
        result.arcs[number].append(
          Arc(low: arc.low, high: arc.high, target: numbers[Int(arc.target)]))
      }
      for call in calls[state] where isLive[Int(call.target)] {
        result.calls[number].append(Call(rule: call.rule, target: numbers[Int(call.target)]))
      }
    }
    return result
  }
}
