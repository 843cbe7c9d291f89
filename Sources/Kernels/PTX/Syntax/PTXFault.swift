import Base

/// A place in a PTX text, as a byte offset.
struct PTXPosition: Hashable, Sendable {
  var offset: Int
}

/// What is wrong with a PTX text, and where.
struct PTXFault: Error {
  let position: PTXPosition
  let message: String
  var fix: String?

  init(_ position: PTXPosition, _ message: String, fix: String? = nil) {
    self.position = position
    self.message = message
    self.fix = fix
  }

  /// The fault of something that has no counterpart here.
  static func unsupported(_ position: PTXPosition, _ name: String) -> PTXFault {
    PTXFault(position, "not supported: \(name)")
  }

  /// The error for people: place, message, the source line and a caret below it.
  func problem(in text: PTXText) -> Problem {
    let diagnostic = Diagnostic(.error, message, at: text.location(of: position))
    return Problem(diagnostic.text(in: [SourceFile(name: text.name, text: text.string)]), fix: fix)
  }
}

/// A PTX text with its name: bytes to read, and lines to quote.
struct PTXText: Sendable {
  let name: String
  let string: String
  let bytes: [UInt8]

  init(_ text: String, name: String) {
    self.name = name
    self.string = text
    self.bytes = Array(text.utf8)
  }

  /// The line and column (from 1) of a place.
  func location(of position: PTXPosition) -> SourceLocation {
    let end = min(max(position.offset, 0), bytes.count)
    var line = 1
    var start = 0
    for index in 0..<end where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      start = index + 1
    }
    return SourceLocation(file: 0, line: line, column: end - start + 1)
  }
}
