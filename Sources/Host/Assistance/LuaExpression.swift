/// An expression that names something: what completion and help can follow without running it.
indirect enum LuaExpression: Equatable {
  case name(String)
  case field(LuaExpression, String)
  case method(LuaExpression, String)
  case index(LuaExpression)
  /// A call; of its arguments only a first string matters, for `require`.
  case call(LuaExpression, String?)
  case string

  /// Reads the expression that ends with a token, backwards; nil where it is no such expression.
  init?(_ tokens: [LuaToken], endingAt last: Int, depth: Int = 0) {
    guard tokens.indices.contains(last), depth < 50 else { return nil }
    let token = tokens[last]
    switch (token.kind, token.text) {
    case (.name, let name):
      let mark = last > 0 ? tokens[last - 1].text : ""
      guard mark == "." || mark == ":", tokens[last - 1].kind == .symbol else {
        self = .name(name)
        return
      }
      guard let base = LuaExpression(tokens, endingAt: last - 2, depth: depth + 1) else {
        return nil
      }
      self = mark == "." ? .field(base, name) : .method(base, name)
    case (.string, let text):
      if let callee = Self.callee(tokens, before: last, depth) {
        self = .call(callee, text)
      } else {
        self = .string
      }
    case (.symbol, "]"), (.symbol, ")"), (.symbol, "}"):
      guard let found = Self.bracketed(tokens, closingAt: last, depth) else { return nil }
      self = found
    default: return nil
    }
  }

  /// The expression that a call's arguments at a token stand behind.
  static func callee(_ tokens: [LuaToken], before argument: Int, _ depth: Int = 0) -> LuaExpression?
  {
    guard argument > 0 else { return nil }
    let previous = tokens[argument - 1]
    switch previous.kind {
    case .name, .string: break
    case .symbol where ["]", ")", "}"].contains(previous.text): break
    default: return nil
    }
    return LuaExpression(tokens, endingAt: argument - 1, depth: depth + 1)
  }

  private static func bracketed(
    _ tokens: [LuaToken], closingAt last: Int, _ depth: Int
  ) -> LuaExpression? {
    guard let open = opening(tokens, of: last) else { return nil }
    if tokens[last].text == "]" {
      guard let base = LuaExpression(tokens, endingAt: open - 1, depth: depth + 1) else {
        return nil
      }
      let key = last - open == 2 ? tokens[open + 1] : nil
      if let key, key.kind == .string { return .field(base, key.text) }
      return .index(base)
    }
    if let callee = callee(tokens, before: open, depth) {
      let first = open + 1 < last && tokens[open + 1].kind == .string ? tokens[open + 1].text : nil
      return .call(callee, first)
    }
    // Plain brackets stand for what is in them.
    guard tokens[last].text == ")" else { return nil }
    return LuaExpression(tokens, endingAt: last - 1, depth: depth + 1)
  }

  /// The bracket that a closing one belongs to.
  private static func opening(_ tokens: [LuaToken], of last: Int) -> Int? {
    var depth = 0
    for index in stride(from: last, through: 0, by: -1) where tokens[index].kind == .symbol {
      switch tokens[index].text {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }
}

/// The call that the end of a source stands in.
struct LuaCallSite {
  /// What is called.
  let callee: LuaExpression
  /// Which argument this is, from 0; nil inside a table of named arguments.
  let position: Int?
  /// The option whose value stands here, as in `{ router = ‸`.
  let option: String?
  /// The options that are set already.
  let used: Set<String>
  /// True where the name of an option may stand.
  let takesName: Bool

  /// Finds the innermost call around the end of the tokens, looking out of one table constructor.
  init?(_ tokens: [LuaToken]) {
    guard let open = Self.innermost(tokens, before: tokens.count) else { return nil }
    if tokens[open].text == "(" {
      guard let callee = LuaExpression.callee(tokens, before: open) else { return nil }
      self.callee = callee
      position = Self.commas(tokens, after: open).count
      option = nil
      used = []
      takesName = false
      return
    }
    guard tokens[open].text == "{" else { return nil }
    if let callee = LuaExpression.callee(tokens, before: open) {
      self.callee = callee
    } else if let outer = Self.innermost(tokens, before: open), tokens[outer].text == "(",
      let callee = LuaExpression.callee(tokens, before: outer)
    {
      self.callee = callee
    } else {
      return nil
    }
    position = nil
    let starts = [open] + Self.commas(tokens, after: open)
    used = Set(
      starts.compactMap { start in
        let isSet = start + 2 < tokens.count && tokens[start + 2].text == "="
        return isSet && tokens[start + 1].kind == .name ? tokens[start + 1].text : nil
      })
    let last = starts.last ?? open
    takesName = last == tokens.count - 1
    let isValue = last + 2 == tokens.count - 1 && tokens[last + 2].text == "="
    option = isValue ? tokens[last + 1].text : nil
  }

  /// The last bracket before an index that is still open there.
  private static func innermost(_ tokens: [LuaToken], before end: Int) -> Int? {
    var depth = 0
    for index in stride(from: end - 1, through: 0, by: -1) where tokens[index].kind == .symbol {
      switch tokens[index].text {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        if depth == 0 { return index }
        depth -= 1
      default: break
      }
    }
    return nil
  }

  /// The commas and semicolons that stand directly in an open bracket.
  private static func commas(_ tokens: [LuaToken], after open: Int) -> [Int] {
    var depth = 0
    var found: [Int] = []
    for index in (open + 1)..<max(open + 1, tokens.count) where tokens[index].kind == .symbol {
      switch tokens[index].text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      case ",", ";": if depth == 0 { found.append(index) }
      default: break
      }
    }
    return found
  }
}

/// The local names of a source, and what they were set to where that is one expression.
struct LuaLocals {
  /// The names, in the order they appear, each once.
  private(set) var names: [String] = []
  private var values: [String: LuaExpression] = [:]

  /// Collects the names; scopes are not told apart.
  init(_ tokens: [LuaToken]) {
    for (index, token) in tokens.enumerated() where token.kind == .keyword {
      switch token.text {
      case "local", "for": list(tokens, from: index + 1)
      case "function":
        let open = tokens[index...].prefix(8).firstIndex { $0.text == "(" }
        if let open { list(tokens, from: open + 1) }
      default: break
      }
    }
  }

  /// What a name was set to last.
  subscript(name: String) -> LuaExpression? { values[name] }

  private mutating func list(_ tokens: [LuaToken], from start: Int) {
    var index = start
    if index < tokens.count, tokens[index].text == "function" { index += 1 }
    let first = index
    while index < tokens.count, tokens[index].kind == .name {
      note(tokens[index].text)
      index += 1
      // Attributes as in `local f <close>`.
      if index + 2 < tokens.count, tokens[index].text == "<" { index += 3 }
      guard index < tokens.count, tokens[index].text == "," else { break }
      index += 1
    }
    guard index == first + 1, index + 1 < tokens.count, tokens[index].text == "=" else { return }
    values[tokens[first].text] = expression(tokens, from: index + 1)
  }

  private mutating func note(_ name: String) {
    values[name] = nil
    if !names.contains(name) { names.append(name) }
  }

  /// The expression that starts at a token, as far as it goes.
  private func expression(_ tokens: [LuaToken], from start: Int) -> LuaExpression? {
    guard start < tokens.count, tokens[start].kind == .name || tokens[start].kind == .string else {
      return nil
    }
    var last = start
    var index = start + 1
    var depth = 0
    while index < tokens.count {
      let token = tokens[index]
      if ["(", "[", "{"].contains(token.text), token.kind == .symbol {
        depth += 1
      } else if [")", "]", "}"].contains(token.text), token.kind == .symbol {
        depth -= 1
        if depth < 0 { break }
        if depth == 0 { last = index }
      } else if depth == 0 {
        let follows = [".", ":"].contains(tokens[index - 1].text)
        let joins = [".", ":"].contains(token.text) && token.kind == .symbol
        guard joins || follows || token.kind == .string else { break }
        if !joins { last = index }
      }
      index += 1
    }
    return LuaExpression(Array(tokens[start...]), endingAt: last - start)
  }
}
