/// Joins the best pair of neighbours again and again: a linked list of symbols and a heap of pairs.
///
/// A word of n symbols takes O(n log n), so a megabyte without a space is no trap.
struct WordMerger {
  private struct Symbol {
    var id: TokenID
    var previous: Int32
    var next: Int32
  }

  private struct Candidate: Comparable {
    /// Lower goes first: the merge's rank, then the place in the word.
    let order: UInt64
    let left: Int32
    /// The tokens that stood there; stale when one of them has been merged since.
    let leftID: TokenID
    let rightID: TokenID
    let result: TokenID

    static func < (a: Candidate, b: Candidate) -> Bool { a.order < b.order }
    static func == (a: Candidate, b: Candidate) -> Bool { a.order == b.order }
  }

  private let merges: MergeTable
  private var symbols: [Symbol] = []
  private var heap = BinaryHeap<Candidate>()

  init(_ merges: MergeTable) { self.merges = merges }

  /// Forgets the last word.
  mutating func start() {
    symbols.removeAll(keepingCapacity: true)
    heap.removeAll()
  }

  /// Appends a symbol to the word.
  mutating func add(_ id: TokenID) {
    let index = Int32(symbols.count)
    symbols.append(Symbol(id: id, previous: index - 1, next: -1))
    if index > 0 { symbols[Int(index) - 1].next = index }
  }

  /// Merges and appends what is left.
  mutating func run(into ids: inout [TokenID]) {
    for index in symbols.indices.dropLast() { consider(Int32(index)) }
    while let best = heap.popLeast() { apply(best) }
    var index: Int32 = symbols.isEmpty ? -1 : 0
    while index >= 0 {
      ids.append(symbols[Int(index)].id)
      index = symbols[Int(index)].next
    }
  }

  private mutating func apply(_ best: Candidate) {
    let left = Int(best.left)
    guard symbols[left].id == best.leftID else { return }
    let right = Int(symbols[left].next)
    guard right >= 0, symbols[right].id == best.rightID else { return }
    symbols[left].id = best.result
    // A dead symbol matches no candidate.
    symbols[right].id = -1
    symbols[left].next = symbols[right].next
    if symbols[left].next >= 0 { symbols[Int(symbols[left].next)].previous = best.left }
    if symbols[left].previous >= 0 { consider(symbols[left].previous) }
    consider(best.left)
  }

  private mutating func consider(_ left: Int32) {
    let symbol = symbols[Int(left)]
    guard symbol.next >= 0 else { return }
    let right = symbols[Int(symbol.next)].id
    guard let merge = merges.find(symbol.id, right) else { return }
    heap.push(
      Candidate(
        order: UInt64(merge.rank) << 32 | UInt64(left), left: left, leftID: symbol.id,
        rightID: right, result: merge.result))
  }
}
