import CLua
import CLuaSupport
import Glibc
import Synchronization

/// What all references into one Lua state share; it outlives the state, which then is nil.
final class LuaCore: @unchecked Sendable {
  // Unchecked: one thread at a time uses a state; what other threads touch is behind the mutex.
  let context: UnsafeMutablePointer<lb_Context>
  /// The state that owns this core.
  weak var state: LuaState?
  /// Boxes that C points to and that nothing else keeps.
  var boxes: [FunctionBox] = []
  /// What functions, modules and types in this state were declared as.
  var described: [LuaDescription] = []
  var recorder: CallRecorder?
  let sources = ChunkSources()
  var causes = CauseMemory()
  /// The Lua error that a Swift error of this text stands for.
  var standIn: (text: String, error: LuaError)?
  private let released = Mutex<[CInt]>([])

  init(limit: Int) {
    guard let main = lb_open(invokeBox, limit) else { fatalError("Lua could not be started") }
    context = lb_context(main)
    context.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit {
    close()
    lb_free_context(context)
  }

  /// The stack of the coroutine that runs now.
  var running: LuaStack {
    guard let running = context.pointee.running else {
      preconditionFailure("the Lua state is closed")
    }
    return running
  }

  /// The stack of the coroutine that runs now, or an error when the state is closed.
  var open: LuaStack {
    get throws(LuaError) {
      guard let running = context.pointee.running else {
        throw LuaError("the Lua state is closed")
      }
      return running
    }
  }

  /// The main coroutine's stack; nil once the state is closed.
  var main: LuaStack? { context.pointee.main }

  func close() {
    guard let main else { return }
    precondition(context.pointee.calls == 0, "a Lua state is closed while its code runs")
    lb_close(main)
  }

  /// Forgets a registry reference; from another thread it waits for the state's own.
  func release(_ reference: CInt) {
    guard let main else { return }
    if pthread_equal(context.pointee.thread, pthread_self()) != 0 {
      luaL_unref(main, lb_registry(), reference)
    } else {
      released.withLock { $0.append(reference) }
    }
  }

  /// Forgets what other threads have let go.
  func drain() {
    guard let main else { return }
    let references = released.withLock { list in
      defer { list.removeAll() }
      return list
    }
    for reference in references { luaL_unref(main, lb_registry(), reference) }
  }

  /// The core of the state that a stack belongs to.
  static func of(_ stack: LuaStack) -> LuaCore {
    guard let owner = lb_context(stack).pointee.owner else {
      preconditionFailure("this Lua state was not opened by LuaState")
    }
    // The owner cleared its state before it went, so a running stack has a living owner.
    return Unmanaged<LuaCore>.fromOpaque(owner).takeUnretainedValue()
  }
}
