import Base
import LuaBridge
import Simulation

/// A simulation as Lua holds it: the simulator, and the coroutines that are its processes.
///
/// The simulator's loop resumes a coroutine when its process goes on; what the coroutine asks for
/// (`p:sleep(1)`) puts the process to wait and yields.
final class SimulationObject {
  /// The clock and everything that waits for it.
  let simulator: Simulator

  /// By the rows of the simulator's process table.
  var processes: ContiguousArray<ProcessObject?> = []
  /// The same, uncounted: what the loop reads at every switch.
  private var uncounted: ContiguousArray<Unmanaged<ProcessObject>?> = []
  /// Values that Swift only knows by a number: items of stores.
  var shelf = Shelf()
  /// What ended the run that is under way, when a process or a callback failed.
  private var failure: LuaError?
  /// Who called `run`: coroutines are resumed from there.
  private var caller: LuaStack?
  private var nextNumber = 0
  /// The process that ends in the switch that is under way.
  private var ending: ProcessObject?

  /// Creates a simulation at time 0.
  init(seed: UInt64) {
    simulator = Simulator(seed: seed)
    // Not counted: the simulator goes with this object, and counting took a tenth of a switch.
    let uncounted = Unmanaged.passUnretained(self)
    simulator.resumeProcess = { process, wake in
      uncounted._withUnsafeGuaranteedRef { $0.resume(process, wake) }
    }
    simulator.processEnded = { [unowned self] process in ended(process) }
  }

  deinit {
    // Places do not keep their simulator: nothing may look at them from here on.
    simulator.resumeProcess = nil
    simulator.processEnded = nil
  }

  /// Starts a function as a process.
  func start(
    _ function: LuaFunction, name: String?, after seconds: Double, in state: LuaState
  ) -> ProcessObject {
    let thread = state.makeThread(function)
    let id = simulator.spawn(name, after: seconds)
    let process = ProcessObject(self, id, thread)
    let slot = Int(id.slot)
    while processes.count <= slot {
      processes.append(nil)
      uncounted.append(nil)
    }
    processes[slot] = process
    uncounted[slot] = .passUnretained(process)
    return process
  }

  /// Runs until a limit, from the coroutine that calls; rethrows what a process failed with.
  func run(_ limit: RunLimit, in state: LuaState) throws -> StopReason {
    guard simulator.current == nil else {
      throw Problem(
        "the simulation is running already", fix: "a process waits with p:sleep, it cannot run it")
    }
    failure = nil
    caller = state.stack
    simulator.shouldStop = { state.isStopRequested }
    defer {
      caller = nil
      simulator.shouldStop = nil
    }
    let reason = simulator.run(limit)
    if let failure { throw failure }
    return reason
  }

  /// Remembers why the run failed and stops it.
  func fail(_ error: any Error) {
    if failure == nil { failure = error as? LuaError ?? LuaError("\(error)", cause: error) }
    simulator.halt()
  }

  /// Calls back into Lua from the loop; an error ends the run.
  func callback(_ function: LuaFunction, _ arguments: [LuaValue] = []) -> LuaValue {
    do {
      return try function.call(arguments).first ?? .nil
    } catch {
      fail(error)
      return .nil
    }
  }

  /// The process whose coroutine runs now; an error elsewhere, since only processes wait.
  func currentProcess(_ stack: LuaStack, _ call: String) throws(Problem) -> ProcessObject {
    guard let current = simulator.current, let process = processes[Int(current.slot)] else {
      throw Problem(
        "\(call) waits, so only a process may call it",
        fix: "wrap it: sim.process(function(p) ... end)")
    }
    try process.requireRunning(stack, call)
    return process
  }

  /// A name for what was made without one, as in "resource 2".
  func freshName(_ noun: String) -> String {
    nextNumber += 1
    return "\(noun) \(nextNumber)"
  }

  private func resume(_ id: ProcessID, _ wake: Wake) {
    guard let process = uncounted[Int(id.slot)], let caller else { return }
    process._withUnsafeGuaranteedRef { resume($0, wake, from: caller) }
  }

  private func resume(_ process: ProcessObject, _ wake: Wake, from caller: LuaStack) {
    let id = process.id
    guard let count = process.prepare(wake) else { return }
    var results: Int32 = 0
    switch LuaThread.step(process.stack, from: caller, arguments: count, results: &results) {
    case .yielded:
      if results > 0 { process.thread.drop(results) }
      if simulator.isRunning(id) { complainAboutYield(process) }
    case .finished:
      process.takeResult(results)
      simulator.finish(id)
    case .failed:
      fail(process.failure())
      simulator.finish(id)
    }
    if ending != nil { ending = nil }
  }

  private func complainAboutYield(_ process: ProcessObject) {
    fail(
      Problem(
        "process \"\(process.name)\" at \(shownTime(simulator.now)): it yielded without waiting",
        fix: "call p:sleep(0) instead of coroutine.yield()"))
    process.closeThread()
    simulator.finish(process.id)
  }

  private func ended(_ id: ProcessID) {
    guard let process = processes[Int(id.slot)] else { return }
    process.noteEnd()
    // The switch that is under way still works on the object, uncounted.
    if simulator.current == id { ending = process }
    processes[Int(id.slot)] = nil
    uncounted[Int(id.slot)] = nil
  }
}

extension SimulationObject: CustomStringConvertible {
  var description: String {
    "simulation at \(shownTime(simulator.now)): \(simulator.eventCount) events, "
      + "\(simulator.processCount) processes, \(simulator.pendingCount) pending"
  }
}

/// A time in seconds for people: six significant digits, without an empty fraction.
func shownTime(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds != 0 else { return "\(seconds == 0 ? "0" : "\(seconds)") s" }
  var scale = 1.0
  while abs(seconds) * scale < 100_000, scale < 1e9 { scale *= 10 }
  let rounded = (seconds * scale).rounded() / scale
  if rounded == rounded.rounded(), abs(rounded) < 1e15 { return "\(Int(rounded)) s" }
  return "\(rounded) s"
}

/// Lua values by number.
struct Shelf {
  private var values: [LuaValue] = [.nil]
  private var free: [Int] = []

  /// Keeps a value and returns its number, which is never 0.
  mutating func put(_ value: LuaValue) -> Int {
    guard let number = free.popLast() else {
      values.append(value)
      return values.count - 1
    }
    values[number] = value
    return number
  }

  /// The value of a number.
  subscript(number: Int) -> LuaValue { values[number] }

  /// Gives the value out and forgets it.
  mutating func take(_ number: Int) -> LuaValue {
    defer {
      values[number] = .nil
      free.append(number)
    }
    return values[number]
  }
}
