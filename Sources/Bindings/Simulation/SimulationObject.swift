import Base
import LuaBridge
import Simulation

/// A simulation as Lua holds it: the simulator, and the coroutines that are its processes.
///
/// The simulator's loop resumes a coroutine when its process goes on; what the coroutine asks for
/// (`p:sleep(1)`) puts the process to wait and yields.
final class SimulationObject {
  /// Where the loop finds a process and its coroutine.
  private struct Resumable {
    var process: Unmanaged<ProcessObject>?
    var stack: LuaStack?
  }

  /// The clock and everything that waits for it.
  let simulator: Simulator

  /// By the rows of the simulator's process table.
  var processes: ContiguousArray<ProcessObject?> = []
  /// The same, uncounted: what the loop reads at every switch.
  private var resumables: ContiguousArray<Resumable> = []
  /// Values that Swift only knows by a number: items of stores.
  var shelf = Shelf()
  /// What ended the run that is under way, when a process or a callback failed.
  private var failure: LuaError?
  private var nextNumber = 0
  /// So many take resumables without leaving the cache, at somewhat over 1 kB each.
  private static let processesInCache = 1000
  /// The process that ends in the switch that is under way.
  private var ending: ProcessObject?

  /// Creates a simulation at time 0.
  init(seed: UInt64) {
    simulator = Simulator(seed: seed)
    simulator.processEnded = { [unowned self] process in ended(process) }
  }

  deinit {
    // Places do not keep their simulator: nothing may look at them from here on.
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
      resumables.append(Resumable())
    }
    processes[slot] = process
    resumables[slot] = Resumable(
      process: .passUnretained(process), stack: process.stack)
    return process
  }

  /// Runs until a limit, from the coroutine that calls; rethrows what a process failed with.
  func run(_ limit: RunLimit, in state: LuaState) throws -> StopReason {
    guard simulator.current == nil else {
      throw Problem(
        "the simulation is running already", fix: "a process waits with p:sleep, it cannot run it")
    }
    failure = nil
    simulator.shouldStop = { state.isStopRequested }
    defer { simulator.shouldStop = nil }
    let reason = takeTurns(limit, from: state.stack)
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

  /// The loop; coroutines are resumed from the one that called `run`.
  private func takeTurns(_ limit: RunLimit, from caller: LuaStack) -> StopReason {
    let simulator = simulator
    var run = simulator.begin(limit)
    while let turn = simulator.next(&run) {
      let slot = Int(turn.process.slot)
      if resumables.count > Self.processesInCache { fetchAhead() }
      guard let process = resumables[slot].process, let stack = resumables[slot].stack,
        let count = process._withUnsafeGuaranteedRef({ $0.prepare(turn.wake) })
      else {
        finishIfRunning(turn.process)
        continue
      }
      var results: Int32 = 0
      let step = LuaThread.step(stack, from: caller, arguments: count, results: &results)
      if step == .yielded, results == 0, !simulator.isRunning(turn.process) { continue }
      process._withUnsafeGuaranteedRef { endTurn($0, step, results) }
    }
    return simulator.finish(run)
  }

  /// What is rare when a coroutine comes back: it handed over values, ended, or failed.
  private func endTurn(_ process: ProcessObject, _ step: LuaThread.Step, _ results: Int32) {
    let id = process.id
    switch step {
    case .yielded:
      if results > 0 { process.thread.drop(results) }
      if simulator.isRunning(id) { complainAboutYield(process) }
    case .finished:
      process.takeResult(results)
      finishIfRunning(id)
    case .failed:
      fail(process.failure())
      finishIfRunning(id)
    }
    ending = nil
  }

  private func finishIfRunning(_ id: ProcessID) {
    if simulator.isRunning(id) { simulator.finish(id) }
  }

  /// Has the memory of those who go on next on its way while this one runs: with many processes
  /// each switch meets a dozen cache lines that were last used a whole round ago.
  private func fetchAhead() {
    if let next = simulator.hint(1), let stack = resumables[next].stack {
      LuaThread.fetch(stack)
      if let process = resumables[next].process { LuaThread.fetch(object: process.toOpaque()) }
    }
    if let next = simulator.hint(0), let stack = resumables[next].stack {
      LuaThread.fetchFrames(stack)
    }
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
    resumables[Int(id.slot)] = Resumable()
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

  /// Keeps a value and reresumables its number, which is never 0.
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
