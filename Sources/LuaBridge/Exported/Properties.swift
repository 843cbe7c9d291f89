public import Base
import CLua
public import CLuaSupport

extension LuaExported {
  /// Declares a property that Lua reads.
  @inlinable public static func property<Value: LuaWritable>(
    _ name: String, _ summary: String, unit: Unit? = nil,
    _ get: @escaping @Sendable (Self) throws -> Value
  ) -> ExportedMember {
    ExportedMember(.property, name, summary, [], results: { [Value.luaType] }) { stack, box in
      try get(luaSelf(stack, box)).luaReturn(stack)
    }.returns(unit: unit)
  }

  /// Declares a property that Lua reads and sets.
  @inlinable public static func property<Value: LuaWritable & LuaReadable>(
    _ name: String, _ summary: String, unit: Unit? = nil,
    get: @escaping @Sendable (Self) throws -> Value,
    set: @escaping @Sendable (inout Self, Value) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .settableProperty, name, summary, [], results: { [Value.luaType] },
      setter: { stack, box in
        guard let value = Value.luaRead(stack, 3) else {
          throw valueFault(Value.self, stack, "\(luaName).\(name)")
        }
        try luaWithSelf(stack, box) { try set(&$0, value) }
        return 0
      },
      body: { stack, box in try get(luaSelf(stack, box)).luaReturn(stack) }
    ).returns(unit: unit)
  }

  /// Declares a method that works on the stack itself: for the few that must be quickest.
  ///
  /// Its arguments start at 2. What is declared is what people read; the closure does the checks.
  @inlinable public static func rawMethod(
    _ name: String, _ summary: String, parameters: [Parameter] = [], returns: [String] = [],
    _ body: @escaping @Sendable (Self, LuaFrame) throws -> LuaReturn
  ) -> ExportedMember {
    ExportedMember(
      .method, name, summary, parameters.map { rawShape($0) }, results: { returns }
    ) { stack, box in try body(luaSelf(stack, box), LuaFrame(stack)).luaReturn(stack) }
  }
}

extension LuaExported where Self: AnyObject {
  /// Declares a method that works on the stack itself and takes its object uncounted.
  ///
  /// The userdata in slot 1 keeps the object for the whole call, so the closure must not close it.
  /// Its arguments start at 2. What is declared is what people read; the closure does the checks.
  @inlinable public static func rawMethod(
    _ name: String, _ summary: String, parameters: [Parameter] = [], returns: [String] = [],
    _ body: @escaping @Sendable (Self, LuaFrame) throws -> LuaReturn
  ) -> ExportedMember {
    ExportedMember(
      .method, name, summary, parameters.map { rawShape($0) }, results: { returns }
    ) { stack, box in
      guard let held = lb_object(stack, 1, box.type)?.pointee.object else {
        throw selfFault(stack, exported.type)
      }
      // Counting up and down took a twelfth of a process switch; slot 1 keeps the object alive.
      return try Unmanaged<Self>.fromOpaque(held)._withUnsafeGuaranteedRef {
        try body($0, LuaFrame(stack)).luaReturn(stack)
      }
    }
  }
}

extension LuaDeclarations {
  /// Declares a function that works on the stack itself: for the few that must be quickest.
  ///
  /// Its arguments start at 1. What is declared is what people read; the closure does the checks.
  @inlinable public static func rawFunction(
    _ name: String, _ summary: String, parameters: [Parameter] = [], returns: [String] = [],
    _ body: @escaping @Sendable (LuaFrame) throws -> LuaReturn
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary, parameters.map { rawShape($0) }, results: { returns }
    ) { stack, _ in try body(LuaFrame(stack)).luaReturn(stack) }
  }

  /// Declares a value that does not change.
  public static func constant<Value: LuaWritable & Sendable>(
    _ name: String, _ summary: String, _ value: Value, unit: Unit? = nil
  ) -> ExportedMember {
    var entry = ExportedEntry(
      kind: .constant, name: name, summary: summary, parameters: [], options: [],
      isVariadic: false, resultTypes: { [Value.luaType] })
    entry.unit = unit
    entry.constant = (value as? String).map { "\"\($0)\"" } ?? "\(value)"
    return ExportedMember(entry: entry, constant: { value.luaPush($0) })
  }
}

/// Makes the error for setting a property to a value of the wrong kind.
@usableFromInline func valueFault<Value: LuaReadable>(
  _ type: Value.Type, _ stack: LuaStack, _ property: String
) -> any Error {
  let expected = Value.luaKind.expectation
  return Problem(
    "bad value for '\(property)' (\(expected) expected, got \(Value.luaFound(stack, 3)))")
}

/// The shape of an argument that a raw function reads by itself.
@usableFromInline func rawShape(_ parameter: Parameter) -> ArgumentShape {
  ArgumentShape(Argument<LuaValue>(parameter, default: nil))
}
