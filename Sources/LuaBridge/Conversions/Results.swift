import CLua
import CLuaSupport

/// Several results, as in `Several(quotient, remainder)`.
public struct Several<each Value: LuaWritable>: LuaResult {
  /// The results in order.
  public let values: (repeat each Value)

  /// Creates results.
  public init(_ values: repeat each Value) { self.values = (repeat each values) }

  /// Pushes each.
  public func luaReturn(_ stack: LuaStack) throws -> CInt {
    var count: CInt = 0
    for value in repeat each values {
      reserve(stack, 2)
      value.luaPush(stack)
      count += 1
    }
    return count
  }

  /// The types in order.
  public static var luaResults: [String] {
    var types: [String] = []
    for type in repeat (each Value).self { types.append(type.luaType) }
    return types
  }
}

/// A list of results whose number is known only at run time.
public struct Spread<Value: LuaWritable>: LuaResult {
  /// The results in order.
  public let values: [Value]

  /// Creates results.
  public init(_ values: [Value]) { self.values = values }

  /// Pushes each.
  public func luaReturn(_ stack: LuaStack) throws -> CInt {
    guard lua_checkstack(stack, CInt(clamping: values.count + 4)) != 0 else {
      throw LuaError("too many results: \(values.count)")
    }
    for value in values { value.luaPush(stack) }
    return CInt(values.count)
  }

  /// One type with three dots.
  public static var luaResults: [String] { [Value.luaType + "..."] }
}

/// A result that may fail in the ordinary course of things: `nil, message` in Lua.
public enum Fallible<Value: LuaWritable>: LuaResult {
  case success(Value)
  case failure(String)

  /// Pushes the value, or nil and the message.
  public func luaReturn(_ stack: LuaStack) throws -> CInt {
    switch self {
    case .success(let value):
      value.luaPush(stack)
      return 1
    case .failure(let message):
      lua_pushnil(stack)
      message.luaPush(stack)
      return 2
    }
  }

  /// The type or nil, and a message.
  public static var luaResults: [String] { [Value.luaType + "?", "string?"] }
}

/// What a raw function returns: results it has pushed, or a yield of them.
public struct LuaReturn: LuaResult {
  let code: CInt

  /// So many values on top are the results.
  public static func values(_ count: Int) -> LuaReturn { LuaReturn(code: CInt(count)) }

  /// Suspends the running coroutine; so many values on top go to whoever resumed it.
  ///
  /// The values of the next resume become the results of the function.
  public static func yield(_ count: Int = 0) -> LuaReturn {
    LuaReturn(code: LB_YIELD - CInt(count))
  }

  /// Hands the code over.
  public func luaReturn(_ stack: LuaStack) throws -> CInt { code }

  /// Nothing can be said.
  public static var luaResults: [String] { ["any..."] }
}

/// One of two kinds of value, tried in order.
public enum Either<First, Second> {
  case first(First)
  case second(Second)
}

/// A function for a generic `for`: it is called until it returns nil.
public struct LuaIterator<Element: LuaResult>: LuaResult {
  private let next: () throws -> Element?

  /// Creates an iterator from a closure that returns nil at the end.
  public init(_ next: @escaping () throws -> Element?) { self.next = next }

  /// Pushes the function.
  public func luaReturn(_ stack: LuaStack) throws -> CInt {
    let next = next
    pushFunction(
      stack,
      FunctionBox(CallSite("next")) { stack in
        if let element = try next() { return try element.luaReturn(stack) }
        lua_pushnil(stack)
        return 1
      })
    return 1
  }

  /// A function that returns the elements' types.
  public static var luaResults: [String] {
    ["fun(): " + Element.luaResults.joined(separator: ", ")]
  }
}

/// Pushes a function that keeps its box alive.
func pushFunction(_ stack: LuaStack, _ box: FunctionBox) {
  lb_push_owned_function(stack, Unmanaged.passRetained(box).toOpaque())
}
