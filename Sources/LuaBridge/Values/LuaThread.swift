public import CLua
public import CLuaSupport

/// A Lua coroutine kept from Swift.
///
/// `resume` with values is for people; an event loop uses `step`, which allocates nothing.
public struct LuaThread: Hashable, Sendable {
  /// Where a coroutine stands.
  public enum Status: Sendable { case suspended, running, normal, finished, failed }

  /// How one resume ended.
  public enum Outcome: Sendable {
    case yielded([LuaValue])
    case returned([LuaValue])
  }

  /// How one step of an event loop ended.
  public enum Step: Sendable { case yielded, finished, failed }

  /// What keeps the coroutine.
  public let reference: LuaReference
  /// The coroutine's own stack: arguments are pushed there, yielded values read from there.
  public nonisolated(unsafe) let stack: LuaStack  // An address; the reference keeps what it names.

  init(_ reference: LuaReference, _ stack: LuaStack) {
    self.reference = reference
    self.stack = stack
  }

  /// Tells whether two are the same coroutine.
  public static func == (a: LuaThread, b: LuaThread) -> Bool { a.stack == b.stack }

  /// Feeds the coroutine's address.
  public func hash(into hasher: inout Hasher) { hasher.combine(stack) }

  /// Where the coroutine stands.
  public var status: Status {
    if stack == reference.stack { return .running }
    switch lua_status(stack) {
    case LUA_YIELD: return .suspended
    case LUA_OK:
      var frame = lua_Debug()
      if lua_getstack(stack, 0, &frame) != 0 { return .normal }
      return lua_gettop(stack) == 0 ? .finished : .suspended
    default: return .failed
    }
  }

  /// Runs the coroutine until it yields or returns.
  public func resume(_ arguments: [LuaValue] = []) throws(LuaError) -> Outcome {
    guard status == .suspended else { throw LuaError("cannot resume a \(status) coroutine") }
    guard lua_checkstack(stack, CInt(clamping: arguments.count + 4)) != 0 else {
      throw LuaError("too many arguments: \(arguments.count)")
    }
    for argument in arguments { argument.luaPush(stack) }
    var results: CInt = 0
    let code = lb_resume(stack, reference.stack, CInt(arguments.count), &results)
    guard code == LUA_OK || code == LUA_YIELD else { throw failure(code) }
    let values = takeValues(stack, above: lua_gettop(stack) - results)
    return code == LUA_YIELD ? .yielded(values) : .returned(values)
  }

  /// Runs the coroutine until it yields or returns, with arguments that the caller has pushed.
  ///
  /// What it yields or returns stays on `stack`, `results` values deep, and is dropped by the
  /// caller (`lua_settop`) or with `drop`. After `.failed`, `failure()` takes the error.
  @inlinable public func step(
    from caller: LuaStack, arguments: CInt = 0, results: inout CInt
  ) -> Step {
    LuaThread.step(stack, from: caller, arguments: arguments, results: &results)
  }

  /// Does the same by the stack alone, for a loop that keeps the coroutine elsewhere.
  @inlinable public static func step(
    _ stack: LuaStack, from caller: LuaStack, arguments: CInt, results: inout CInt
  ) -> Step {
    switch lb_resume(stack, caller, arguments, &results) {
    case LUA_YIELD: .yielded
    case LUA_OK: .finished
    default: .failed
    }
  }

  /// Asks the cache for a coroutine that a loop resumes after the next one.
  @inlinable public static func fetch(_ stack: LuaStack) { lb_fetch_thread(stack) }

  /// Asks the cache for the frames of a coroutine that `fetch` has brought: the next to be resumed.
  @inlinable public static func fetchFrames(_ stack: LuaStack) { lb_fetch_frames(stack) }

  /// Asks the cache for the first lines of an object that a coroutine will work on.
  @inlinable public static func fetch(object: UnsafeRawPointer) { lb_fetch(object) }

  /// Runs the coroutine until it yields or returns, and drops what it hands over.
  @inlinable public func step(from caller: LuaStack) -> Step {
    var results: CInt = 0
    let step = step(from: caller, results: &results)
    if step != .failed, results > 0 { lb_pop(stack, results) }
    return step
  }

  /// Pushes an error that the Swift function which yielded raises when it is resumed.
  ///
  /// Counts as two arguments of the next `step`.
  public func pushError(_ value: some LuaWritable) {
    lua_pushlightuserdata(stack, lb_raise_mark())
    value.luaPush(stack)
  }

  /// Drops so many values from the top of the coroutine's stack.
  @inlinable public func drop(_ count: CInt) { lb_pop(stack, count) }

  /// Takes the error that a failed step left, with the traceback of the coroutine.
  public func failure() -> LuaError { failure(lua_status(stack)) }

  private func failure(_ status: CInt) -> LuaError {
    let trace = traceback
    return LuaError(taking: stack, status: status, traceback: trace)
  }

  /// The coroutine's call levels as text.
  public var traceback: LuaString? {
    let current = reference.stack
    reserve(current, 4)
    luaL_traceback(current, stack, nil, 0)
    defer { lb_pop(current, 1) }
    return LuaString.luaRead(current, -1)
  }

  /// Ends the coroutine: its `<close>` variables are closed; an error in one of them is thrown.
  public func close() throws(LuaError) {
    let current = reference.stack
    let code = lb_close_thread(stack, current)
    guard code == LUA_OK else { throw LuaError(taking: stack, status: code) }
  }
}
