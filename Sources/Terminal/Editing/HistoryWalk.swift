/// Steps through a history from the text that was being typed, and back to it.
struct HistoryWalk {
  private let typed: String
  private let prefix: String
  private var position: Int

  /// Starts a walk; only entries that start with `prefix` are visited.
  init(from typed: String, prefix: String, in history: HistoryList) {
    self.typed = typed
    self.prefix = prefix
    position = history.entries.count
  }

  /// The next older entry, or nothing at the end.
  mutating func older(in history: HistoryList, than text: String) -> String? {
    guard
      let found = history.find(prefix: prefix, from: position, backwards: true, except: text)
    else { return nil }
    position = found
    return history.entries[found]
  }

  /// The next newer entry, at last the text that was being typed, or nothing beyond it.
  mutating func newer(in history: HistoryList, than text: String) -> String? {
    guard position < history.entries.count else { return nil }
    if let found = history.find(prefix: prefix, from: position, backwards: false, except: text) {
      position = found
      return history.entries[found]
    }
    position = history.entries.count
    return typed
  }
}
