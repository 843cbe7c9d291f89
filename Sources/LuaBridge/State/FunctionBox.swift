import CLua
import CLuaSupport

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
public final class FunctionBox: @unchecked Sendable {
  // Unchecked: declared closures are @Sendable where they enter; others stay with their one state.
  @usableFromInline let body: (LuaStack) throws -> CInt
  /// Where messages say the call was.
  public let site: CallSite

  /// Boxes a closure.
  public init(_ site: CallSite, _ body: @escaping (LuaStack) throws -> CInt) {
    self.site = site
    self.body = body
  }

  /// The address that C keeps; the box must outlive it.
  var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

/// Runs the closure in a box: the one way from C into Swift.
func invokeBox(_ stack: LuaStack?, _ box: UnsafeMutableRawPointer?) -> CInt {
  guard let stack, let box else { preconditionFailure("a trampoline lost its state or its box") }
  // The function or the declaration that holds the box is on the Lua stack or static: it stays.
  return Unmanaged<FunctionBox>.fromOpaque(box)._withUnsafeGuaranteedRef { box in
    do {
      return try box.body(stack)
    } catch {
      return raise(error, from: box.site, on: stack)
    }
  }
}
