/// Rows of floats, one after another, in the memory of a forward pass.
struct Rows {
  /// The first float.
  let start: UnsafeMutablePointer<Float>
  /// The number of rows.
  let count: Int
  /// Floats in a row.
  let columns: Int

  /// A row's first float.
  func row(_ index: Int) -> UnsafeMutablePointer<Float> { start + index * columns }

  /// Some of the rows.
  subscript(range: Range<Int>) -> Rows {
    Rows(start: row(range.lowerBound), count: range.count, columns: columns)
  }
}

/// Memory that is handed out in order and taken back at once: what one layer needs is there for the
/// next without asking the system again.
///
/// A pass that needs more than there is gets pieces of its own; at the next reset one piece as large
/// as all of them takes their place, so after the first pass there is one.
final class Arena {
  private var pieces: [UnsafeMutableRawBufferPointer] = []
  private var filled: [Int] = []

  /// A place to go back to.
  struct Mark {
    fileprivate let piece: Int
    fileprivate let filled: Int
  }

  deinit { for piece in pieces { piece.deallocate() } }

  /// What all pieces take.
  var byteCount: Int { pieces.reduce(0) { $0 + $1.count } }

  /// Memory on a cache line's boundary, with what was there before.
  func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    let wanted = (max(count, 1) + 63) & ~63
    if let last = pieces.last, let base = last.baseAddress,
      filled[filled.count - 1] + wanted <= last.count
    {
      defer { filled[filled.count - 1] += wanted }
      return base + filled[filled.count - 1]
    }
    // Twice the last piece: a growing pass soon fits. Untouched pages take no memory.
    let size = max(wanted, 2 * (pieces.last?.count ?? 1 << 19))
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    pieces.append(piece)
    filled.append(wanted)
    guard let base = piece.baseAddress else { preconditionFailure("an empty piece of memory") }
    return base
  }

  /// Rows of floats with what was there before.
  func rows(_ count: Int, _ columns: Int) -> Rows {
    // The memory is bound for good: everything in an arena but bytes is floats.
    let start = bytes(count * columns * 4).bindMemory(to: Float.self, capacity: count * columns)
    return Rows(start: start, count: count, columns: columns)
  }

  /// Where the next piece of memory will lie.
  var mark: Mark { Mark(piece: pieces.count, filled: filled.last ?? 0) }

  /// Takes back everything that was handed out behind a mark.
  func reset(to mark: Mark) {
    // A piece that was added since stays: its beginning is free again.
    guard mark.piece == pieces.count else {
      for index in mark.piece..<pieces.count { filled[index] = 0 }
      return
    }
    if mark.piece > 0 { filled[mark.piece - 1] = mark.filled }
  }

  /// Takes everything back and joins the pieces.
  func reset() {
    if pieces.count > 1 {
      let total = byteCount
      for piece in pieces { piece.deallocate() }
      pieces = [UnsafeMutableRawBufferPointer.allocate(byteCount: total, alignment: 64)]
      filled = [0]
    }
    if !filled.isEmpty { filled[0] = 0 }
  }
}
