/// An incremental search backwards through the history, as ^R starts it.
struct HistorySearch {
  /// What is looked for.
  private(set) var needle = ""
  /// False when nothing (more) matches.
  private(set) var isFound = true
  /// The text before the search began.
  let origin: LineBuffer
  private var position: Int

  /// Starts a search from the newest entry.
  init(from origin: LineBuffer, in history: HistoryList) {
    self.origin = origin
    position = history.entries.count - 1
  }

  /// The entry that matches, or nothing before anything was typed.
  func match(in history: HistoryList) -> String? {
    needle.isEmpty || !history.entries.indices.contains(position)
      ? nil : history.entries[position]
  }

  /// Looks for more text, from the present match on.
  mutating func type(_ text: String, in history: HistoryList) {
    needle += text
    look(from: position, in: history)
  }

  /// Takes the last letter back and looks from the newest entry again.
  mutating func deleteBack(in history: HistoryList) {
    if !needle.isEmpty { needle.removeLast() }
    look(from: history.entries.count - 1, in: history)
  }

  /// Goes on to the next older match.
  mutating func older(in history: HistoryList) { look(from: position - 1, in: history) }

  private mutating func look(from start: Int, in history: HistoryList) {
    guard !needle.isEmpty else {
      isFound = true
      return
    }
    let found = history.search(needle, from: start)
    isFound = found != nil
    position = found ?? position
  }
}
