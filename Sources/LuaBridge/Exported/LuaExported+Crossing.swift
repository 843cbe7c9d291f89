public import Base
import CLua
public import CLuaSupport

/// Holds a value type for Lua.
public final class LuaBox<Value> {
  /// The value.
  public var value: Value

  /// Boxes a value.
  @inlinable public init(_ value: Value) { self.value = value }
}

extension LuaExported {
  /// The value in the box.
  @inlinable public static func luaUnbox(_ box: UnsafeMutableRawPointer) -> Self {
    Unmanaged<LuaBox<Self>>.fromOpaque(box).takeUnretainedValue().value
  }

  /// Boxes the value.
  @inlinable public func luaBox() -> UnsafeMutableRawPointer {
    Unmanaged.passRetained(LuaBox(self)).toOpaque()
  }

  /// Changes the value in the box.
  @inlinable public static func luaMutate<Result>(
    _ box: UnsafeMutableRawPointer, _ body: (inout Self) throws -> Result
  ) rethrows -> Result {
    try body(&Unmanaged<LuaBox<Self>>.fromOpaque(box).takeUnretainedValue().value)
  }
}

extension LuaExported where Self: AnyObject {
  /// The object itself.
  @inlinable public static func luaUnbox(_ box: UnsafeMutableRawPointer) -> Self {
    Unmanaged<Self>.fromOpaque(box).takeUnretainedValue()
  }

  /// The object itself, retained.
  @inlinable public func luaBox() -> UnsafeMutableRawPointer {
    Unmanaged.passRetained(self).toOpaque()
  }

  /// Calls the closure with the object; what it assigns to the variable is dropped.
  @inlinable public static func luaMutate<Result>(
    _ box: UnsafeMutableRawPointer, _ body: (inout Self) throws -> Result
  ) rethrows -> Result {
    var object = Unmanaged<Self>.fromOpaque(box).takeUnretainedValue()
    return try body(&object)
  }
}

extension LuaExported {
  /// Reads an object of this type that is not closed.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Self? {
    guard let object = lb_object(stack, index, exported.id.record),
      let box = object.pointee.object
    else { return nil }
    return luaUnbox(box)
  }

  /// Pushes the object: a new userdata, or the one that exists where the type keeps identity.
  @inlinable public func luaPush(_ stack: LuaStack) {
    let (exported, box) = (Self.exported, luaBox())
    let bytes = exported.externalBytes?(self) ?? 0
    if lb_push_object(stack, exported.id.record, box, bytes) == 0 {
      pushFirstObject(stack, exported.type, box, bytes)
    }
  }

  /// The name of the type.
  public static var luaKind: Parameter.Kind { .object(luaName) }

  /// The name of the type.
  public static var luaType: String { luaName }

  /// Says when the object is of the right type but closed.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    let object = lb_object(stack, index, exported.id.record)
    return object == nil ? foundName(stack, index) : "closed \(luaName)"
  }

  /// Reads the object that a method is called on; the box knows its type.
  @inlinable static func luaSelf(_ stack: LuaStack, _ function: FunctionBox) throws -> Self {
    if let object = lb_object(stack, 1, function.type), let box = object.pointee.object {
      return luaUnbox(box)
    }
    throw selfFault(stack, exported.type)
  }

  /// Changes the object that a property is set on.
  @inlinable static func luaWithSelf<Result>(
    _ stack: LuaStack, _ function: FunctionBox, _ body: (inout Self) throws -> Result
  ) throws -> Result {
    if let object = lb_object(stack, 1, function.type), let box = object.pointee.object {
      return try luaMutate(box, body)
    }
    throw selfFault(stack, exported.type)
  }
}

/// Makes the error for a method called on something else, or on a closed object.
@usableFromInline func selfFault(_ stack: LuaStack, _ type: ExportedType) -> any Error {
  if lb_object(stack, 1, type.id.record) != nil { return LuaError("\(type.name) is closed") }
  let found = foundName(stack, 1)
  return ArgumentFault(
    index: 1, name: "self", expected: type.name, found: found + "; write a colon, as in x:name()")
}

/// Makes a type's metatable in the state at hand, then pushes its first object.
@usableFromInline func pushFirstObject(
  _ stack: LuaStack, _ type: ExportedType, _ box: UnsafeMutableRawPointer, _ bytes: Int
) {
  reserve(stack, 6)
  LuaCore.of(stack).makeMetatable(type, stack)
  _ = lb_push_object(stack, type.id.record, box, bytes)
}
