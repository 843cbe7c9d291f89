import Base
import LuaBridge

/// The module `display`: shows what is more than text, where the session can show it.
enum Display: LuaDeclarations {
  static let module = LuaModule(
    "display", "Shows figures, HTML, SVG, PNG, JSON and Markdown as they are.",
    detail: """
      display(x) shows a figure, a table from MIME type to data, or any value that has forms of its \
      own by a metamethod __mime. In a terminal the form "text/plain" is printed.
      """,
    example: "display(plot.line({ 1, 4, 9 }))"
  ) {
    callable(
      "Shows a value in all its forms.", .state,
      .any("value", "a figure, a table from MIME type to data, or any value"),
      .named(
        .string("id", "a name for display.update", default: ""),
        .any("metadata", "a table by MIME type"))
    ) { state, value, options in
      let (id, metadata) = options.values
      var forms = try forms(of: value, state)
      if case .object(let object) = try JSONValue(metadata, at: "metadata") {
        forms.metadata = object
      }
      try show(forms, state, id: id)
      return Spread([LuaValue]())
    }
    .example("display({ [\"text/html\"] = \"<i>h</i>\", [\"text/plain\"] = \"h\" })")
    function(
      "update", "Shows a value in the place of an earlier one.", .state,
      .string("id", "the name given to display"), .any("value", "what to show now")
    ) { state, id, value in try show(forms(of: value, state), state, id: id, isUpdate: true) }
    .example("display(1, { id = \"n\" }) display.update(\"n\", 2)")
    function("html", "Shows HTML.", .state, .string("html")) { state, text in
      try show(.init(plain: "<HTML>", "text/html", text), state)
    }
    .example("display.html(\"<b>bold</b>\")")
    function("svg", "Shows an SVG.", .state, .string("svg")) { state, text in
      try show(.init(plain: "<SVG>", "image/svg+xml", text), state)
    }
    .example("display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>')")
    function("markdown", "Shows Markdown.", .state, .string("markdown")) { state, text in
      try show(.init(plain: text, "text/markdown", text), state)
    }
    .example("display.markdown(\"**bold**\")")
    function("json", "Shows a value as JSON.", .state, .any("value")) { state, value in
      let text = try JSONValue(value).formatted()
      try show(.init(plain: text, "application/json", text), state)
    }
    .example("display.json({ a = { 1, 2, 3 } })")
    function("png", "Shows a PNG.", .state, .bytes("png", "the bytes of the file")) { state, png in
      guard png.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
        throw Problem(
          "these \(png.bytes.count) bytes are no PNG", fix: "pass a file's whole content")
      }
      var forms = DisplayForms()
      forms.add("text/plain", "<PNG, \(Bytes(png.bytes.count))>")
      forms.forms.append(("image/png", png.bytes))
      try show(forms, state)
    }
    .example("display.png(plot.line({ 1, 2 }):png())")
    function(
      "clear", "Clears what was shown.", .state,
      .boolean("wait", "not before the next output comes", default: false)
    ) { state, wait in state[DisplayPortBox.self]?.port.clear(wait: wait) }
    .example("display.clear(true)")
  }

  /// The forms of any value: its own, those of a table from MIME type to data, or its text.
  private static func forms(of value: LuaValue, _ state: LuaState) throws -> DisplayForms {
    if let own = try state.shownForms(of: value) { return own.withPlainText }
    if case .table(let table) = value, isBundle(table) { return try bundle(table) }
    let printed = value.table.flatMap { state[DisplayPortBox.self]?.port.text(of: $0) }
    let text =
      try printed ?? state.globals["tostring"].function?.call([value]).first?.text
      ?? value.typeName
    var forms = DisplayForms()
    forms.add("text/plain", text)
    return forms
  }

  private static func isBundle(_ table: LuaTable) -> Bool {
    let keys = table.pairs.map(\.key)
    return !keys.isEmpty && keys.allSatisfy { $0.text?.contains("/") ?? false }
  }

  private static func bundle(_ table: LuaTable) throws -> DisplayForms {
    var forms = DisplayForms()
    let pairs = table.pairs.sorted { ($0.key.text ?? "") < ($1.key.text ?? "") }
    for (key, value) in pairs {
      let type = key.text ?? ""
      if case .string(let text) = value {
        forms.forms.append((type, text.bytes))
      } else if type.hasSuffix("json") {
        forms.add(type, try JSONValue(value, at: type).formatted())
      } else {
        throw Problem(
          "\"\(type)\" is a \(value.typeName)", fix: "forms are texts, or tables for JSON")
      }
    }
    return forms.withPlainText
  }

  /// Hands forms to the session; without one their text is printed.
  private static func show(
    _ forms: DisplayForms, _ state: LuaState, id: String = "", isUpdate: Bool = false
  ) throws {
    if let port = state[DisplayPortBox.self]?.port {
      return port.display(forms, id: id.isEmpty ? nil : id, isUpdate: isUpdate)
    }
    let plain = forms.forms.first { $0.type == "text/plain" }
    _ = try state.globals["print"].function?.call([
      .text(String(decoding: plain?.bytes ?? [], as: UTF8.self))
    ])
  }
}

extension DisplayForms {
  /// Creates one form beside its plain text.
  fileprivate init(plain: String, _ type: String, _ text: String) {
    self.init()
    add("text/plain", plain)
    add(type, text)
  }

  /// The forms, "text/plain" first; where there is none the types stand for it.
  fileprivate var withPlainText: DisplayForms {
    if forms.contains(where: { $0.type == "text/plain" }) {
      var sorted = self
      sorted.forms.sort { a, _ in a.type == "text/plain" }
      return sorted
    }
    var more = self
    more.forms.insert(
      ("text/plain", Array("<\(forms.map(\.type).joined(separator: ", "))>".utf8)), at: 0)
    return more
  }
}
