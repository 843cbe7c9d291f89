/// The forms in which a chunk may be compiled so that its last expression becomes its result.
///
/// A cell such as `a = 1` / `a + b` is no Lua chunk; with `return` before its last line it is. Line
/// numbers stay as they are typed, since `return` goes into the line.
struct ChunkForms {
  /// One form to try.
  struct Candidate: Equatable {
    /// The text to compile.
    let text: String
    /// What stands before the `return`; it must compile by itself, or the `return` would end a loop
    /// or a function of the person's.
    let prefix: String?
  }

  let code: String

  /// The forms, best first: the first one that compiles is the one meant.
  var candidates: [Candidate] {
    let whole = Candidate(text: "return " + code, prefix: nil)
    return [whole] + lastLines + [Candidate(text: code, prefix: nil)]
  }

  /// True when a semicolon at the very end asks for no result to be shown.
  var isSilenced: Bool { code.last { !$0.isWhitespace } == ";" }

  /// The chunk with `return` before one of its last lines.
  ///
  /// A line that starts with an opening bracket or a quote may go on the call of the line above, as
  /// Lua reads it, so it is not taken for an expression of its own.
  private var lastLines: [Candidate] {
    let bytes = Array(code.utf8)
    var forms: [Candidate] = []
    var end = bytes.count
    while forms.count < 40, let newline = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) {
      end = newline
      let line = bytes[(newline + 1)...].drop { $0 == 32 || $0 == 9 }
      guard let first = line.first, !Array("\n\r([{\"'-})]".utf8).contains(first) else { continue }
      let prefix = String(decoding: bytes[...newline], as: UTF8.self)
      let rest = String(decoding: bytes[(newline + 1)...], as: UTF8.self)
      forms.append(Candidate(text: prefix + "return " + rest, prefix: prefix))
    }
    return forms
  }
}
