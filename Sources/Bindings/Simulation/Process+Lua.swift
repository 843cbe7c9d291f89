import Base
import LuaBridge
import Simulation

extension ProcessObject: LuaExported {
  static let luaName = "sim.Process"

  static let exported = Exported<ProcessObject>(
    "A process: a function that lives in virtual time and waits in the middle of its code.",
    detail: "Its function gets it as `p`. Waiting methods may be called by that function only. "
      + "A wait that is interrupted raises a `sim.Interrupt`; a wait that takes too long returns "
      + "`nil, \"timeout\"`.",
    example: "sim.process(function(p) p:sleep(1.5) end)", keepsIdentity: true
  ) {
    property(
      "name", "What messages and drawings call it.", get: { $0.name },
      set: { $0.simulator.rename($0.id, $1) })
    property("now_seconds", "The virtual time.", unit: .seconds) { $0.simulator.now }
    property("state", #""ready", "running", "sleeping", "waiting" or "ended"."#) {
      $0.hasEnded ? "ended" : $0.simulator.state(of: $0.id).rawValue
    }
    property("is_alive", "True until its function has returned.") { !$0.hasEnded }
    property("result", "What its function returned, once it has ended.") { $0.result }
    property("waits_at", "The name of what it waits for; nil when it does not wait.") {
      $0.hasEnded ? nil : $0.simulator.place(of: $0.id)?.name
    }
    property("simulation", "The simulation it lives in.") { $0.simulation }
    waits
    events
  }

  private static var seconds: Parameter {
    Parameter(
      name: "seconds", kind: .number, unit: .seconds, range: 0...Double.infinity,
      summary: "how long, in virtual time")
  }

  @MemberBuilder private static var waits: [ExportedMember] {
    // Raw, because this is the call that every process makes most.
    rawMethod("sleep", "Waits for a time.", parameters: [seconds]) { process, frame in
      let seconds: Double = try frame.read(2, "seconds")
      guard seconds >= 0 else { throw Problem("p:sleep(\(seconds)): time does not go back") }
      if process.sleep(frame.stack, seconds) { return .yield() }
      try process.requireRunning(frame.stack, "p:sleep")
      return .values(0)
    }.example("sim.process(function(p) p:sleep(2) end)")
    method(
      "acquire", "Waits for units of a resource and returns the hold on them.", .state,
      .value("resource", "what to take from", of: ResourceObject.self),
      ResourceObject.requestOptions
    ) { process, state, resource, options in
      try process.acquire(state.stack, resource, ResourceObject.request(options))
    }.example("sim.process(function(p) local hold <close> = p:acquire(sim.resource()) end)")
      .returns("sim.Hold?")
    method(
      "release", "Gives back what it took last of a resource; false when it holds nothing.",
      .value("resource", "what to give back to", of: ResourceObject.self)
    ) { process, resource in resource.resource.release(process.id) }
    method(
      "put", "Waits until a store has taken an item.", .state,
      .value("store", "where to put it", of: StoreObject.self), .any("item", "any value but nil"),
      StoreObject.putOptions
    ) { process, state, store, item, options in
      try store.put(state.stack, item, options, as: process)
    }.example(#"sim.process(function(p) p:put(sim.store(), "letter") end)"#).returns("boolean?")
    method(
      "get", "Waits for an item of a store and returns it.", .state,
      .value("store", "where to take it", of: StoreObject.self), StoreObject.getOptions
    ) { process, state, store, options in
      try store.get(state.stack, options, as: process)
    }.returns("any")
    method(
      "take", "Waits until a level holds an amount and takes it.", .state,
      .value("level", "what to take from", of: LevelObject.self),
      .number("amount", "how much", range: 0...), LevelObject.options
    ) { process, state, level, amount, options in
      try level.move(state.stack, amount, options, as: process, isTaking: true)
    }.returns("boolean?")
    method(
      "give", "Waits until an amount fits into a level and puts it in.", .state,
      .value("level", "what to put into", of: LevelObject.self),
      .number("amount", "how much", range: 0...), LevelObject.options
    ) { process, state, level, amount, options in
      try level.move(state.stack, amount, options, as: process, isTaking: false)
    }.returns("boolean?")
    method(
      "wait", "Waits for a signal and returns its value, true where it has none.", .state,
      .value("signal", "what to wait for", of: SignalObject.self), timeoutArgument
    ) { process, state, signal, timeout in
      try process.wait(state.stack, signal, timeout)
    }.example("sim.process(function(p) p:wait(sim.signal(), 3) end)").returns("any")
    method(
      "wait_any", "Waits for the first of several signals: returns it and its value.", .state,
      .value("signals", "what to wait for", of: [SignalObject].self), timeoutArgument
    ) { process, state, signals, timeout in
      try process.waitAny(state.stack, signals, timeout)
    }.returns("sim.Signal?", "any")
    method(
      "wait_all", "Waits for all of several signals: returns their values in a list.", .state,
      .value("signals", "what to wait for", of: [SignalObject].self), timeoutArgument
    ) { process, state, signals, timeout in
      try process.waitAll(state.stack, signals, timeout)
    }.returns("any[]?")
    method(
      "wait_until", "Waits until a function returns true; it is called after every event.",
      .state, .function("condition", "cheap, and changes nothing", signature: "fun(): boolean"),
      timeoutArgument
    ) { process, state, condition, timeout in
      try process.wait(state.stack, until: condition, timeout)
    }.returns("boolean?")
    method(
      "join", "Waits until another process has ended and returns its result.", .state,
      .value("other", "the process to wait for", of: ProcessObject.self), timeoutArgument
    ) { process, state, other, timeout in
      try process.join(state.stack, other, timeout)
    }.returns("any")
  }

  private static var timeoutArgument: Argument<Double?> {
    .optional(
      .number(
        "timeout_seconds", "the longest wait; then it returns nil and \"timeout\"", unit: .seconds,
        range: 0...))
  }

  @MemberBuilder private static var events: [ExportedMember] {
    method(
      "interrupt", "Makes its wait raise a sim.Interrupt, at its next wait if it is not waiting.",
      .any("reason", "what `reason` of the error will be")
    ) { process, reason in
      guard !process.hasEnded else { return false }
      process.interruptReason = reason
      return process.simulator.interrupt(process.id)
    }.returns("boolean")
    method("kill", "Ends it where it stands; false when it had ended.") { process in
      try process.kill()
    }.returns("boolean")
  }
}

extension ProcessObject {
  func acquire(
    _ stack: LuaStack, _ resource: ResourceObject, _ request: Resource.Request
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:acquire")
    try resource.check(request)
    if resource.resource.acquire(id, request) {
      HoldObject(self, resource).luaPush(stack)
      return .values(1)
    }
    pending = .hold(resource)
    return .yield()
  }

  func use(
    _ stack: LuaStack, _ resource: ResourceObject, _ seconds: Double, _ request: Resource.Request
  ) throws -> LuaReturn {
    try requireRunning(stack, "r:use")
    try resource.check(request)
    pending = .using(resource, seconds: seconds)
    if resource.resource.acquire(id, request) { simulator.sleep(id, seconds) }
    return .yield()
  }

  func wait(
    _ stack: LuaStack, _ signal: SignalObject, _ timeout: Double?
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:wait")
    if signal.signal.wait(id, timeout: timeout) != nil {
      signal.latchedValue.luaPush(stack)
      return .values(1)
    }
    pending = .signal(signal)
    return .yield()
  }

  func waitAny(
    _ stack: LuaStack, _ signals: [SignalObject], _ timeout: Double?
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:wait_any")
    guard !signals.isEmpty else { throw Problem("p:wait_any needs at least one signal") }
    let latched = simulator.waitAny(id, signals.map(\.signal), timeout: timeout)
    guard let latched else {
      pending = .first(signals)
      return .yield()
    }
    signals[latched.index].luaPush(stack)
    signals[latched.index].latchedValue.luaPush(stack)
    return .values(2)
  }

  func waitAll(
    _ stack: LuaStack, _ signals: [SignalObject], _ timeout: Double?
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:wait_all")
    let values = simulator.waitAll(
      id, signals.map(\.signal), timeout: timeout
    ) { [unowned self] tokens in
      collected = zip(signals, tokens).map { $0.value($1) }
    }
    guard values == nil else {
      signals.map(\.latchedValue).luaPush(stack)
      return .values(1)
    }
    pending = .all
    return .yield()
  }

  func wait(
    _ stack: LuaStack, until condition: LuaFunction, _ timeout: Double?
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:wait_until")
    if try condition.call().first?.isTrue == true {
      true.luaPush(stack)
      return .values(1)
    }
    let simulation = simulation
    _ = simulator.wait(id, timeout: timeout) { [unowned simulation] in
      simulation.simulator.current == nil && simulation.callback(condition).isTrue
    }
    pending = .yes
    return .yield()
  }

  func join(
    _ stack: LuaStack, _ other: ProcessObject, _ timeout: Double?
  ) throws -> LuaReturn {
    try requireRunning(stack, "p:join")
    guard other !== self else { throw Problem("a process cannot wait for its own end") }
    guard other.simulation === simulation else {
      throw Problem("process \"\(other.name)\" lives in another simulation")
    }
    guard let end = simulator.endSignal(of: other.id) else {
      other.result.luaPush(stack)
      return .values(1)
    }
    _ = end.wait(id, timeout: timeout)
    pending = .join(other)
    return .yield()
  }

  func kill() throws(Problem) -> Bool {
    guard simulator.current != id else {
      throw Problem("a process cannot kill itself", fix: "return from its function")
    }
    guard !hasEnded else { return false }
    closeThread()
    return simulator.kill(id)
  }
}

extension InterruptValue: LuaExported {
  static let luaName = "sim.Interrupt"
  static let exported = Exported<InterruptValue>("What an interrupted wait raises.") {
    property("kind", #""interrupted" or "preempted"."#) {
      $0.isPreempted ? "preempted" : "interrupted"
    }
    property("reason", "What was given to `interrupt`.") { $0.reason }
    property("by", "The name of the process that took the resource, where one did.") { $0.taker }
    property("remaining_seconds", "How much of the wait was left.", unit: .seconds) {
      $0.remainingSeconds
    }
  }
}
