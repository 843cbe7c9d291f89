import Base
import CLua
import CLuaSupport

extension LuaState {
  /// Makes a module's table, or returns the one that this state has, without naming it anywhere.
  public func makeModule(_ module: LuaModule) -> LuaTable {
    let stack = core.running
    reserve(stack, 8)
    core.pushModule(module, stack)
    return LuaTable(LuaReference(taking: stack))
  }

  /// Makes a module known to `require`, and as a global unless that is not wanted.
  @discardableResult
  public func register(_ module: LuaModule, asGlobal: Bool = true) throws(LuaError) -> LuaTable {
    let table = makeModule(module)
    if asGlobal { try globals.set(.text(module.name), .table(table)) }
    if let loaded = globals["package"].table?["loaded"].table {
      loaded[.text(module.name)] = .table(table)
    }
    return table
  }

  /// What a value was declared as: a function, a module's table, or an object's type.
  public func description(of value: LuaValue) -> LuaDescription? {
    let stack = core.running
    reserve(stack, 6)
    value.luaPush(stack)
    defer { lb_pop(stack, 1) }
    return core.description(stack, -1)
  }

  /// The names that an object answers beside its declared members, where its type lists them.
  public func keys(of value: LuaValue) -> [String] {
    guard case .type(let type)? = description(of: value), let keys = type.keys else { return [] }
    let stack = core.running
    reserve(stack, 6)
    value.luaPush(stack)
    defer { lb_pop(stack, 1) }
    guard let box = lb_object(stack, -1, type.id.record)?.pointee.object else { return [] }
    return keys(box)
  }

  /// Records which declared entries are called, and what they return; set it before registering.
  public var recorder: CallRecorder? {
    get { core.recorder }
    set { core.recorder = newValue }
  }
}

extension LuaCore {
  /// The registry key of the table from values to positions in `described`.
  private static let descriptionKey = "orrery.described"

  func pushModule(_ module: LuaModule, _ stack: LuaStack) {
    lua_createtable(stack, 0, CInt(clamping: module.members.count))
    let table = lua_gettop(stack)
    describe(stack, table, .module(module))
    lua_createtable(stack, 0, 4)
    let meta = lua_gettop(stack)
    for member in module.members { add(member, of: module, table: table, meta: meta, stack) }
    setField(stack, meta, "__name") { "module \(module.name)".luaPush($0) }
    setField(stack, meta, "__index") { stack in
      let names = module.members.map(\.entry.name)
      pushBox(
        stack,
        FunctionBox(CallSite(module.name)) { stack in
          if let type = String.luaRead(stack, 2).map({ "\(module.name).\($0)" }),
            module.types.contains(where: { $0.name == type })
          {
            throw Problem("\(type) is a type and no value", fix: "help \"\(type)\" describes it")
          }
          throw unknownMember(stack, "member", of: "module '\(module.name)'", among: names)
        })
    }
    lua_setmetatable(stack, table)
  }

  private func add(
    _ member: ExportedMember, of module: LuaModule, table: CInt, meta: CInt, _ stack: LuaStack
  ) {
    reserve(stack, 8)
    let name = member.entry.name
    switch (member.entry.kind, member.nested) {
    case (_, .type): break
    case (_, .module(let inner)): setField(stack, table, name) { pushModule(inner, $0) }
    case (.metamethod, _):
      setField(stack, meta, name) { pushMember(member, owner: module.name, $0) }
    default: setField(stack, table, name) { pushMember(member, owner: module.name, $0) }
    }
  }

  /// Pushes the function or the constant of a member.
  private func pushMember(_ member: ExportedMember, owner: String, _ stack: LuaStack) {
    if let constant = member.constant { return constant(stack) }
    guard let box = member.box else { return lua_pushnil(stack) }
    pushBox(stack, recorded(box, member.entry, owner: owner))
    describe(stack, lua_gettop(stack), .entry(member.entry, owner: owner))
  }

  /// The box to call: wrapped when calls are recorded.
  private func recorded(_ box: FunctionBox, _ entry: ExportedEntry, owner: String) -> FunctionBox {
    guard let recorder else { return box }
    recorder.declare(entry, owner: owner)
    return recorder.wrap(box, entry, owner: owner)
  }

  private func recordedSetter(
    _ box: FunctionBox, _ entry: ExportedEntry, owner: String
  ) -> FunctionBox {
    recorder?.wrap(box, entry, owner: owner, comparesResults: false) ?? box
  }

  /// Pushes a function over a box that lives as long as this state.
  private func pushBox(_ stack: LuaStack, _ box: FunctionBox) {
    boxes.append(box)
    lb_push_function(stack, box.pointer)
  }

  private func keep(_ box: FunctionBox) -> UnsafeMutableRawPointer {
    boxes.append(box)
    return box.pointer
  }

  private func setField(
    _ stack: LuaStack, _ table: CInt, _ name: String, _ push: (LuaStack) -> Void
  ) {
    name.luaPush(stack)
    push(stack)
    lua_rawset(stack, table)
  }
}

extension LuaCore {
  /// Makes the metatable of a type in this state.
  func makeMetatable(_ type: ExportedType, _ stack: LuaStack) {
    reserve(stack, 12)
    lua_createtable(stack, 0, 16)
    let meta = lua_gettop(stack)
    guard let members = lb_make_members(stack, type.members.count) else {
      fatalError("Lua made no table of members")
    }
    lua_createtable(stack, CInt(clamping: type.members.count), 0)
    let methods = lua_gettop(stack)
    setField(stack, meta, "__name") { type.name.luaPush($0) }
    setField(stack, meta, "__metatable") { type.name.luaPush($0) }
    setField(stack, meta, "__tostring") { stack in
      pushBox(stack, FunctionBox(CallSite("tostring")) { plainText(type, $0) })
    }
    setFallbacks(type, members)
    for (position, member) in type.members.enumerated() {
      addMember(member, at: position + 1, type, members, meta: meta, methods: methods, stack)
    }
    let hasEquals = type.entry("__eq") != nil
    lua_pushvalue(stack, meta)
    lb_finish_type(stack, type.id.record, meta + 1, methods, hasEquals ? 1 : 0)
    describe(stack, meta, .type(type))
    lb_pop(stack, 3)
    lb_set_metatable(stack, type.id.record)
  }

  private func setFallbacks(_ type: ExportedType, _ members: UnsafeMutablePointer<lb_Members>) {
    let names = type.members.map(\.entry.name).filter { !$0.hasPrefix("__") }
    if let index = type.members.first(where: { $0.entry.kind == .metamethod(.index) }) {
      members.pointee.index_fallback = index.box.map {
        keep(recorded($0, index.entry, owner: type.name))
      }
    } else {
      members.pointee.index_fallback = keep(
        FunctionBox(CallSite(type.name)) { stack in
          throw unknownMember(stack, "member", of: type.name, among: names)
        })
    }
    if let set = type.members.first(where: { $0.entry.kind == .metamethod(.newIndex) }) {
      members.pointee.newindex_fallback = set.box.map {
        keep(recorded($0, set.entry, owner: type.name))
      }
    } else {
      members.pointee.newindex_fallback = keep(
        FunctionBox(CallSite(type.name)) { stack in
          if let name = String.luaRead(stack, 2), let entry = type.entry(name) {
            throw Problem("'\(name)' of \(type.name) is \(entry.kind.fixedness)")
          }
          throw unknownMember(stack, "property", of: type.name, among: names)
        })
    }
  }

  private func addMember(
    _ member: ExportedMember, at position: Int, _ type: ExportedType,
    _ members: UnsafeMutablePointer<lb_Members>, meta: CInt, methods: CInt, _ stack: LuaStack
  ) {
    guard let box = member.box else { return }
    reserve(stack, 8)
    let name = member.entry.name
    switch member.entry.kind {
    case .metamethod(.index), .metamethod(.newIndex): return
    case .metamethod:
      return setField(stack, meta, name) { pushMember(member, owner: type.name, $0) }
    default: break
    }
    // The table of methods also keeps the names alive, whose addresses are the keys.
    name.luaPush(stack)
    var slot = lb_Slot(key: lua_tolstring(stack, -1, nil), getter: nil, setter: nil, method: 0)
    lua_rawseti(stack, methods, lua_Integer(-position))
    switch member.entry.kind {
    case .property, .settableProperty:
      slot.getter = keep(recorded(box, member.entry, owner: type.name))
      slot.setter = member.setter.map { keep(recordedSetter($0, member.entry, owner: type.name)) }
    default:
      pushMember(member, owner: type.name, stack)
      lua_rawseti(stack, methods, lua_Integer(position))
      slot.method = lua_Integer(position)
    }
    lb_add_member(members, slot)
  }
}

extension LuaCore {
  /// Notes what the value at an index was declared as.
  func describe(_ stack: LuaStack, _ index: CInt, _ description: LuaDescription) {
    let value = lua_absindex(stack, index)
    reserve(stack, 6)
    pushDescriptions(stack)
    lua_pushvalue(stack, value)
    described.append(description)
    described.count.luaPush(stack)
    lua_rawset(stack, -3)
    lb_pop(stack, 1)
  }

  /// What the value at an index was declared as; an object counts as its type.
  func description(_ stack: LuaStack, _ index: CInt) -> LuaDescription? {
    let value = lua_absindex(stack, index)
    pushDescriptions(stack)
    defer { lb_pop(stack, 2) }
    if lua_type(stack, value) == LUA_TUSERDATA {
      if lua_getmetatable(stack, value) == 0 { lua_pushnil(stack) }
    } else {
      lua_pushvalue(stack, value)
    }
    guard lua_type(stack, -1) != LUA_TNIL else { return nil }
    lua_rawget(stack, -2)
    guard let position = Int.luaRead(stack, -1) else { return nil }
    return described[position - 1]
  }

  private func pushDescriptions(_ stack: LuaStack) {
    Self.descriptionKey.luaPush(stack)
    lua_rawget(stack, lb_registry())
    if lua_type(stack, -1) == LUA_TTABLE { return }
    lb_pop(stack, 1)
    lua_createtable(stack, 0, 16)
    lua_createtable(stack, 0, 1)
    setField(stack, lua_gettop(stack), "__mode") { "k".luaPush($0) }
    lua_setmetatable(stack, -2)
    setField(stack, lb_registry(), Self.descriptionKey) { lua_pushvalue($0, -2) }
  }
}

extension ExportedEntry.Kind {
  /// Why a member cannot be assigned to.
  fileprivate var fixedness: String {
    switch self {
    case .property: "read-only"
    case .method, .function: "a \(self), which cannot be replaced"
    default: "fixed"
    }
  }
}

/// Makes the error for a name that a type or module does not have, from the key at index 2.
private func unknownMember(
  _ stack: LuaStack, _ noun: String, of owner: String, among names: [String]
) -> any Error {
  guard let name = String.luaRead(stack, 2) else {
    return Problem("\(owner) has no \(noun) [\(shownArgument(stack, 2))]")
  }
  let near = nearestNames(to: name, among: names).map { "'\($0)'" }
  let list = names.isEmpty ? "it has none" : "it has \(names.prefix(16).joined(separator: ", "))"
  return Problem(
    "unknown \(noun) '\(name)' of \(owner)",
    fix: near.isEmpty ? list : "did you mean \(near.alternatives)?", kind: .missing)
}

/// Pushes how an object shows when its type declares no text: the type and an address.
private func plainText(_ type: ExportedType, _ stack: LuaStack) -> CInt {
  let object = lb_object(stack, 1, type.id.record)
  if let box = object?.pointee.object {
    let address = "\(type.name): 0x\(String(UInt(bitPattern: box), radix: 16))"
    (type.text(box) ?? address).luaPush(stack)
  } else {
    "closed \(type.name)".luaPush(stack)
  }
  return 1
}
