import Base
import CLua
import CLuaSupport
import LuaBridge

/// Takes values out of Lua for printing, as far as the limits allow.
struct PrintedReader {
  let lua: LuaState
  let options: LuaPrinterOptions
  /// The tables that are met more than once.
  private(set) var linked: Set<UInt> = []
  private var seen: Set<UInt> = []
  private var path: [UInt] = []
  private var budget: Int
  private var names: FunctionNames?

  init(lua: LuaState, options: LuaPrinterOptions) {
    self.lua = lua
    self.options = options
    budget = options.values
  }

  /// The value for printing.
  mutating func node(_ value: LuaValue, depth: Int) -> PrintedNode {
    budget -= 1
    switch value {
    case .nil: return .leaf("nil")
    case .boolean(let flag): return .leaf(flag ? "true" : "false")
    case .integer, .number: return .leaf(LuaText.number(value, lua), isNumber: true)
    case .string(let string):
      let limit = depth == 0 ? options.characters * 100 : options.characters
      return .leaf(LuaText.quoted(string, limit: limit))
    case .table(let table): return node(table, depth: depth)
    case .function(let function): return .leaf(name(of: function))
    case .thread(let thread): return .leaf("<coroutine: \(thread.status)>")
    case .userdata: return .leaf(LuaText.shown(value, lua))
    case .pointer(let address): return .leaf("<pointer 0x\(String(address, radix: 16))>")
    }
  }

  private mutating func node(_ table: LuaTable, depth: Int) -> PrintedNode {
    let id = table.reference.identity
    if path.contains(id) || seen.contains(id) {
      linked.insert(id)
      return .link(id, isCycle: path.contains(id))
    }
    if case .module(let module)? = lua.description(of: .table(table)) {
      return .leaf(Self.text(of: module))
    }
    if depth > 0, let library = LuaManual.library(table, lua) {
      return .leaf("<library \(library)>")
    }
    let metatable = table.metatable
    if let metatable, !metatable["__tostring"].isNil {
      return .leaf(LuaText.shown(.table(table), lua))
    }
    seen.insert(id)
    path.append(id)
    defer { path.removeLast() }
    var group = PrintedGroup(id: id)
    group.name = metatable?["__name"].text ?? ""
    if let pairs = metatable?["__pairs"].function {
      addPairs(of: table, by: pairs, to: &group, depth: depth)
    } else {
      addElements(of: table, to: &group, depth: depth)
      addFields(of: table, to: &group, depth: depth)
    }
    return .group(group)
  }

  private func mayOpen(_ group: PrintedGroup, _ depth: Int) -> Bool {
    depth < options.depth && budget > 0 && group.items.count < options.items
  }

  private mutating func addElements(
    of table: LuaTable, to group: inout PrintedGroup, depth: Int
  ) {
    let count = table.count
    var position = 1
    while position <= count, mayOpen(group, depth) {
      group.items.append(.init(key: nil, value: node(table[.integer(position)], depth: depth + 1)))
      position += 1
    }
    group.hidden += count - position + 1
  }

  private mutating func addFields(
    of table: LuaTable, to group: inout PrintedGroup, depth: Int
  ) {
    let (keys, uncounted) = TableKeys.read(table, beyond: table.count, lua)
    for (index, key) in keys.enumerated() {
      guard mayOpen(group, depth) else {
        group.hidden += keys.count - index
        break
      }
      group.items.append(.init(key: text(ofKey: key), value: node(table[key], depth: depth + 1)))
    }
    group.hidden += uncounted
  }

  /// Walks as a `for` loop would; what the iterator throws stands at the end.
  private mutating func addPairs(
    of table: LuaTable, by pairs: LuaFunction, to group: inout PrintedGroup, depth: Int
  ) {
    do throws(LuaError) {
      let start = try pairs.call([.table(table)])
      guard let next = start.first?.function else { return }
      let state = start.count > 1 ? start[1] : .nil
      var control = start.count > 2 ? start[2] : .nil
      while true {
        let step = try next.call([state, control])
        guard let key = step.first, !key.isNil else { return }
        control = key
        guard mayOpen(group, depth) else {
          group.hidden += 1
          if group.hidden > options.items { return }
          continue
        }
        let value = node(step.count > 1 ? step[1] : .nil, depth: depth + 1)
        let isElement = key.integer == group.items.count + 1
        group.items.append(.init(key: isElement ? nil : text(ofKey: key), value: value))
      }
    } catch {
      group.items.append(.init(key: nil, value: .leaf("<__pairs failed: \(error.message)>")))
    }
  }

  private mutating func text(ofKey key: LuaValue) -> String {
    if case .string(let string) = key {
      if let name = string.exactText, LuaText.isName(name) { return name }
      return "[\(LuaText.quoted(string, limit: options.characters))]"
    }
    switch key {
    case .table(let table): return "[<\(table.metatable?["__name"].text ?? "table")>]"
    case .function(let function): return "[\(name(of: function))]"
    case .integer, .number: return "[\(LuaText.number(key, lua))]"
    default: return "[\(LuaText.shown(key, lua))]"
    }
  }

  private mutating func name(of function: LuaFunction) -> String {
    if case .entry(let entry, let owner)? = lua.description(of: .function(function)) {
      return "<function \(owner).\(entry.signature)>"
    }
    let names = names ?? FunctionNames(lua)
    self.names = names
    return names.text(of: function)
  }

  private static func text(of module: LuaModule) -> String {
    let names = module.entries.map(\.name).filter { !$0.hasPrefix("__") }
    return "<module \(module.name): \(module.summary) Has \(names.joined(separator: ", "))>"
  }
}

/// The keys of a table beside its elements, in an order people expect.
enum TableKeys {
  /// More keys than this are only counted.
  private static let most = 10_000

  /// Reads the keys that are no elements 1 to `count`: numbers, then names, then all others.
  ///
  /// - Returns: the sorted keys, and how many there are besides.
  static func read(_ table: LuaTable, beyond count: Int, _ lua: LuaState) -> ([LuaValue], Int) {
    let stack = lua.stack
    guard lua_checkstack(stack, 6) != 0 else { return ([], 0) }
    table.reference.luaPush(stack)
    defer { lb_pop(stack, 1) }
    var keys: [LuaValue] = []
    var uncounted = 0
    lua_pushnil(stack)
    // The key is one that the table gave, so `lua_next` cannot fail.
    while lua_next(stack, -2) != 0 {
      lb_pop(stack, 1)
      let isElement =
        lua_isinteger(stack, -1) != 0
        && (1...max(1, count)).contains(Int(lua_tointegerx(stack, -1, nil))) && count > 0
      if isElement { continue }
      if keys.count < most {
        keys.append(LuaValue.luaRead(stack, -1) ?? .nil)
      } else {
        uncounted += 1
      }
    }
    return (sorted(keys), uncounted)
  }

  private static func sorted(_ keys: [LuaValue]) -> [LuaValue] {
    let ranked = keys.map { (key: $0, rank: rank($0)) }
    return ranked.sorted { a, b in
      if a.rank != b.rank { return a.rank < b.rank }
      if let x = a.key.number, let y = b.key.number { return x < y }
      if let x = a.key.text, let y = b.key.text { return isBefore(x, y) }
      return false
    }.map(\.key)
  }

  private static func rank(_ key: LuaValue) -> Int {
    switch key {
    case .integer, .number: 0
    case .string: 1
    case .boolean: 2
    case .userdata, .pointer: 3
    case .table: 4
    default: 5
    }
  }

  /// Compares names so that "a2" comes before "a10".
  static func isBefore(_ a: String, _ b: String) -> Bool {
    var x = Array(a.utf8)[...]
    var y = Array(b.utf8)[...]
    while let first = x.first, let second = y.first {
      let left = x.prefix { (48...57).contains($0) }
      let right = y.prefix { (48...57).contains($0) }
      if !left.isEmpty, !right.isEmpty {
        let (p, q) = (left.drop { $0 == 48 }, right.drop { $0 == 48 })
        if p.count != q.count { return p.count < q.count }
        if !p.elementsEqual(q) { return p.lexicographicallyPrecedes(q) }
        if left.count != right.count { return left.count < right.count }
        x = x.dropFirst(left.count)
        y = y.dropFirst(right.count)
      } else if first != second {
        return first < second
      } else {
        x = x.dropFirst()
        y = y.dropFirst()
      }
    }
    return x.isEmpty && !y.isEmpty
  }
}
