/// Where a warp's registers and constants lie in its frame.
///
/// Predicates come first, 4 bytes each; behind them words of 128 bytes and wide values of 256.
/// Registers that are never needed at once share a slot; word and wide slots are never shared, so
/// that a lane's narrow source is not overwritten by another lane's wide result.
struct FrameLayout {
  /// A value that no instruction sets.
  enum Constant: Hashable {
    case bits(UInt64)
    case special(SpecialValue)
    case argument(byteOffset: Int, ValueType)
    case global(symbol: Int)
  }

  /// A constant with the register class that it is read as.
  struct Key: Hashable {
    let constant: Constant
    let kind: RegisterClass
  }

  private(set) var slots: [Int]
  private(set) var constants: [Key: Int] = [:]
  private(set) var order: [Key] = []
  private var used: [RegisterClass: Int] = [:]

  /// Gives every register that is needed a slot number of its class.
  init(_ liveness: Liveness) {
    slots = [Int](repeating: -1, count: liveness.ranges.count)
    let numbers = liveness.ranges.indices.filter { liveness.ranges[$0] != nil }
    let sorted = numbers.sorted {
      (liveness.ranges[$0]?.lowerBound ?? 0, $0) < (liveness.ranges[$1]?.lowerBound ?? 0, $1)
    }
    for kind in [RegisterClass.predicate, .word, .wide] {
      var free: [Int] = []
      var active: [(end: Int, slot: Int)] = []
      var count = 0
      for number in sorted where liveness.classes[number] == kind {
        guard let range = liveness.ranges[number] else { continue }
        free += active.filter { $0.end < range.lowerBound }.map(\.slot)
        active.removeAll { $0.end < range.lowerBound }
        free.sort(by: >)
        let slot = free.popLast() ?? count
        count = max(count, slot + 1)
        slots[number] = slot
        active.append((range.upperBound, slot))
      }
      used[kind] = count
    }
  }

  /// The slot number of a constant.
  mutating func slot(of constant: Constant, as kind: RegisterClass) -> Int {
    let key = Key(constant: constant, kind: kind)
    if let known = constants[key] { return known }
    let slot = used[kind, default: 0]
    used[kind] = slot + 1
    constants[key] = slot
    order.append(key)
    return slot
  }

  /// The bytes before the words.
  private var predicateBytes: Int { (used[.predicate, default: 0] * 4 + 127) / 128 * 128 }

  /// The byte offset of a slot number, once all constants are known.
  func offset(_ slot: Int, _ kind: RegisterClass) -> Int {
    switch kind {
    case .predicate: slot * 4
    case .word: predicateBytes + slot * 128
    case .wide: predicateBytes + used[.word, default: 0] * 128 + slot * 256
    }
  }

  /// The bytes of a warp's frame.
  var bytes: Int { offset(used[.wide, default: 0], .wide) }
}
