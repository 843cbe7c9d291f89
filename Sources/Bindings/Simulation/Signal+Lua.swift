import Base
import LuaBridge
import Simulation

/// A signal with the simulation that it must not outlive, and the values it was fired with.
final class SignalObject: CustomStringConvertible {
  let simulation: SimulationObject
  let signal: Signal
  /// The value it is latched with.
  private(set) var latchedValue = LuaValue.nil
  /// Values by the number of the firing, until everyone who was woken has taken them.
  private var fired: [Int: (value: LuaValue, left: Int)] = [:]

  init(_ simulation: SimulationObject, _ signal: Signal) {
    self.simulation = simulation
    self.signal = signal
  }

  var description: String { "signal \"\(signal.name)\": \(signal.status)" }

  /// Wakes everyone who waits; returns how many that were.
  func fire(_ value: LuaValue, latch: Bool) -> Int {
    let shown: LuaValue = value == .nil ? true : value
    if latch { latchedValue = shown }
    let number = signal.firedCount + 1
    // Before it is fired: whoever waits for all of several takes the value at once.
    if signal.waitingCount > 0, value != .nil { fired[number] = (shown, signal.waitingCount) }
    return signal.fire(number, latch: latch)
  }

  /// The value of a firing, handed to one of those who waited; true where it had none.
  func value(_ number: Int) -> LuaValue {
    guard let entry = fired[number] else {
      return signal.latchedValue == number ? latchedValue : true
    }
    fired[number] = entry.left > 1 ? (entry.value, entry.left - 1) : nil
    return entry.value
  }
}

extension SignalObject: LuaExported {
  static let luaName = "sim.Signal"
  static let exported = Exported<SignalObject>(
    "News that wakes every process that waits for it.",
    detail: "`fire` wakes those who wait now. `latch` also lets later waits pass at once, until "
      + "`reset`.",
    example: #"local bell = sim.signal("bell") sim.after(1, function() bell:fire() end)"#,
    keepsIdentity: true
  ) {
    property("name", "What messages and drawings call it.") { $0.signal.name }
    property("is_latched", "True while waits pass at once.") { $0.signal.isLatched }
    property("value", "What it is latched with.") { $0.latchedValue }
    property("fired_count", "How often it was fired.") { $0.signal.firedCount }
    property("waiting_count", "How many processes wait for it.") { $0.signal.waitingCount }
    method(
      "fire", "Wakes everyone who waits and returns how many that were.",
      .any("value", "what their wait returns; true where it is left out")
    ) { $0.fire($1, latch: false) }
    method(
      "latch", "Wakes everyone who waits, and lets later waits pass at once.",
      .any("value", "what their wait returns; true where it is left out")
    ) { $0.fire($1, latch: true) }
    method("reset", "Takes a latched signal back.") { $0.signal.reset() }
    method(
      "wait", "Waits for it in the running process, as p:wait does.", .state,
      .optional(.number("timeout_seconds", "the longest wait", unit: .seconds, range: 0...))
    ) { signal, state, timeout in
      let process = try signal.simulation.currentProcess(state.stack, "signal:wait")
      return try process.wait(state.stack, signal, timeout)
    }.returns("any")
  }
}
