import Base
import Testing

@testable import Service

@Suite struct EventStreamParserTests {
  private func events(_ pieces: [[UInt8]]) throws -> [String] {
    var parser = EventStreamParser()
    var events: [String] = []
    for piece in pieces {
      let found = try piece.withUnsafeBytes { bytes in
        Result { () throws(Problem) in try parser.add(bytes) }
      }.get()
      events += found.map { String(decoding: $0, as: UTF8.self) }
    }
    return events
  }

  @Test(
    "events are found whatever ends their lines",
    arguments: [
      ("data: a\n\ndata: b\n\n", ["a", "b"]), ("data: a\r\n\r\ndata:b\r\n\r\n", ["a", "b"]),
      ("data: a\r\rdata: b\r\r", ["a", "b"]), (": ping\n\ndata: a\n\n", ["a"]),
      ("event: x\nid: 3\ndata: a\ndata: b\n\n", ["a\nb"]), ("data:  a\n\n", [" a"]),
      ("data: unfinished\n", []), ("\n\n\n", []), ("data:\n\n", [""]),
    ])
  func lines(_ text: String, expected: [String]) throws {
    #expect(try events([Array(text.utf8)]) == expected)
  }

  @Test func `it does not matter how the bytes are cut`() throws {
    var text = ""
    for number in 0..<50 {
      text += "data: {\"n\":\(number)}\(number % 2 == 0 ? "\r\n\r\n" : "\n\n")"
    }
    let bytes = Array(text.utf8)
    let whole = try events([bytes])
    #expect(whole.count == 50)
    var random = SeededRandom(seed: 3)
    for _ in 0..<100 {
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...40, using: &random))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      #expect(try events(pieces) == whole)
    }
  }

  @Test func `an event without end is a problem, not memory`() {
    let piece = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
    #expect(throws: Problem.self) { try events(Array(repeating: piece, count: 8)) }
  }
}
