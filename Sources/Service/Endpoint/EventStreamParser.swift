import Base

/// Takes a stream of server-sent events apart as its bytes come.
struct EventStreamParser {
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var endedWithReturn = false

  /// The most bytes of an event; a server that sends more is not one of these.
  static let mostBytes = 4 << 20

  /// Takes bytes and gives the data of the events that are whole now.
  mutating func add(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n") where endedWithReturn: endedWithReturn = false
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        endedWithReturn = byte == UInt8(ascii: "\r")
        if let event = endLine() { events.append(event) }
      default:
        endedWithReturn = false
        line.append(byte)
      }
    }
    guard line.count + data.count <= Self.mostBytes else {
      throw Problem("an event of more than \(Self.mostBytes) bytes", kind: .limit)
    }
    return events
  }

  /// Notes a whole line; an empty one ends an event.
  private mutating func endLine() -> [UInt8]? {
    defer { line.removeAll(keepingCapacity: true) }
    if line.isEmpty {
      defer {
        data = []
        hasData = false
      }
      return hasData ? data : nil
    }
    guard line.starts(with: "data:".utf8) else { return nil }
    if hasData { data.append(UInt8(ascii: "\n")) }
    hasData = true
    let rest = line.dropFirst(5)
    data += rest.first == UInt8(ascii: " ") ? rest.dropFirst() : rest
    return nil
  }
}
