public import CLua
import CLuaSupport

/// One call of a Swift function as the raw way sees it: arguments in, results out.
public struct LuaFrame {
  /// The stack of the call: argument 1 is at index 1.
  public let stack: LuaStack

  /// Wraps a stack.
  @inlinable public init(_ stack: LuaStack) { self.stack = stack }

  /// The number of values on the stack: of arguments, before anything was pushed.
  @inlinable public var count: Int { Int(lua_gettop(stack)) }

  /// The state.
  public var state: LuaState { LuaState.of(stack) }

  /// Any value by its position from 1; nil beyond the last.
  public subscript(position: Int) -> LuaValue {
    position <= count ? LuaValue.luaRead(stack, CInt(position)) ?? .nil : .nil
  }

  /// Reads an argument as a type, or throws what was expected and what came.
  @inlinable public func read<Value: LuaReadable>(
    _ position: Int, _ name: String, as type: Value.Type = Value.self
  ) throws -> Value {
    if let value = Value.luaRead(stack, CInt(position)) { return value }
    throw argumentFault(stack, CInt(position), name, Value.self)
  }

  /// Pushes a result.
  @inlinable public func push(_ value: some LuaWritable) { value.luaPush(stack) }
}

/// Makes the error for an argument of the wrong kind.
@usableFromInline func argumentFault<Value: LuaReadable>(
  _ stack: LuaStack, _ index: CInt, _ name: String, _ type: Value.Type
) -> any Error {
  ArgumentFault(
    index: index, name: name, expected: Value.luaKind.expectation,
    found: Value.luaFound(stack, index))
}
