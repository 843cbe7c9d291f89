import Glibc

/// Memory for a model's repacked weights: large pieces on huge pages, handed out in order.
///
/// A token reads all of it once; on pages of 4 KiB the look-ups of addresses would cost as much as the
/// reading.
final class PackedMemory {
  private static let hugePage = 2 << 20
  private static let piece = 16 << 20

  private var pieces: [UnsafeMutableRawPointer] = []
  private var size = 0
  private var filled = 0

  deinit { for piece in pieces { free(piece) } }

  /// Memory on a cache line's boundary that lives as long as this object.
  func bytes(_ count: Int) -> UnsafeMutableRawPointer {
    let wanted = (count + 63) & ~63
    if filled + wanted > size { grow(wanted) }
    defer { filled += wanted }
    return pieces[pieces.count - 1] + filled
  }

  private func grow(_ wanted: Int) {
    size = max(Self.piece, (wanted + Self.hugePage - 1) & ~(Self.hugePage - 1))
    filled = 0
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, Self.hugePage, size) == 0, let memory else {
      fatalError("no memory for \(size) bytes of weights")
    }
    // Advice only: a system without huge pages uses what it has.
    madvise(memory, size, MADV_HUGEPAGE)
    pieces.append(memory)
  }
}
