import Base
import CLua
import CLuaSupport

/// An error that crosses between Lua and Swift with its value, its place and its typed cause.
public struct LuaError: Error, CustomStringConvertible {
  /// What sort of fault it is.
  public enum Kind: Sendable {
    case runtime, syntax, memory, interrupted, timeLimit, stepLimit
    /// The code called `os.exit`.
    case exit
  }

  /// A line of a chunk.
  public struct Position: Hashable, Sendable {
    /// What messages call the chunk.
    public let chunk: String
    /// The line, counted from 1.
    public let line: Int

    /// Creates a position.
    public init(chunk: String, line: Int) {
      self.chunk = chunk
      self.line = line
    }
  }

  /// What sort of fault it is.
  public let kind: Kind
  /// The Lua error value: most often a string, but tables cross by identity.
  public let value: LuaValue
  /// The Swift error that started it, when it came from Swift.
  public let cause: (any Error)?
  /// The call levels where it was raised, as Lua writes them.
  public let luaTraceback: LuaString?
  /// True once the value has been through Lua: it then crosses as it is.
  let isRaised: Bool
  private let shown: LuaString?
  private let origin: Position?

  /// Creates an error in Swift; Lua puts its position in front when it is thrown into Lua.
  public init(_ message: String, kind: Kind = .runtime, cause: (any Error)? = nil) {
    self.kind = kind
    value = .text(message)
    self.cause = cause
    luaTraceback = nil
    isRaised = false
    shown = nil
    origin = nil
  }

  /// Creates an error with any Lua value, which crosses as it is.
  public init(value: LuaValue) {
    kind = .runtime
    self.value = value
    cause = nil
    luaTraceback = nil
    isRaised = true
    shown = nil
    origin = nil
  }

  /// Takes the error value on top of a stack after a failed call.
  @usableFromInline init(taking stack: LuaStack, status: CInt) {
    self.init(taking: stack, status: status, traceback: takeTraceback(stack))
  }

  init(taking stack: LuaStack, status: CInt, traceback: LuaString?) {
    let core = LuaCore.of(stack)
    // Taken first: showing the value makes calls of its own.
    kind = Kind(status: status, stop: core.context.pointee.stop.ended)
    reserve(stack, 4)
    value = LuaValue.luaRead(stack, -1) ?? .nil
    if case .string(let text) = value {
      cause = core.causes.find(text)
      shown = nil
    } else {
      cause = nil
      shown = shownText(stack, -1)
    }
    lb_pop(stack, 1)
    luaTraceback = traceback
    isRaised = true
    origin = nil
  }
}

extension LuaError.Kind {
  init(status: CInt, stop: CInt) {
    switch (status, Int(stop)) {
    case (_, LB_INTERRUPTED): self = .interrupted
    case (_, LB_TIME_IS_UP): self = .timeLimit
    case (_, LB_STEPS_ARE_UP): self = .stepLimit
    case (_, LB_EXIT): self = .exit
    case (LUA_ERRSYNTAX, _): self = .syntax
    case (LUA_ERRMEM, _): self = .memory
    default: self = .runtime
    }
  }
}

extension LuaError {
  /// The whole message as Lua shows it, with its position in front where it has one.
  public var description: String {
    if let shown { return shown.text }
    return value.text ?? "(error object is a \(value.typeName) value)"
  }

  /// The message without the position.
  public var message: String { split?.message ?? description }

  /// Where it was raised, when the message says so.
  public var position: Position? { split?.position }

  /// The call levels where it was raised; nil where none were recorded.
  public var traceback: String? { luaTraceback?.text }

  /// Splits "chunk:12: message" at the first number between two colons that a blank follows.
  private var split: (position: Position, message: String)? {
    let text = description
    let bytes = Array(text.utf8)
    let colon = UInt8(ascii: ":")
    for start in bytes.indices where bytes[start] == colon && start > 0 {
      let digits = bytes[(start + 1)...].prefix { (48...57).contains($0) }
      let end = start + 1 + digits.count
      guard !digits.isEmpty, end + 1 < bytes.count, bytes[end] == colon, bytes[end + 1] == 32,
        let line = Int(String(decoding: digits, as: UTF8.self))
      else { continue }
      let chunk = String(decoding: bytes[..<start], as: UTF8.self)
      guard chunk.utf8.count < 60, !chunk.contains("\n") else { return nil }
      let message = String(decoding: bytes[(end + 2)...], as: UTF8.self)
      return (Position(chunk: chunk, line: line), message)
    }
    return nil
  }
}

/// Throws the error on top of the stack unless the call went well.
func check(_ status: CInt, _ stack: LuaStack) throws(LuaError) {
  if status != LUA_OK { throw LuaError(taking: stack, status: status) }
}

/// Takes the traceback that the last protected call left, if it made one.
func takeTraceback(_ stack: LuaStack) -> LuaString? {
  reserve(stack, 3)
  lb_push_traceback(stack)
  defer { lb_pop(stack, 1) }
  return LuaString.luaRead(stack, -1)
}

/// The value as `tostring` shows it; an error in `__tostring` becomes part of the text.
func shownText(_ stack: LuaStack, _ index: CInt) -> LuaString? {
  reserve(stack, 4)
  lua_pushvalue(stack, index)
  let status = lb_protect(stack, lb_op_tostring, 1, 1)
  defer { lb_pop(stack, 1) }
  guard status == LUA_OK else {
    return LuaString("(an error object whose __tostring fails)")
  }
  return LuaString.luaRead(stack, -1)
}
