public import Base
import CLua
import CLuaSupport

/// One Lua 5.4 state: a heap with its globals, functions and limits, used by one thread.
///
/// ```swift
/// let lua = LuaState(memoryLimit: Bytes(64 << 20))
/// try lua.register(geometry)
/// let values = try lua.run("return geometry.area{ width = 2 }", chunkName: "example")
/// ```
public final class LuaState {
  /// What the references into the state share.
  let core: LuaCore
  private var userInfo: [ObjectIdentifier: Any] = [:]

  /// Opens a state with Lua's standard libraries and the generational collector.
  public init(memoryLimit: Bytes? = nil) {
    core = LuaCore(limit: memoryLimit?.count ?? Int.max)
    core.state = self
    let stack = core.running
    guard lb_protect(stack, lb_op_openlibs, 0, 0) == LUA_OK else {
      fatalError("Lua's libraries could not be opened within \(memoryUsed) of memory")
    }
  }

  deinit { close() }

  /// Closes the state: every object is released, every reference is dead.
  ///
  /// Closing twice is harmless; closing while Lua code runs stops the program.
  public func close() {
    core.close()
    userInfo = [:]
  }

  /// The state that a stack belongs to, as seen from a Swift function that Lua called.
  public static func of(_ stack: LuaStack) -> LuaState {
    guard let state = LuaCore.of(stack).state else { preconditionFailure("the state is gone") }
    return state
  }

  /// The stack of the coroutine that runs now.
  public var stack: LuaStack { core.running }

  /// The table of global variables.
  public var globals: LuaTable {
    let stack = core.running
    reserve(stack, 2)
    lua_rawgeti(stack, lb_registry(), lua_Integer(LUA_RIDX_GLOBALS))
    return LuaTable(LuaReference(taking: stack))
  }

  /// A value that a host keeps with the state, one per type: found again from any function.
  public subscript<Value>(_ type: Value.Type) -> Value? {
    get { userInfo[ObjectIdentifier(type)] as? Value }
    set { userInfo[ObjectIdentifier(type)] = newValue }
  }
}

extension LuaState {
  /// Compiles a chunk without running it; a syntax error says where it is.
  ///
  /// Precompiled chunks are refused. Messages call the chunk by its name, as in "cell 3"; excerpts
  /// in error reports show the code, or `shown` where that is given.
  public func load(
    _ code: String, chunkName: String, shownAs shown: String? = nil
  ) throws(LuaError) -> LuaFunction {
    let stack = core.running
    core.drain()
    reserve(stack, 4)
    var code = code
    let status = code.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        lb_load(stack, $0.baseAddress, $0.count, "=" + chunkName, "t")
      }
    }
    core.sources.keep(shown ?? code, as: chunkName)
    try check(status, stack)
    return LuaFunction(LuaReference(taking: stack))
  }

  /// Compiles and runs a chunk and returns what it returns.
  @discardableResult
  public func run(
    _ code: String, chunkName: String = "chunk", arguments: [LuaValue] = []
  ) throws(LuaError) -> [LuaValue] {
    try load(code, chunkName: chunkName).call(arguments)
  }

  /// Opens a library written in C and makes it known to `require` and as a global.
  public func open(
    _ name: String, _ opener: @escaping @convention(c) (LuaStack?) -> CInt
  ) throws(LuaError) {
    let stack = core.running
    reserve(stack, 5)
    name.luaPush(stack)
    lua_pushcclosure(stack, opener, 0)
    try check(lb_protect(stack, lb_op_require, 2, 0), stack)
  }

  /// Creates a table with elements from 1 on and named fields.
  public func makeTable(
    _ elements: [LuaValue] = [], fields: [String: LuaValue] = [:]
  ) -> LuaTable {
    let stack = core.running
    reserve(stack, 4)
    lua_createtable(stack, CInt(clamping: elements.count), CInt(clamping: fields.count))
    let table = LuaTable(LuaReference(taking: stack))
    for (position, element) in elements.enumerated() { table[.integer(position + 1)] = element }
    for (name, value) in fields { table[.text(name)] = value }
    return table
  }

  /// Creates a function from a closure, which may hold what belongs to this state.
  ///
  /// The closure lives as long as Lua keeps the function. Declared functions (`LuaModule`) are
  /// better where people call it: they check arguments and carry help.
  public func makeFunction(
    _ name: String, _ body: @escaping (LuaFrame) throws -> any LuaResult
  ) -> LuaFunction {
    let stack = core.running
    reserve(stack, 6)
    pushFunction(
      stack, FunctionBox(CallSite(name)) { try body(LuaFrame($0)).luaReturn($0) })
    return LuaFunction(LuaReference(taking: stack))
  }

  /// Creates a suspended coroutine that will run a function.
  public func makeThread(_ function: LuaFunction) -> LuaThread {
    let stack = core.running
    reserve(stack, 4)
    guard let thread = lua_newthread(stack) else { fatalError("Lua made no coroutine") }
    let reference = LuaReference(taking: stack)
    function.luaPush(thread)
    return LuaThread(reference, thread)
  }
}

extension LuaState {
  /// The source text of a chunk that was loaded under a name; the last few megabytes are kept.
  public func sourceText(ofChunk name: String) -> String? { core.sources[name] }

  /// The most memory that Lua may hold; nil when there is no limit.
  public var memoryLimit: Bytes? {
    get {
      let limit = core.context.pointee.limit
      return limit >= Int.max ? nil : Bytes(Int(limit))
    }
    set { core.context.pointee.limit = newValue?.count ?? Int.max }
  }

  /// The memory that Lua holds now, garbage included.
  public var memoryUsed: Bytes { Bytes(Int(core.context.pointee.used)) }

  /// Bytes outside the Lua heap that live objects keep, as counted by `externalBytes`' callers.
  ///
  /// Add when an object that owns them is made and subtract in its `deinit`. A full collection
  /// runs when they pass twice what the last one left, and at least 64 MB.
  public var externalBytes: Int {
    get { Int(core.context.pointee.external) }
    set {
      guard core.main != nil else { return }
      lb_external(core.running, newValue - Int(core.context.pointee.external))
    }
  }

  /// Runs a full collection.
  public func collectGarbage() {
    core.drain()
    lb_collect(core.running)
  }
}
