import Base
import LuaBridge
import Simulation

/// A process as Lua holds it: a row of the simulator and a coroutine.
final class ProcessObject {
  /// What a waiting process is handed when it goes on.
  enum Pending {
    case nothing
    case yes
    case hold(ResourceObject)
    case item
    case signal(SignalObject)
    case first([SignalObject])
    case all
    case join(ProcessObject)
    case using(ResourceObject, seconds: Double)
  }

  // What a switch reads comes first, so that it lies in one cache line.

  /// Not counted: the simulation keeps it, and counting costs time at every wait.
  private let uncounted: Unmanaged<Simulator>
  let id: ProcessID
  /// The coroutine's stack, read without counting references.
  let stack: LuaStack
  /// What the coroutine waits for.
  var pending = Pending.nothing
  let simulation: SimulationObject
  let thread: LuaThread
  /// The values of all signals that were awaited together.
  var collected: [LuaValue] = []
  /// What the interrupt that is on its way says.
  var interruptReason = LuaValue.nil
  /// What the function returned.
  private(set) var result = LuaValue.nil
  private(set) var hasEnded = false
  private var lastName = ""

  init(_ simulation: SimulationObject, _ id: ProcessID, _ thread: LuaThread) {
    self.simulation = simulation
    self.id = id
    self.thread = thread
    stack = thread.stack
    uncounted = .passUnretained(simulation.simulator)
  }

  var simulator: Simulator { uncounted.takeUnretainedValue() }

  var name: String { hasEnded ? lastName : simulator.name(of: id) }

  /// Checks that it is this process's own code that asks to wait.
  func requireRunning(_ stack: LuaStack, _ call: String) throws(Problem) {
    if isRunning(on: stack) { return }
    let fault = "\(call) was called outside of process \"\(name)\""
    if hasEnded { throw Problem("\(fault), which has ended") }
    throw Problem(fault, fix: "only the process's own function may wait, not another coroutine")
  }

  /// Puts the process to sleep and says whether it was its own code that asked.
  func sleep(_ stack: LuaStack, _ seconds: Double) -> Bool {
    guard stack == self.stack else { return false }
    return uncounted._withUnsafeGuaranteedRef { $0.sleepIfRunning(id, seconds) }
  }

  private func isRunning(on stack: LuaStack) -> Bool {
    stack == self.stack && uncounted._withUnsafeGuaranteedRef { $0.isRunning(id) }
  }

  /// Pushes what the coroutine is handed and returns how many values that are; nil when the process
  /// goes on waiting.
  func prepare(_ wake: Wake) -> Int32? {
    switch wake.reason {
    case .slept:
      guard case .using(let resource, _) = pending else { return 0 }
      resource.resource.release(id)
      pending = .nothing
      return 0
    case .started: return push(self)
    case .timedOut:
      pending = .nothing
      _ = push(LuaValue.nil)
      _ = push("timeout")
      return 2
    case .interrupted, .preempted: return interrupt(wake)
    case .granted, .stored, .delivered, .signalled, .joined: return handOver(wake)
    }
  }

  func push(_ value: some LuaWritable) -> Int32 {
    value.luaPush(stack)
    return 1
  }

  func takeResult(_ count: Int32) {
    let frame = LuaFrame(stack)
    if count > 0 { result = frame[frame.count - Int(count) + 1] }
    if count > 0 { thread.drop(count) }
  }

  func noteEnd() {
    lastName = simulator.name(of: id)
    hasEnded = true
    pending = .nothing
  }

  /// The error that the coroutine failed with, with the process's name and the virtual time in its
  /// message; a value that is no text crosses as it is.
  func failure() -> LuaError {
    let error = thread.failure()
    guard error.kind == .runtime, case .string = error.value else { return error }
    let place = error.position.map { "\($0.chunk):\($0.line): " } ?? ""
    let time = shownTime(simulator.now)
    return LuaError(
      value: .text("\(place)process \"\(name)\" at \(time): \(error.message)"))
  }

  /// Ends the coroutine where it stands, so that its `<close>` variables are closed.
  func closeThread() {
    do { try thread.close() } catch { simulation.fail(error) }
  }

  private func handOver(_ wake: Wake) -> Int32? {
    let pending = pending
    self.pending = .nothing
    switch pending {
    case .hold(let resource): return push(HoldObject(self, resource))
    case .item: return push(simulation.shelf.take(wake.value))
    case .signal(let signal): return push(signal.value(wake.value))
    case .first(let signals):
      let signal = signals[Int(wake.index)]
      return push(signal) + push(signal.value(wake.value))
    case .all: return push(collected)
    case .join(let other): return push(other.result)
    case .using(_, let seconds):
      self.pending = pending
      simulator.sleep(id, seconds)
      return nil
    case .yes, .nothing: return push(true)
    }
  }

  private func interrupt(_ wake: Wake) -> Int32 {
    if case .using(let resource, _) = pending { resource.resource.release(id) }
    pending = .nothing
    let isPreempted = wake.reason == .preempted
    let taker = isPreempted ? simulation.processes[wake.value]?.name : nil
    thread.pushError(
      InterruptValue(
        isPreempted: isPreempted, reason: isPreempted ? .text("preempted") : interruptReason,
        taker: taker, remainingSeconds: simulator.remainingSeconds(of: id)))
    interruptReason = .nil
    return 2
  }
}

extension ProcessObject: CustomStringConvertible {
  var description: String {
    let state = hasEnded ? "ended" : simulator.state(of: id).rawValue
    let place = hasEnded ? nil : simulator.place(of: id)?.name
    return "process \"\(name)\": \(state)\(place.map { " at \($0)" } ?? "")"
  }
}

/// The error that an interrupted wait raises.
struct InterruptValue: CustomStringConvertible {
  let isPreempted: Bool
  let reason: LuaValue
  let taker: String?
  let remainingSeconds: Double

  var description: String {
    if let taker {
      return "preempted by process \"\(taker)\", \(shownTime(remainingSeconds)) were left"
    }
    let words = reason.text ?? reason.number.map { "\($0)" } ?? ""
    return
      "interrupted\(words.isEmpty ? "" : ": \(words)"), \(shownTime(remainingSeconds)) were left"
  }
}
