public import Base
import Glibc
import Synchronization

// Unchecked: the bytes change only through operations that the owner of a tensor calls; sharing one
// storage between threads that write is the caller's to order, as with any memory.
/// The bytes that tensors share.
public final class TensorStorage: @unchecked Sendable {
  /// The first byte, aligned to 64.
  public let bytes: UnsafeMutableRawPointer
  /// The number of bytes.
  public let byteCount: Int
  private let owner: AnyObject?

  private static let live = Atomic<Int>(0)
  private static let limit = Atomic<Int>(0)

  /// The bytes that all tensors of the process hold now.
  public static var liveBytes: Int { live.load(ordering: .relaxed) }

  /// The most bytes all tensors together may hold; the machine's memory unless set.
  public static var byteLimit: Int {
    get {
      let set = limit.load(ordering: .relaxed)
      return set > 0 ? set : sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    }
    set { limit.store(newValue, ordering: .relaxed) }
  }

  /// Checks that so many numbers of 8 bytes fit beside the tensors that live, before they are made.
  static func checkRoom(forNumbers count: Int, _ call: String) throws(Problem) {
    guard count <= max(0, byteLimit - liveBytes) / 8 else {
      throw Problem(
        "\(call): \(count) numbers are more than the memory limit of \(Bytes(byteLimit)) leaves",
        kind: .limit)
    }
  }

  /// Allocates bytes, or says that the limit is reached.
  public init(byteCount: Int, zeroed: Bool) throws(Problem) {
    let size = max(64, (byteCount + 63) & ~63)
    let total = TensorStorage.liveBytes + size
    guard total <= TensorStorage.byteLimit, let memory = aligned_alloc(64, size) else {
      throw Problem(
        "tensor: \(Bytes(byteCount)) more would make \(Bytes(total)) of tensors",
        fix: "the limit is \(Bytes(TensorStorage.byteLimit)); free some or use a narrower dtype",
        kind: .limit)
    }
    if zeroed { memset(memory, 0, size) }
    bytes = memory
    self.byteCount = byteCount
    owner = nil
    TensorStorage.live.add(byteCount, ordering: .relaxed)
  }

  /// Wraps bytes that `owner` keeps alive, as a mapped file; they do not count as live.
  public init(borrowing bytes: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
    self.bytes = bytes
    self.byteCount = byteCount
    self.owner = owner
  }

  deinit {
    guard owner == nil else { return }
    free(bytes)
    TensorStorage.live.subtract(byteCount, ordering: .relaxed)
  }
}
