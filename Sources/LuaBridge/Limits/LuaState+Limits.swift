import Base
import CLua
import CLuaSupport

extension LuaState {
  /// Runs Lua code under limits and tells how it ended; the state goes on to live in any case.
  ///
  /// Runs may be nested, also from a Swift function that Lua called: an inner run never gets more
  /// than is left outside, and a stop that is meant for an outer run ends the inner one too.
  ///
  /// ```swift
  /// let outcome = lua.run(within: LuaLimits(wallSeconds: 2)) { () throws(LuaError) in
  ///   try lua.run("while true do end")
  /// }
  /// ```
  public func run<Value>(
    within limits: LuaLimits, _ body: () throws(LuaError) -> Value
  ) -> LuaOutcome<Value> {
    let main = stack
    let outerLimit = memoryLimit
    guard begin(limits, on: main) else {
      return .failed(LuaError("runs are nested too deep (the limit is \(LB_RUN_DEPTH))"))
    }
    if let memory = limits.memory {
      memoryLimit = outerLimit.map { min($0, memory) } ?? memory
    }
    let result: Result<Value, LuaError>
    do throws(LuaError) {
      result = .success(try body())
    } catch {
      result = .failure(error)
    }
    let status = lb_exit_status(main)
    lb_run_end(main)
    memoryLimit = outerLimit
    switch result {
    case .success(let value): return .finished(value)
    case .failure(let error):
      guard let stop = LuaStop(error.kind, exitStatus: status) else { return .failed(error) }
      return .stopped(stop, error)
    }
  }

  private func begin(_ limits: LuaLimits, on stack: LuaStack) -> Bool {
    if let instructions = limits.instructions {
      precondition(instructions >= 0, "an instruction limit counts from 0, got \(instructions)")
    }
    return lb_run_begin(
      stack,
      lb_RunLimits(
        seconds: limits.wallSeconds.map { max($0, .leastNormalMagnitude) } ?? 0,
        steps: limits.instructions.map(Int64.init) ?? -1)) != 0
  }

  /// The instructions left of the limit in force; nil when there is none.
  public var instructionsLeft: Int? {
    let left = lb_steps_left(core.running)
    return left < 0 ? nil : Int(left)
  }

  /// Waits like Lua's `sleep`; ends early when a stop begins.
  public func wait(seconds: Double) { lb_wait(core.running, seconds) }
}

extension LuaStop {
  /// The stop that an error of this kind reports, if it reports one.
  init?(_ kind: LuaError.Kind, exitStatus: Int32) {
    switch kind {
    case .interrupted: self = .interrupted
    case .timeLimit: self = .timeLimit
    case .stepLimit: self = .instructionLimit
    case .memory: self = .outOfMemory
    case .exit: self = .exit(status: exitStatus)
    case .runtime, .syntax: return nil
    }
  }
}
