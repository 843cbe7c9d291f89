import Base
import CTensors
import Models
import Tensors

/// One run of a step through the layers: the rows of all its sequences, one after another, and the
/// memory that they are worked on in.
///
/// Blocks and architectures are written in terms of its operations, each of which is timed and can be
/// looked at in one place.
final class Pass {
  /// The sequences and how many rows each has.
  let items: [StepItem]
  /// The tokens of all rows.
  let tokens: [TokenID]
  /// The position of each row in its sequence.
  let positions: [Int]
  /// For each sequence where its rows and its cache are, as kernels read it.
  private(set) var spans: [ct_span]
  let pool: KVPool
  let arena: Arena
  let observer: Observer?
  let profile: StepProfile?
  private let shouldStop: () -> Bool
  /// The adapters that sequences have, and the rows of each.
  let adapted: [(adapter: Adapter, rows: [Range<Int>])]
  private var turns: [(rotary: RotaryPositions, cosines: Rows, sines: Rows)] = []

  /// The number of rows.
  var count: Int { tokens.count }

  /// Takes the items of a plan, whose sequences have room for their tokens.
  init(
    _ items: [StepItem], pool: KVPool, arena: Arena, observer: Observer?, profile: StepProfile?,
    shouldStop: @escaping () -> Bool
  ) {
    self.items = items
    self.pool = pool
    self.arena = arena
    self.observer = observer
    self.profile = profile
    self.shouldStop = shouldStop
    adapted = Self.adapted(items)
    tokens = items.flatMap(\.tokens)
    positions = items.flatMap { item in
      (item.sequence.count..<item.sequence.count + item.tokens.count)
    }
    spans = []
    // The kernels read the tables of blocks through pointers: they stay in the arena for the pass.
    var row = 0
    for item in items {
      let addresses = item.sequence.addresses
      let table = arena.bytes(addresses.count * MemoryLayout<UnsafeMutableRawPointer?>.stride)
        .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: addresses.count)
      for (index, address) in addresses.enumerated() { table[index] = address }
      spans.append(
        ct_span(
          blocks: UnsafePointer(table), first: Int64(item.sequence.count), row: Int64(row),
          count: Int64(item.tokens.count)))
      row += item.tokens.count
    }
  }

  /// Fresh rows, one for each token, with what was there before.
  func rows(_ columns: Int) -> Rows { arena.rows(count, columns) }

  /// Runs a layer: asks first whether to stop, and takes its memory back afterwards.
  func layer(_ number: Int, _ body: () throws(Problem) -> Void) throws(Problem) {
    try checkStop()
    let mark = arena.mark
    try body()
    arena.reset(to: mark)
  }

  /// Throws when the pass is to end.
  func checkStop() throws(Problem) {
    if let problem = observer?.problem() { throw problem }
    if shouldStop() { throw Problem("stopped", kind: .interrupted) }
    try checkProducts()
  }

  /// Throws when kernels may have left their work undone because the process was asked to stop.
  ///
  /// Called before anything of theirs is kept or shown, whatever the caller's question says.
  func checkProducts() throws(Problem) {
    if Cancellation.isRequested { throw Problem("stopped", kind: .interrupted) }
  }

  // MARK: Looking

  /// Shows rows to the observer, where it wants them; `each` rows belong to a token.
  func show(_ tap: Tap, _ layer: Int = 0, _ rows: Rows, each: Int = 1) {
    guard let observer, observer.wants(tap, layer) else { return }
    for (item, span) in spans.enumerated() {
      let first = Int(span.row) * each
      let count = Int(span.count) * each
      observer.observe(
        Observation(
          tap: tap, layer: layer, item: item, firstPosition: Int(span.first), rows: count,
          columns: rows.columns,
          values: UnsafeMutableBufferPointer(start: rows.row(first), count: count * rows.columns)))
    }
  }

  /// Shows a row of logits.
  func showLogits(_ row: UnsafeMutableBufferPointer<Float>, item: Int, position: Int) {
    guard let observer, observer.wants(.logits, 0) else { return }
    observer.observe(
      Observation(
        tap: .logits, layer: 0, item: item, firstPosition: position, rows: 1, columns: row.count,
        values: row))
  }

  /// True where the observer wants a tap of a layer.
  func isWanted(_ tap: Tap, _ layer: Int) -> Bool { observer?.wants(tap, layer) == true }

  // MARK: Operations

  /// Looks the tokens' embeddings up.
  func embed(_ matrix: WeightMatrix) -> Rows {
    let stream = rows(matrix.columns)
    timed(.embed, bytes: count * matrix.bytesPerRow) {
      for (row, token) in tokens.enumerated() {
        matrix.unpackRow(Int(token), into: stream.row(row))
      }
    }
    return stream
  }

  /// Norms rows into fresh ones.
  func norm(_ norm: Norm, _ x: Rows) -> Rows {
    let out = arena.rows(x.count, x.columns)
    timed(.norm) { norm.run(x, into: out) }
    return out
  }

  /// Adds rows to the stream.
  func add(_ delta: Rows, to stream: Rows) {
    timed(.add) { accumulate(delta, to: stream) }
  }

  /// Multiplies rows with matrices that all read the same rows; gives one result for each.
  func project(_ projections: [Projection], _ x: Rows, as operation: StepProfile.Operation)
    -> [Rows]
  {
    let results = projections.map { arena.rows(x.count, $0.matrix.rows) }
    let mark = arena.mark
    timed(
      operation, bytes: projections.reduce(0) { $0 + $1.matrix.byteCount },
      multiplyAdds: projections.reduce(0) { $0 + $1.matrix.rows * $1.matrix.columns } * x.count
    ) {
      WeightMatrix.multiply(projections.map(\.matrix), x, into: results, arena)
    }
    for (projection, result) in zip(projections, results) { projection.finish(x, result, self) }
    arena.reset(to: mark)
    return results
  }

  /// Multiplies rows with one matrix.
  func project(_ projection: Projection, _ x: Rows, as operation: StepProfile.Operation) -> Rows {
    project([projection], x, as: operation)[0]
  }

  /// Multiplies rows with one matrix, without what a projection adds.
  func product(_ matrix: WeightMatrix, _ x: Rows, as operation: StepProfile.Operation) -> Rows {
    let result = arena.rows(x.count, matrix.rows)
    timed(
      operation, bytes: matrix.byteCount, multiplyAdds: matrix.rows * matrix.columns * x.count
    ) { matrix.multiply(x, into: result, arena) }
    return result
  }

  /// Turns the heads of rows by their positions.
  func turn(_ x: Rows, headWidth: Int, _ rotary: RotaryPositions) {
    let (cosines, sines) = angles(rotary)
    timed(.rope) {
      overRows(x.count, floatsEach: x.columns) { rows in
        ct_rope(
          x.row(rows.lowerBound), Int64(rows.count), Int64(x.columns / headWidth), Int64(headWidth),
          Int64(rotary.frequencies.count), cosines.row(rows.lowerBound),
          sines.row(rows.lowerBound), rotary.pairsHalves ? 1 : 0)
      }
    }
  }

  /// Stores keys and values, and lets queries look back.
  func attend(_ attention: AttentionShape, layer: Int, _ q: Rows, _ k: Rows, _ v: Rows) -> Rows {
    var call = attention.kernelCall(pool, layer: layer)
    let out = rows(attention.heads * attention.valueWidth)
    let columns = isWanted(.attention, layer) ? longest : 0
    let scores = columns > 0 ? arena.rows(count * attention.heads, columns) : nil
    timed(.attention, bytes: attention.bytesRead(self), multiplyAdds: attention.multiplyAdds(self))
    {
      ct_kv_store(
        &call, spans, Int64(spans.count), k.start, Int64(k.columns), v.start, Int64(v.columns))
      ct_attend(
        &call, spans, Int64(spans.count), q.start, Int64(q.columns), out.start,
        Int64(out.columns), scores?.start, Int64(columns))
    }
    if let scores { showScores(scores, layer, heads: attention.heads) }
    return out
  }

  /// Runs a step and adds what it took to the profile, where there is one.
  func timed(
    _ operation: StepProfile.Operation, bytes: @autoclosure () -> Int = 0,
    multiplyAdds: @autoclosure () -> Int = 0, _ body: () -> Void
  ) {
    guard let profile else { return body() }
    let start = ContinuousClock.now
    body()
    profile.add(operation, start.duration(to: .now), bytes: bytes(), multiplyAdds: multiplyAdds())
  }

  // MARK: Parts

  /// Brings the rows of each adapter together, in the order of the sequences.
  private static func adapted(_ items: [StepItem]) -> [(adapter: Adapter, rows: [Range<Int>])] {
    var groups: [(adapter: Adapter, rows: [Range<Int>])] = []
    var row = 0
    for item in items {
      let rows = row..<row + item.tokens.count
      row = rows.upperBound
      guard let adapter = item.adapter else { continue }
      if let index = groups.firstIndex(where: { $0.adapter === adapter }) {
        groups[index].rows.append(rows)
      } else {
        groups.append((adapter, [rows]))
      }
    }
    return groups
  }

  /// The columns that the longest sequence's attention has.
  private var longest: Int { spans.reduce(0) { max($0, Int($1.first + $1.count)) } }

  /// Shows each sequence its own columns only.
  private func showScores(_ scores: Rows, _ layer: Int, heads: Int) {
    guard let observer else { return }
    for (item, span) in spans.enumerated() {
      let columns = Int(span.first + span.count)
      let count = Int(span.count) * heads
      let dense = arena.rows(count, columns)
      for row in 0..<count {
        dense.row(row).update(from: scores.row(Int(span.row) * heads + row), count: columns)
      }
      observer.observe(
        Observation(
          tap: .attention, layer: layer, item: item, firstPosition: Int(span.first), rows: count,
          columns: columns,
          values: UnsafeMutableBufferPointer(start: dense.start, count: count * columns)))
    }
  }

  /// The rows' cosines and sines for one kind of rotary positions, worked out at its first use.
  private func angles(_ rotary: RotaryPositions) -> (cosines: Rows, sines: Rows) {
    if let known = turns.first(where: { $0.rotary === rotary }) {
      return (known.cosines, known.sines)
    }
    preconditionFailure("the pass was not told about these rotary positions")
  }

  /// Works out the rows' cosines and sines; called before the first layer, whose end takes memory back.
  func prepare(_ rotary: RotaryPositions) {
    let (cosines, sines) = (rows(rotary.frequencies.count), rows(rotary.frequencies.count))
    timed(.rope) {
      overRows(count, floatsEach: rotary.frequencies.count * 32) { rows in
        for row in rows { rotary.fill(positions[row], cosines.row(row), sines.row(row)) }
      }
    }
    turns.append((rotary, cosines, sines))
  }
}

/// Adds rows to rows of the same shape.
func accumulate(_ x: Rows, to y: Rows) {
  overRows(y.count, floatsEach: y.columns) { rows in
    ct_accumulate(y.row(rows.lowerBound), x.row(rows.lowerBound), Int64(rows.count * y.columns))
  }
}

/// Multiplies rows with a number.
func scale(_ x: Rows, by factor: Float) {
  overRows(x.count, floatsEach: x.columns) { rows in
    let start = x.row(rows.lowerBound)
    for index in 0..<rows.count * x.columns { start[index] *= factor }
  }
}
