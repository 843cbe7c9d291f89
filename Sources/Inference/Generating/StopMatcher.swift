/// Holds text back while it could be the beginning of a stop text.
struct StopMatcher: Sendable {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []
  /// True once a stop text has come.
  private(set) var isFound = false

  init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// Takes text and gives what can be shown.
  mutating func add(_ text: String) -> String {
    guard !stops.isEmpty else { return text }
    held += text.utf8
    if let start = firstStop() {
      isFound = true
      defer { held = [] }
      return String(decoding: held[..<start], as: UTF8.self)
    }
    let keep = longestBeginning()
    defer { held.removeFirst(held.count - keep) }
    return String(decoding: held.dropLast(keep), as: UTF8.self)
  }

  /// Gives what was held back for a stop text that did not come.
  mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// The length of the longest end of the text that begins a stop text.
  private func longestBeginning() -> Int {
    let most = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    let lengths = (0...most).reversed()
    return lengths.first { length in stops.contains { $0.starts(with: held.suffix(length)) } } ?? 0
  }
}
