public import CLua
public import CLuaSupport

/// A Lua function kept from Swift, called under one protected call.
public struct LuaFunction: Hashable, Sendable {
  /// What keeps the function.
  public let reference: LuaReference

  init(_ reference: LuaReference) { self.reference = reference }

  /// Calls the function with any values and returns all results; errors carry a traceback.
  @discardableResult
  public func call(_ arguments: [LuaValue] = []) throws(LuaError) -> [LuaValue] {
    let stack = try reference.core.open
    let base = lua_gettop(stack)
    guard lua_checkstack(stack, CInt(clamping: arguments.count + 4)) != 0 else {
      throw LuaError("too many arguments: \(arguments.count)")
    }
    reference.luaPush(stack)
    for argument in arguments { argument.luaPush(stack) }
    try check(lb_pcall(stack, CInt(arguments.count), LUA_MULTRET, 1), stack)
    return takeValues(stack, above: base)
  }

  /// Calls the function with no argument and reads its first result.
  @inlinable
  public func callAsFunction<Result: LuaReadable>(
    as type: Result.Type = Result.self
  ) throws(LuaError) -> Result {
    let stack = try begin()
    return try finish(stack, 0)
  }

  /// Calls the function with one argument and reads its first result.
  @inlinable
  public func callAsFunction<A: LuaWritable, Result: LuaReadable>(
    _ a: A, as type: Result.Type = Result.self
  ) throws(LuaError) -> Result {
    let stack = try begin()
    a.luaPush(stack)
    return try finish(stack, 1)
  }

  /// Calls the function with two arguments and reads its first result.
  @inlinable
  public func callAsFunction<A: LuaWritable, B: LuaWritable, Result: LuaReadable>(
    _ a: A, _ b: B, as type: Result.Type = Result.self
  ) throws(LuaError) -> Result {
    let stack = try begin()
    a.luaPush(stack)
    b.luaPush(stack)
    return try finish(stack, 2)
  }

  /// Calls the function with three arguments and reads its first result.
  @inlinable
  public func callAsFunction<A: LuaWritable, B: LuaWritable, C: LuaWritable, Result: LuaReadable>(
    _ a: A, _ b: B, _ c: C, as type: Result.Type = Result.self
  ) throws(LuaError) -> Result {
    let stack = try begin()
    a.luaPush(stack)
    b.luaPush(stack)
    c.luaPush(stack)
    return try finish(stack, 3)
  }

  /// Calls the function with four arguments and reads its first result.
  @inlinable
  public func callAsFunction<
    A: LuaWritable, B: LuaWritable, C: LuaWritable, D: LuaWritable, Result: LuaReadable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, as type: Result.Type = Result.self
  ) throws(LuaError) -> Result {
    let stack = try begin()
    a.luaPush(stack)
    b.luaPush(stack)
    c.luaPush(stack)
    d.luaPush(stack)
    return try finish(stack, 4)
  }

  /// Pushes the function where the arguments go.
  @usableFromInline func begin() throws(LuaError) -> LuaStack {
    let stack = try reference.core.open
    reserve(stack, 12)
    reference.luaPush(stack)
    return stack
  }

  /// Calls what `begin` and the arguments have pushed and takes the result.
  @inlinable func finish<Result: LuaReadable>(
    _ stack: LuaStack, _ arguments: CInt
  ) throws(LuaError) -> Result {
    let status = lb_pcall(stack, arguments, 1, 0)
    guard status == LUA_OK else { throw LuaError(taking: stack, status: status) }
    guard let result = Result.luaRead(stack, -1) else {
      throw wrongResult(stack, expected: Result.self)
    }
    lb_pop(stack, 1)
    return result
  }
}

/// Makes the error for a result of the wrong kind on top of the stack, and takes it away.
@usableFromInline func wrongResult<Result: LuaReadable>(
  _ stack: LuaStack, expected: Result.Type
) -> LuaError {
  defer { lb_pop(stack, 1) }
  let found = Result.luaFound(stack, -1)
  return LuaError("a function returned \(found) where \(Result.luaKind.expectation) is expected")
}

/// Takes all values above a stack index.
func takeValues(_ stack: LuaStack, above base: CInt) -> [LuaValue] {
  var values: [LuaValue] = []
  let top = lua_gettop(stack)
  values.reserveCapacity(Int(top - base))
  for index in stride(from: base + 1, through: top, by: 1) {
    values.append(LuaValue.luaRead(stack, index) ?? .nil)
  }
  lua_settop(stack, base)
  return values
}
