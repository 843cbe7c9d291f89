internal import Base
internal import CMarkGFM
internal import Glibc

/// Markdown as HTML by cmark-gfm: tables, strikethrough, autolinks, task lists, footnotes.
///
/// Raw HTML is left out and dangerous links are emptied, as cmark's safe mode does.
struct MarkdownRenderer {
  /// A heading, for a table of contents.
  struct Heading: Hashable {
    var level: Int
    var text: String
    var anchor: String
  }

  /// Colours fenced code of the notebook's language.
  let highlighter: Highlighter?
  /// Gives pictures as data: URIs by the address in the text; nil leaves the address.
  var picture: (String) -> String?
  /// The headings met so far.
  private(set) var headings: [Heading] = []
  private var anchors: Set<String> = []

  init(highlighter: Highlighter?, picture: @escaping (String) -> String?) {
    self.highlighter = highlighter
    self.picture = picture
  }

  private static let options = CMARK_OPT_DEFAULT | CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8

  /// Renders one text.
  mutating func render(_ text: String) -> String {
    cmark_gfm_core_extensions_ensure_registered()
    guard let parser = cmark_parser_new(MarkdownRenderer.options) else { return "" }
    defer { cmark_parser_free(parser) }
    for name in ["table", "strikethrough", "autolink", "tasklist"] {
      if let syntax = cmark_find_syntax_extension(name) {
        cmark_parser_attach_syntax_extension(parser, syntax)
      }
    }
    cmark_parser_feed(parser, text, text.utf8.count)
    guard let document = cmark_parser_finish(parser) else { return "" }
    defer { cmark_node_free(document) }
    let found = prepare(document)
    let extensions = cmark_parser_get_syntax_extensions(parser)
    guard let html = cmark_render_html(document, MarkdownRenderer.options, extensions) else {
      return ""
    }
    defer { free(html) }
    headings += found
    return MarkdownRenderer.anchored(String(cString: html), found)
  }

  /// Puts pictures and coloured code in place, and collects headings.
  private mutating func prepare(_ document: OpaquePointer) -> [Heading] {
    var headings: [Heading] = []
    var codeBlocks: [OpaquePointer] = []
    guard let iterator = cmark_iter_new(document) else { return [] }
    while cmark_iter_next(iterator) != CMARK_EVENT_DONE {
      guard cmark_iter_get_event_type(iterator) == CMARK_EVENT_ENTER,
        let node = cmark_iter_get_node(iterator)
      else { continue }
      switch cmark_node_get_type(node) {
      case CMARK_NODE_HEADING: headings.append(heading(node))
      case CMARK_NODE_IMAGE: embed(node)
      case CMARK_NODE_CODE_BLOCK: codeBlocks.append(node)
      default: break
      }
    }
    cmark_iter_free(iterator)
    for block in codeBlocks { colour(block) }
    return headings
  }

  private mutating func heading(_ node: OpaquePointer) -> Heading {
    let text = MarkdownRenderer.text(of: node)
    let anchor = HTMLText.slug(text, taken: &anchors)
    return Heading(level: Int(cmark_node_get_heading_level(node)), text: text, anchor: anchor)
  }

  private static func text(of node: OpaquePointer) -> String {
    var text = ""
    guard let iterator = cmark_iter_new(node) else { return "" }
    defer { cmark_iter_free(iterator) }
    while cmark_iter_next(iterator) != CMARK_EVENT_DONE {
      guard cmark_iter_get_event_type(iterator) == CMARK_EVENT_ENTER,
        let inner = cmark_iter_get_node(iterator)
      else { continue }
      let type = cmark_node_get_type(inner)
      if type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE,
        let literal = cmark_node_get_literal(inner)
      {
        text += String(cString: literal)
      } else if type == CMARK_NODE_SOFTBREAK {
        text += " "
      }
    }
    return text
  }

  private func embed(_ node: OpaquePointer) {
    guard let address = cmark_node_get_url(node), let data = picture(String(cString: address))
    else {
      return
    }
    cmark_node_set_url(node, data)
  }

  private func colour(_ node: OpaquePointer) {
    guard let info = cmark_node_get_fence_info(node), let literal = cmark_node_get_literal(node),
      String(cString: info).split(separator: " ").first.map(String.init) == Language.lua.name,
      let block = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK)
    else { return }
    let code = HTMLText.code(String(cString: literal), highlighter)
    cmark_node_set_on_enter(block, "<pre class=\"code\"><code>\(code)</code></pre>")
    if cmark_node_replace(node, block) == 1 { cmark_node_free(node) }
  }

  // Raw HTML is left out, so each "<h1>" in the text is a heading, in order.
  private static func anchored(_ html: String, _ headings: [Heading]) -> String {
    var result = ""
    var rest = html[...]
    for heading in headings {
      let tag = "<h\(heading.level)>"
      guard let range = rest.firstRange(of: tag) else { break }
      result += rest[..<range.lowerBound]
      result += "<h\(heading.level) id=\"\(heading.anchor)\">"
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}
