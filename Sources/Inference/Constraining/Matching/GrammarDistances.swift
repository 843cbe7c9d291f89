/// The fewest bytes from each state of a grammar's rules to the end of its rule.
struct GrammarDistances {
  /// The distances by state; `GrammarProgram.State.unreachable` where no text ends.
  private(set) var values: [Int32]

  /// A way from one state to another: by a byte, or by a call that starts at `entry`.
  private struct Edge {
    let source: Int32
    let target: Int32
    let entry: Int32
  }

  private var edges: [Edge] = []
  /// For each state the last edge that waits for it, and for each edge the one before: first those
  /// by target, then those by entry.
  private var heads: [Int32]
  private var links: [Int32] = []
  private var open: [Int32] = []

  /// Works the distances out; `firsts` are the numbers of the automata's starts.
  init(_ automata: [ByteAutomaton], _ firsts: [Int32], count: Int) {
    values = [Int32](repeating: GrammarProgram.State.unreachable, count: count)
    heads = [Int32](repeating: -1, count: count)
    for (automaton, first) in zip(automata, firsts) {
      for state in 0..<automaton.count {
        let source = first + Int32(state)
        var last: Int32 = -1
        for arc in automaton.arcs[state] where arc.target != last {
          add(Edge(source: source, target: first + arc.target, entry: -1))
          last = arc.target
        }
        for call in automaton.calls[state] {
          add(Edge(source: source, target: first + call.target, entry: firsts[Int(call.rule)]))
        }
        if automaton.accepting[state] { improve(source, 0) }
      }
    }
    // Each state is looked at again when its distance becomes shorter.
    var next = 0
    while next < open.count {
      spread(open[next])
      next += 1
    }
  }

  private mutating func add(_ edge: Edge) {
    let index = Int32(edges.count)
    edges.append(edge)
    links.append(heads[Int(edge.target)])
    heads[Int(edge.target)] = index * 2
    links.append(edge.entry < 0 ? -1 : heads[Int(edge.entry)])
    if edge.entry >= 0 { heads[Int(edge.entry)] = index * 2 + 1 }
  }

  private mutating func improve(_ state: Int32, _ distance: Int32) {
    guard distance < values[Int(state)] else { return }
    values[Int(state)] = distance
    open.append(state)
  }

  private mutating func spread(_ state: Int32) {
    var link = heads[Int(state)]
    while link >= 0 {
      let edge = edges[Int(link >> 1)]
      link = links[Int(link)]
      let target = values[Int(edge.target)]
      let step = edge.entry < 0 ? 1 : values[Int(edge.entry)]
      if target != GrammarProgram.State.unreachable, step != GrammarProgram.State.unreachable {
        improve(edge.source, min(target + step, GrammarProgram.State.longest))
      }
    }
  }
}
