/// A word of the source: what the preprocessor works on and what the parser reads.
struct Token: Hashable, Sendable {
  enum Kind: UInt8, Hashable, Sendable {
    case identifier
    /// A preprocessing number, checked only when its value is asked for.
    case number
    /// A character or string constant with its quotes.
    case character, string
    case punctuator
    /// A character that begins nothing.
    case stray
    /// `#pragma unroll`; its arguments follow up to `pragmaEnd`.
    case pragmaUnroll, pragmaEnd
    case endOfFile
  }

  var kind: Kind
  var text: String
  /// Where it stands; for the words of a macro's body where the macro was used.
  var location: SourceLocation
  /// Just behind its last character.
  var end: SourceLocation
  /// True of the first word on a line.
  var startsLine = false
  /// True behind white space or a comment.
  var hasSpaceBefore = false
  /// True of a macro's own name inside its expansion, which stays as it is.
  var isPainted = false
  /// True of a `>` that directly touches the `>` behind it.
  var isGlued = false
  /// The macro use it came from, in the preprocessor's list; -1 for none.
  var expansion: Int32 = -1

  var range: SourceRange { SourceRange(location, end) }

  func isPunctuator(_ symbol: String) -> Bool { kind == .punctuator && text == symbol }

  func isWord(_ word: String) -> Bool { kind == .identifier && text == word }

  /// The word in quotes for a message, or what ends the file.
  var quoted: String {
    switch kind {
    case .endOfFile: "the end of the file"
    case .pragmaUnroll: "#pragma unroll"
    case .pragmaEnd: "the end of the line"
    default: text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
    }
  }
}
