/// The source texts of the chunks that have run, for excerpts in error reports.
///
/// The oldest are forgotten when they are more than 4 MB together.
final class ChunkSources {
  private var texts: [String: String] = [:]
  private var order: [String] = []
  private var bytes = 0
  private static let limit = 4 << 20

  func keep(_ text: String, as name: String) {
    if let old = texts.updateValue(text, forKey: name) {
      bytes -= old.utf8.count
      order.removeAll { $0 == name }
    }
    order.append(name)
    bytes += text.utf8.count
    while bytes > Self.limit, order.count > 1 {
      bytes -= texts.removeValue(forKey: order.removeFirst())?.utf8.count ?? 0
    }
  }

  subscript(name: String) -> String? { texts[name] }
}
