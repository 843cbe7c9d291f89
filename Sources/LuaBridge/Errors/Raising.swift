public import Base
import CLua
import CLuaSupport

/// Remembers which Swift errors became which Lua messages, so that they come back as themselves.
///
/// A Lua error message is a string, which has no identity to hang a Swift error on. The last few
/// are remembered by their text; a message that Lua code rewrote has lost its cause.
struct CauseMemory {
  private var entries: [(text: LuaString, cause: any Error)] = []
  private var next = 0
  private static let capacity = 8

  mutating func keep(_ cause: any Error, as text: LuaString) {
    if entries.count < Self.capacity {
      entries.append((text, cause))
    } else {
      entries[next] = (text, cause)
    }
    next = (next + 1) % Self.capacity
  }

  func find(_ text: LuaString) -> (any Error)? {
    if entries.isEmpty { return nil }
    // The newest first: the same text may have come more than once.
    for step in 1...entries.count {
      let entry = entries[(next - step + 2 * entries.count) % entries.count]
      if entry.text == text { return entry.cause }
    }
    return nil
  }
}

extension LuaState {
  /// A problem that stands for a Lua error where only problems pass, as in a callback below code that
  /// knows no Lua; where it is raised into Lua, the error itself is.
  public func standIn(for error: LuaError) -> Problem {
    let problem = Problem(error.description)
    core.standIn = (problem.description, error)
    return problem
  }
}

/// Pushes a Swift error as a Lua error value and returns the code that makes C raise it.
func raise(_ error: any Error, from site: CallSite, on stack: LuaStack) -> CInt {
  reserve(stack, 4)
  let core = LuaCore.of(stack)
  if let standIn = core.standIn, !(error is LuaError), standIn.text == String(describing: error) {
    core.standIn = nil
    return raise(standIn.error, from: site, on: stack)
  }
  if let error = error as? LuaError {
    if error.isRaised {
      error.value.luaPush(stack)
    } else {
      raise(error.description, cause: error.cause, on: stack)
    }
    if let cause = error.cause, case .string(let text) = error.value, error.isRaised {
      LuaCore.of(stack).causes.keep(cause, as: text)
    }
  } else if let fault = error as? ArgumentFault {
    let text = fault.message(at: site)
    raise(text, cause: Problem(text), on: stack)
  } else {
    raise(String(describing: error), cause: error, on: stack)
  }
  return LB_ERROR
}

/// Pushes a message with the caller's position in front, and remembers its cause.
private func raise(_ message: String, cause: (any Error)?, on stack: LuaStack) {
  lb_push_where(stack, 1)
  let place = String.luaRead(stack, -1) ?? ""
  lb_pop(stack, 1)
  let text = LuaString(place + message)
  text.luaPush(stack)
  if let cause { LuaCore.of(stack).causes.keep(cause, as: text) }
}

/// An argument of the wrong kind or out of range; its text is made where the call is known.
struct ArgumentFault: Error {
  /// The stack index of the argument, or nil for a named one.
  let index: CInt?
  let name: String
  let expected: String
  let found: String

  func message(at site: CallSite) -> String {
    let number = index.map { " #\($0 - site.firstArgument + 1)" } ?? ""
    if let index, index < site.firstArgument {
      return "calling '\(site.name)' on a bad object (\(expected) expected, got \(found))"
    }
    return "bad argument\(number) '\(name)' to '\(site.name)' (\(expected) expected, got \(found))"
  }
}
