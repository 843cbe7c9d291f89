internal import Base

/// Compares what a cell showed with what is stored, form by form.
struct OutputComparison {
  private let rules: ComparisonRules

  init(_ rules: ComparisonRules) { self.rules = rules }

  /// The differences as lines of a unified diff; empty when there is none.
  func differences(stored: [Output], fresh: [Output]) -> [String] {
    if !rules.contained.isEmpty { return missing(in: fresh) }
    let stored = OutputComparison.pieces(of: stored)
    let fresh = OutputComparison.pieces(of: fresh)
    if stored.count == fresh.count,
      zip(stored, fresh).allSatisfy({ $0.title == $1.title && agree($0, $1) })
    {
      return []
    }
    return diff(stored, fresh)
  }

  private func missing(in fresh: [Output]) -> [String] {
    let text = fresh.map(\.text).joined(separator: "\n")
    return rules.contained.filter { !text.contains($0) }.map { "-contains \"\($0)\"" }
  }

  // MARK: Pieces

  /// One form of one output.
  struct Piece {
    /// What it is, as in "stdout" or "result text/plain".
    var title: String
    var type: String
    var content: MIMEBundle.Content

    /// The same markup with ids by their order, since many writers make them from what they draw.
    var withPlainIDs: Piece {
      guard case .text(var text) = content else { return self }
      for (number, part) in text.split(separator: " id=\"").dropFirst().enumerated() {
        let id = part.prefix { $0 != "\"" }
        guard !id.isEmpty else { continue }
        text.replace("id=\"\(id)\"", with: "id=\"i\(number)\"")
        for end in [")", "\"", "'"] { text.replace("#\(id)\(end)", with: "#i\(number)\(end)") }
      }
      return Piece(title: title, type: type, content: .text(text))
    }

    /// The lines that a diff shows.
    var lines: [String] {
      switch content {
      case .text(let text):
        let rows = NotebookText.rows(text)
        guard type == "image/svg+xml" || type == "text/html" else { return rows }
        return rows.flatMap(OutputComparison.tags)
      case .json(let value): return NotebookText.rows(value.formatted(.indented(1), sortKeys: true))
      case .bytes(let bytes):
        let hash = NotebookText.hexadecimal(NotebookText.hash(bytes))
        return ["(\(bytes.count) bytes, \(hash))"]
      }
    }
  }

  /// The forms of all outputs; text that went to one stream in a row is one piece.
  static func pieces(of outputs: [Output]) -> [Piece] {
    var pieces: [Piece] = []
    for output in outputs {
      switch output.kind {
      case .stream:
        let title = output.streamName ?? ""
        if let last = pieces.last, last.title == title, case .text(let text) = last.content {
          pieces[pieces.count - 1].content = .text(text + output.text)
        } else {
          pieces.append(Piece(title: title, type: "text/plain", content: .text(output.text)))
        }
      case .error:
        // The traceback names lines of files that have nothing to do with the cell.
        let name = output.fields["ename"]?.string ?? ""
        let text = "\(name): \(output.fields["evalue"]?.string ?? "")"
        pieces.append(Piece(title: "error", type: "text/plain", content: .text(text)))
      default:
        let title = output.kind == .result ? "result" : "display"
        for (type, content) in output.bundle.forms.sorted(by: { $0.type < $1.type }) {
          pieces.append(Piece(title: "\(title) \(type)", type: type, content: content))
        }
      }
    }
    return pieces
  }

  /// Cuts markup before each tag, so that a diff shows the tag that changed.
  private static func tags(_ row: String) -> [String] {
    var rows: [String] = []
    var current = ""
    for character in row {
      if character == "<", !current.isEmpty {
        rows.append(current)
        current = ""
      }
      current.append(character)
    }
    if !current.isEmpty { rows.append(current) }
    return rows
  }

  // MARK: Agreement

  private func agree(_ a: Piece, _ b: Piece) -> Bool {
    switch (a.content, b.content) {
    case (.text, .text):
      let source: OutputToken.Source =
        a.type == "image/svg+xml" || a.type == "text/html" ? .markup : .plain
      let (first, second) = source == .markup ? (a.withPlainIDs, b.withPlainIDs) : (a, b)
      let x = first.lines.map { tokens(of: $0, source) }.filter { !$0.isEmpty }
      let y = second.lines.map { tokens(of: $0, source) }.filter { !$0.isEmpty }
      return x.count == y.count && zip(x, y).allSatisfy { agree($0, $1, source) }
    case (.json(let a), .json(let b)): return agree(a, b)
    case (.bytes(let x), .bytes(let y)):
      if x == y { return true }
      guard a.type == "image/png", let p = PNGImage(decoding: x), let q = PNGImage(decoding: y)
      else {
        return false
      }
      return p == q
    default: return false
    }
  }

  private func tokens(of line: String, _ source: OutputToken.Source) -> [OutputToken] {
    var line = line
    for pattern in rules.ignored { line.replace(pattern, with: "") }
    return OutputToken.tokens(of: line, source: source)
  }

  private func agree(
    _ a: [OutputToken], _ b: [OutputToken], _ source: OutputToken.Source
  ) -> Bool {
    var rules = rules
    // A coordinate has two decimals: a last digit that flips changes nothing one could see.
    if source == .markup { rules.absolute = max(rules.absolute, 0.02) }
    return a.count == b.count
      && zip(a, b).allSatisfy { pair in
        if case (.number(let x, let isWhole), .number(let y, let isAlsoWhole)) = pair {
          return rules.agree(x, y, isWhole: isWhole && isAlsoWhole)
        }
        return pair.0 == pair.1
      }
  }

  private func agree(_ a: JSONValue, _ b: JSONValue) -> Bool {
    switch (a, b) {
    case (.array(let x), .array(let y)):
      return x.count == y.count && zip(x, y).allSatisfy { agree($0, $1) }
    case (.object(let x), .object(let y)):
      return x.count == y.count
        && x.allSatisfy { pair in y[pair.key].map { agree(pair.value, $0) } ?? false }
    default:
      // NaN is unlike itself as a number.
      if a == b { return true }
      if let x = a.double, let y = b.double {
        return rules.agree(x, y, isWhole: a.integer != nil && b.integer != nil)
      }
      return false
    }
  }

  // MARK: Diff

  private func diff(_ stored: [Piece], _ fresh: [Piece]) -> [String] {
    let a = stored.flatMap { piece in ["# \(piece.title)"] + piece.lines }
    let b = fresh.flatMap { piece in ["# \(piece.title)"] + piece.lines }
    let source: (String) -> OutputToken.Source = { $0.hasPrefix("<") ? .markup : .plain }
    let x = a.map { tokens(of: $0, source($0)) }
    let y = b.map { tokens(of: $0, source($0)) }
    let lines = UnifiedDiff.lines(a, b) { agree(x[$0], y[$1], source(a[$0])) }
    if !lines.isEmpty { return lines }
    // Every line agrees by itself: what differs does not show as text.
    return ["-stored: \(stored.map(\.title).joined(separator: ", "))", "+fresh: bytes differ"]
  }
}
