/// Turns tokens into text as they come: a letter whose bytes are spread over tokens waits until it is
/// whole, so nothing is ever shown that must be taken back.
public struct TextStream: Sendable {
  private var pending: [UInt8] = []

  /// Starts an empty stream.
  public init() {}

  /// Takes bytes and gives what is whole now; bytes that can never be a letter become U+FFFD.
  public mutating func add(_ bytes: some Sequence<UInt8>) -> String {
    pending += bytes
    let keep = incompleteTail(pending)
    defer { pending.removeFirst(pending.count - keep) }
    return String(decoding: pending.dropLast(keep), as: UTF8.self)
  }

  /// Gives what is left at the end.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }
}

/// How many bytes at the end are the start of a letter that is not whole yet: 0 to 3.
func incompleteTail(_ bytes: [UInt8]) -> Int {
  for back in 1...3 where back <= bytes.count {
    let byte = bytes[bytes.count - back]
    if byte & 0xC0 == 0x80 { continue }
    return utf8Length(byte) > back ? back : 0
  }
  return 0
}
