/// Finds the names of special tokens in text: the leftmost, and there the longest.
struct SpecialTokens: Sendable {
  /// A stretch of a text.
  enum Fragment {
    case text(Range<Int>)
    case token(TokenID)
  }

  private struct Special: Sendable {
    let id: TokenID
    let bytes: [UInt8]
    let isControl: Bool
  }

  /// By first byte, longest first.
  private let byFirst: [[Special]]

  init(_ vocabulary: Vocabulary) {
    var byFirst = [[Special]](repeating: [], count: 256)
    for id in 0..<TokenID(vocabulary.count) {
      let kind = vocabulary.kind(of: id)
      guard kind == .control || kind == .userDefined || kind == .unknown else { continue }
      let bytes = vocabulary.bytes(of: id)
      guard let first = bytes.first else { continue }
      let special = Special(id: id, bytes: bytes, isControl: kind != .userDefined)
      byFirst[Int(first)].append(special)
    }
    self.byFirst = byFirst.map { $0.sorted { ($0.bytes.count, $1.id) > ($1.bytes.count, $0.id) } }
  }

  /// Calls back for each stretch in order; pieces that users added count always, control tokens only
  /// where asked for.
  func split(
    _ text: UnsafeBufferPointer<UInt8>, includesControl: Bool, _ body: (Fragment) -> Void
  ) {
    var start = 0
    var position = 0
    while position < text.count {
      guard let special = match(text, position, includesControl) else {
        position += 1
        continue
      }
      if position > start { body(.text(start..<position)) }
      body(.token(special.id))
      position += special.bytes.count
      start = position
    }
    if text.count > start { body(.text(start..<text.count)) }
  }

  private func match(_ text: UnsafeBufferPointer<UInt8>, _ position: Int, _ includesControl: Bool)
    -> Special?
  {
    let candidates = byFirst[Int(text[position])]
    if candidates.isEmpty { return nil }
    let rest = text[position...]
    return candidates.first {
      (includesControl || !$0.isControl) && rest.starts(with: $0.bytes)
    }
  }
}
