import Base
import LuaBridge
import Simulation

/// How far a run goes.
typealias RunOptions = Named<Double?, Double?, Int?, LuaFunction?>

extension SimulationObject: LuaExported {
  static let luaName = "sim.Simulation"
  static let exported = Exported<SimulationObject>(
    "A virtual clock, its processes, and what they wait for.",
    detail: "Everything that happens goes through one queue of events; equal times keep the order "
      + "of their causes, so the same seed gives the same run.",
    example: "sim.new{ seed = 1 }:run{ until_seconds = 10 }", keepsIdentity: true
  ) {
    property("now_seconds", "The virtual time.", unit: .seconds) { $0.simulator.now }
    property("seed", "What all its random streams derive from.") {
      Int(truncatingIfNeeded: $0.simulator.seed)
    }
    property("event_count", "How many events have happened.") { $0.simulator.eventCount }
    property("pending_count", "How many events are to come.") { $0.simulator.pendingCount }
    property("next_event_seconds", "When the next event is due; nil when there is none.") {
      $0.simulator.nextEventTime
    }
    property("process_count", "How many processes have not ended.") { $0.simulator.processCount }
    property("processes", "The processes that have not ended.") { simulation in
      simulation.processes.compactMap(\.self)
    }
    property("stuck", "The names of processes that nothing will wake any more.") { simulation in
      simulation.simulator.stuckProcesses().map(simulation.simulator.name)
    }
    making
    running
    looking
  }

  @MemberBuilder private static var making: [ExportedMember] {
    method(
      "process", "Starts a function as a process; it gets the process as `p`.", .state,
      processFunction, processOptions
    ) { simulation, state, function, options in
      simulation.start(function, options, in: state)
    }.example("sim.new():process(function(p) p:sleep(1) end)")
    method("after", "Calls a function after a time.", delay, callback) { $0.after($1, $2) }
    method("resource", "Makes units to hold.", resourceOptions) { $0.resource($1) }
    method("store", "Makes a buffer of items.", storeOptions) { $0.store($1) }
    method("level", "Makes an amount to fill and drain.", levelOptions) { try $0.level($1) }
    method("signal", "Makes a signal.", .optional(.string("name", "what messages call it"))) {
      $0.signal($1)
    }
    method(
      "timer", "A signal that latches after a time, to wait for beside others.", delay
    ) { SignalObject($0, $0.simulator.timer(after: $1)) }
    method("stream", "The random stream of a name.", .string("name", "of what it is for")) {
      $0.simulator.stream($1)
    }
  }

  @MemberBuilder private static var running: [ExportedMember] {
    method(
      "run", "Lets events happen, to a limit or until none is left; returns why it stopped.",
      .state, runOptions
    ) { simulation, state, options in
      try simulation.run(options, in: state)
    }.returns("string")
    method("step", "Lets one event happen; false when there was none.", .state) {
      simulation, state in try simulation.run(RunLimit(events: 1), in: state) != .idle
    }
    method("pause", "Makes the run return after the present event.") { $0.simulator.pause() }
    method(
      "breakpoint", "Stops runs whenever a function returns true after an event.",
      .function("condition", "cheap, and changes nothing", signature: "fun(): boolean")
    ) { simulation, condition in
      simulation.simulator.addBreakpoint { [unowned simulation] in
        simulation.callback(condition).isTrue
      }
    }
    method(
      "remove_breakpoint", "Removes a breakpoint; false when there is none of that number.",
      .integer("number", "what `breakpoint` returned")
    ) { $0.simulator.removeBreakpoint($1) }
    method("close", "Ends all processes and forgets all events.") { try $0.close() }
    metamethod(.close, "Ends all processes and forgets all events.") { try $0.close() }
  }

  @MemberBuilder private static var looking: [ExportedMember] {
    method(
      "inspect", "What is going on now, as a table: clock, processes, places.", .state
    ) { $0.inspection(in: $1) }
    method(
      "trace", "Calls a function with a table for everything that happens; nil stops that.",
      .state,
      .optional(
        .function("observer", "gets a record", signature: "fun(record: table)"))
    ) { simulation, state, observer in simulation.trace(observer, in: state) }
    method("record", "Records spans for a timeline from now on.") { $0.record() }
    method(
      "mark", "Records that something happened now, for the timeline.",
      .string("label", "what stands beside it"), .string("lane", default: "marks")
    ) { simulation, label, lane in
      simulation.record()
      simulation.simulator.timeline?.mark(track: lane, label, at: simulation.simulator.now)
    }
    method(
      "timeline", "Draws who held what, and who waited, as a figure.", timelineOptions
    ) { try $0.drawing($1) }
    method("__mime", "What a notebook shows of it: the recorded timeline.", .state) {
      $0.shownForms(in: $1)
    }
    method("reset_statistics", "Forgets the figures of all places, as after a warm-up.") {
      $0.simulator.resetStatistics()
    }
  }
}

extension SimulationObject {
  static var delay: Argument<Double> {
    .number("seconds", "how long from now", unit: .seconds, range: 0...)
  }

  static var callback: Argument<LuaFunction> {
    .function("callback", "what to call; it cannot wait", signature: "fun()")
  }

  static var processFunction: Argument<LuaFunction> {
    .function("body", "what it does", signature: "fun(p: sim.Process): any")
  }

  static var processOptions: Argument<Named<String?, Double>> {
    .named(
      .optional(.string("name", "what messages and drawings call it")),
      .number("after_seconds", "when it starts, from now", unit: .seconds, default: 0, range: 0...))
  }

  static var resourceOptions: Argument<Named<String?, Int, Bool>> {
    .named(
      .optional(.string("name", "what messages and drawings call it")),
      .integer("capacity", "how many units there are", default: 1, range: 1...),
      .boolean(
        "preemptive", "whether urgent requests take units from less urgent holders",
        default: false))
  }

  static var storeOptions: Argument<Named<String?, Int?, String>> {
    .named(
      .optional(.string("name", "what messages and drawings call it")),
      .optional(.integer("capacity", "the most items it holds", range: 1...)),
      .choice(
        "order", "which item goes out first", among: Store.Order.allCases.map(\.rawValue),
        default: "fifo"))
  }

  static var levelOptions: Argument<Named<String?, Double, Double>> {
    .named(
      .optional(.string("name", "what messages and drawings call it")),
      .number("capacity", "the most that fits", default: .infinity, range: 0...),
      .number("initial", "what is there at first", default: 0, range: 0...))
  }

  static var runOptions: Argument<RunOptions> {
    .named(
      .optional(
        .number("until_seconds", "the time at which it stops", unit: .seconds, range: 0...)),
      .optional(
        .number("for_seconds", "how long it goes on from now", unit: .seconds, range: 0...)),
      .optional(.integer("events", "how many events happen at most", range: 0...)),
      .optional(
        .function("until_true", "asked after every event", signature: "fun(): boolean")))
  }

  func start(
    _ function: LuaFunction, _ options: Named<String?, Double>, in state: LuaState
  ) -> ProcessObject {
    start(function, name: options.values.0, after: options.values.1, in: state)
  }

  func after(_ seconds: Double, _ function: LuaFunction) {
    simulator.schedule(after: seconds) { [unowned self] in _ = callback(function) }
  }

  func resource(_ options: Named<String?, Int, Bool>) -> ResourceObject {
    let (name, capacity, isPreemptive) = options.values
    return ResourceObject(
      self,
      Resource(
        name ?? freshName("resource"), in: simulator, capacity: capacity,
        isPreemptive: isPreemptive))
  }

  func store(_ options: Named<String?, Int?, String>) -> StoreObject {
    let (name, capacity, order) = options.values
    return StoreObject(
      self,
      Store(
        name ?? freshName("store"), in: simulator, capacity: capacity ?? .max,
        order: Store.Order(rawValue: order) ?? .fifo))
  }

  func level(_ options: Named<String?, Double, Double>) throws(Problem) -> LevelObject {
    let (name, capacity, initial) = options.values
    guard initial <= capacity else {
      throw Problem("a level of capacity \(capacity) cannot start with \(initial)")
    }
    return LevelObject(
      self, Level(name ?? freshName("level"), in: simulator, capacity: capacity, initial: initial))
  }

  func signal(_ name: String?) -> SignalObject {
    SignalObject(self, Signal(name ?? freshName("signal"), in: simulator))
  }

  func run(_ options: RunOptions, in state: LuaState) throws -> String {
    let (until, duration, events, condition) = options.values
    if until != nil, duration != nil {
      throw Problem("run takes until_seconds or for_seconds", fix: "give one of them")
    }
    if let until, until < simulator.now {
      throw Problem("run{ until_seconds = \(until) }: it is \(shownTime(simulator.now)) already")
    }
    let limit = RunLimit(
      time: until ?? duration.map { simulator.now + $0 }, events: events,
      condition: condition.map { condition in
        { [unowned self] in callback(condition).isTrue }
      })
    return try run(limit, in: state).rawValue
  }

  func close() throws(Problem) {
    guard simulator.current == nil else {
      throw Problem("a process cannot close the simulation it runs in", fix: "call s:pause()")
    }
    for process in processes { _ = try process?.kill() }
    simulator.forgetEvents()
  }
}
