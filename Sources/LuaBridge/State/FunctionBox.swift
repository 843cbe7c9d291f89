import CLua
public import CLuaSupport

/// A Lua stack as C sees it: the state, or the coroutine, that a function runs in.
public typealias LuaStack = OpaquePointer

/// Where a Swift function is called from Lua: its name in messages and its first argument's index.
public struct CallSite: Sendable {
  /// The name in messages.
  public let name: String
  /// The stack index of the argument that messages call #1; 2 where an object comes first.
  public let firstArgument: CInt

  /// Creates a site.
  public init(_ name: String, firstArgument: CInt = 1) {
    self.name = name
    self.firstArgument = firstArgument
  }
}

/// A Swift closure that Lua calls, in a box that is not generic so that the call stays direct.
///
/// The closure reads its arguments from the stack, pushes its results and returns their number, or
/// what `LuaReturn` says for a yield. What it throws becomes a Lua error once its frame is gone.
/// It gets the box, so that it captures nothing but what the declaration wrote: the optimiser then
/// folds that into it.
public final class FunctionBox: @unchecked Sendable {
  // Unchecked: declared closures are @Sendable where they enter; others stay with their one state.
  @usableFromInline let body: (LuaStack, FunctionBox) throws -> CInt
  /// Where messages say the call was.
  public let site: CallSite
  /// The type that objects of a method have.
  @usableFromInline let type: UnsafePointer<lb_TypeID>?
  /// The declared arguments, each an `Argument` of its own type.
  @usableFromInline let arguments: [AnyObject]
  /// True when each argument takes one stack slot and any value of its kind.
  @usableFromInline let isPlain: Bool
  private let indices: [CInt]

  /// Boxes a closure that reads its arguments itself.
  init(_ site: CallSite, _ body: @escaping (LuaStack) throws -> CInt) {
    self.site = site
    self.body = { stack, _ in try body(stack) }
    type = nil
    arguments = []
    indices = []
    isPlain = true
  }

  /// Boxes the closure of a declaration.
  init(
    _ site: CallSite, _ shapes: [ArgumentShape], type: UnsafePointer<lb_TypeID>? = nil,
    _ body: @escaping (LuaStack, FunctionBox) throws -> CInt
  ) {
    self.site = site
    self.body = body
    self.type = type
    arguments = shapes.map(\.argument)
    isPlain = shapes.allSatisfy(\.isPlain)
    var index = site.firstArgument
    indices = shapes.map { shape in
      defer { index += shape.width }
      return index
    }
  }

  /// The address that C keeps; the box must outlive it.
  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// Reads an argument: at once where its kind says everything, else with its declaration.
  @inlinable @inline(__always) func read<Value: ArgumentValue>(
    _ position: Int, _ index: CInt, _ stack: LuaStack
  ) throws -> Value {
    if isPlain, let value = Value.luaQuick(stack, index) { return value }
    return try readWithCare(position, stack)
  }

  @usableFromInline func readWithCare<Value: ArgumentValue>(
    _ position: Int, _ stack: LuaStack
  ) throws -> Value {
    // The builder that wrote the closure put the argument of this very type there.
    let argument = unsafeDowncast(arguments[position], to: Argument<Value>.self)
    return try Value.read(argument, stack, indices[position])
  }
}

/// Runs the closure in a box: the one way from C into Swift.
func invokeBox(_ stack: LuaStack?, _ box: UnsafeMutableRawPointer?) -> CInt {
  guard let stack, let box else { preconditionFailure("a trampoline lost its state or its box") }
  // The function or the declaration that holds the box is on the Lua stack or static: it stays.
  return Unmanaged<FunctionBox>.fromOpaque(box)._withUnsafeGuaranteedRef { box in
    do {
      return try box.body(stack, box)
    } catch {
      return raise(error, from: box.site, on: stack)
    }
  }
}
