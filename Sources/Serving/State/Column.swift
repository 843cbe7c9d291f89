/// A growable flat array of plain values: no reference counting, and no checks but in debug builds.
///
/// The loops that run once per sequence and step go over columns; everything else uses arrays.
@frozen
public struct Column<Element: BitwiseCopyable>: ~Copyable {
  /// Where the values stand; moves when the column grows.
  public private(set) var base: UnsafeMutablePointer<Element>
  /// How many values there are.
  public private(set) var count: Int
  /// How many fit before the column moves.
  public private(set) var capacity: Int

  /// Creates an empty column with room for some values.
  public init(capacity: Int = 0) {
    self.capacity = max(capacity, 8)
    base = .allocate(capacity: self.capacity)
    count = 0
  }

  /// Creates a column of equal values.
  public init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    base.initialize(repeating: value, count: count)
    self.count = count
  }

  // Frees what `init` or `grow` allocated; plain values need no deinitialisation.
  deinit { base.deallocate() }

  /// A column of the same values at another place.
  public borrowing func copy() -> Column<Element> {
    var other = Column(capacity: count)
    other.append(from: base, count: count)
    return other
  }

  /// True when there is no value.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// The values as an array, to be looked at.
  public var values: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The value at an index below `count`.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      return base[index]
    }
    set {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      base[index] = newValue
    }
  }

  /// The value at an index of 32 bits.
  @inlinable
  public subscript(index: Int32) -> Element {
    get { self[Int(index)] }
    set { self[Int(index)] = newValue }
  }

  /// Puts a value behind the last.
  @inlinable @inline(__always)
  public mutating func append(_ value: Element) {
    if count == capacity { grow(to: count + 1) }
    (base + count).initialize(to: value)
    setCount(count + 1)
  }

  /// Puts the values of a buffer behind the last.
  @inlinable @inline(__always)
  public mutating func append(from source: UnsafePointer<Element>, count added: Int) {
    let end = count &+ added
    if end > capacity { grow(to: end) }
    (base + count).initialize(from: source, count: added)
    setCount(end)
  }

  /// Takes the last value away; there must be one.
  @inlinable
  public mutating func removeLast() -> Element {
    assert(count > 0, "the column is empty")
    setCount(count - 1)
    return base[count]
  }

  /// Forgets the values and keeps the room.
  @inlinable public mutating func removeAll() { setCount(0) }

  /// Makes the column shorter.
  @inlinable
  public mutating func truncate(to count: Int) {
    assert(count <= self.count)
    setCount(count)
  }

  /// Sees to room for so many values in all.
  @inlinable
  public mutating func reserve(_ count: Int) { if count > capacity { grow(to: count) } }

  /// Sees to room for so many values, and says that so many are there; the caller writes those that
  /// were not.
  @inlinable @inline(__always)
  public mutating func resize(to count: Int) {
    if count > capacity { grow(to: count) }
    setCount(count)
  }

  @usableFromInline
  mutating func setCount(_ count: Int) { self.count = count }

  /// Moves to a larger place where `least` values do not fit.
  @usableFromInline
  mutating func grow(to least: Int) {
    guard least > capacity else { return }
    let larger = max(least, capacity * 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    moved.initialize(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }
}
