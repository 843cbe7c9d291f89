import Base

/// What was entered, oldest first, each text once: the newest place wins.
struct HistoryList: Sendable {
  /// The texts, oldest first.
  private(set) var entries: [String] = []

  /// Creates a list from texts in the order they were entered.
  init(_ texts: some Collection<String>, limit: Int = 10_000) {
    var seen: Set<String> = []
    for text in texts.reversed() where seen.insert(text).inserted {
      entries.append(text)
      if entries.count == limit { break }
    }
    entries.reverse()
  }

  /// Adds a text, taking away an earlier same one.
  mutating func append(_ text: String) {
    if entries.last == text { return }
    entries.removeAll { $0 == text }
    entries.append(text)
  }

  /// The position of the nearest entry before (or after) `position` that starts with `prefix`.
  func find(prefix: String, from position: Int, backwards: Bool, except text: String) -> Int? {
    let range =
      backwards
      ? Array((0..<min(position, entries.count)).reversed())
      : Array(min(position + 1, entries.count)..<entries.count)
    return range.first { entries[$0].hasPrefix(prefix) && entries[$0] != text }
  }

  /// The position of the newest entry at or before `position` that contains `needle`.
  ///
  /// A needle in lower case finds either case.
  func search(_ needle: String, from position: Int) -> Int? {
    guard !needle.isEmpty else { return nil }
    let anyCase = needle == needle.lowercased()
    var index = min(position, entries.count - 1)
    while index >= 0 {
      let entry = anyCase ? entries[index].lowercased() : entries[index]
      if entry.containsText(needle) { return index }
      index -= 1
    }
    return nil
  }
}

extension String {
  /// True when the text holds `needle`, compared byte by byte.
  func containsText(_ needle: String) -> Bool { positionInBytes(of: needle) != nil }

  /// The offset in UTF-8 bytes of the first place where `needle` stands.
  func positionInBytes(of needle: String) -> Int? {
    let text = Array(utf8)
    let wanted = Array(needle.utf8)
    guard let first = wanted.first, wanted.count <= text.count else {
      return wanted.isEmpty ? 0 : nil
    }
    for start in 0...(text.count - wanted.count) where text[start] == first {
      if text[start..<start + wanted.count].elementsEqual(wanted) { return start }
    }
    return nil
  }
}
