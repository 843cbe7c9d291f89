import Base
public import LuaBridge
import Simulation

/// Keeps a state's default simulation.
private final class DefaultSimulation {
  let simulation: SimulationObject

  init(seed: UInt64) { simulation = SimulationObject(seed: seed) }
}

extension ModuleCall {
  /// The simulation that `sim.run{}` and its kin mean; made at first use with seed 0.
  fileprivate var simulation: SimulationObject {
    if let known = state[DefaultSimulation.self] { return known.simulation }
    return fresh(seed: 0)
  }

  fileprivate func fresh(seed: Int) -> SimulationObject {
    let made = DefaultSimulation(seed: UInt64(bitPattern: Int64(seed)))
    state[DefaultSimulation.self] = made
    return made.simulation
  }
}

/// `sim`: virtual time with processes that are Lua functions.
public enum SimulationModule: LuaDeclarations {
  /// The module.
  public static let module = LuaModule(
    "sim", "Virtual time: processes, resources, random streams and statistics.",
    detail: "`sim.new{ seed = 1 }` makes a simulation. The functions of the module itself "
      + "(`sim.process`, `sim.run`, …) work on a default one, and may be written with a colon.",
    example: "sim.process(function(p) p:sleep(1.5) end) sim.run()"
  ) {
    function("new", "Makes a simulation at time 0.", .moduleCall, newOptions) { _, options in
      let (seed, isRecorded) = options.values
      let simulation = SimulationObject(seed: UInt64(bitPattern: Int64(seed)))
      if isRecorded { simulation.record() }
      return simulation
    }.example("sim.new{ seed = 1 }")
    function("default", "The simulation that the module's own functions work on.", .moduleCall) {
      $0.simulation
    }
    function(
      "reset", "Closes the default simulation and starts a fresh one.", .moduleCall, newOptions
    ) { call, options in
      let (seed, isRecorded) = options.values
      try call.simulation.close()
      let simulation = call.fresh(seed: seed)
      if isRecorded { simulation.record() }
      return simulation
    }.example("sim.reset{ seed = 7 }")
    making
    running
    chance
    QueueingModule.module
    SimulationObject.exported
    ProcessObject.exported
    ResourceObject.exported
    HoldObject.exported
    StoreObject.exported
    LevelObject.exported
    SignalObject.exported
    RandomStream.exported
    DistributionValue.exported
    StatisticsObject.exported
    InterruptValue.exported
  }

  private static var newOptions: Argument<Named<Int, Bool>> {
    .named(
      .integer("seed", "what all random streams derive from", default: 0),
      .boolean("record", "whether spans are recorded for a timeline", default: false))
  }

  @MemberBuilder private static var making: [ExportedMember] {
    function(
      "process", "Starts a function as a process; it gets the process as `p`.", .moduleCall,
      SimulationObject.processFunction, SimulationObject.processOptions
    ) { $0.simulation.start($1, $2, in: $0.state) }
    .example("sim.process(function(p) p:sleep(1.5) end)")
    function(
      "after", "Calls a function after a time.", .moduleCall, SimulationObject.delay,
      SimulationObject.callback
    ) { $0.simulation.after($1, $2) }.example("sim.after(3, function() print(sim.now()) end)")
    function(
      "resource", "Makes units to hold.", .moduleCall, SimulationObject.resourceOptions
    ) { $0.simulation.resource($1) }.example(#"sim.resource{ name = "server", capacity = 2 }"#)
    function("store", "Makes a buffer of items.", .moduleCall, SimulationObject.storeOptions) {
      $0.simulation.store($1)
    }.example("sim.store{ capacity = 3 }")
    function(
      "level", "Makes an amount to fill and drain.", .moduleCall, SimulationObject.levelOptions
    ) { try $0.simulation.level($1) }.example("sim.level{ capacity = 10, initial = 5 }")
    function(
      "signal", "Makes a signal.", .moduleCall,
      .optional(.string("name", "what messages call it"))
    ) { $0.simulation.signal($1) }.example(#"sim.signal("bell")"#)
    function(
      "timer", "A signal that latches after a time, to wait for beside others.", .moduleCall,
      SimulationObject.delay
    ) { SignalObject($0.simulation, $0.simulation.simulator.timer(after: $1)) }
    .example("sim.timer(2)")
    function(
      "stream", "The random stream of a name.", .moduleCall, .string("name", "of what it is for")
    ) { $0.simulation.simulator.stream($1) }.example(#"sim.stream("arrivals"):exponential(2)"#)
  }

  @MemberBuilder private static var running: [ExportedMember] {
    function("now", "The virtual time in seconds.", .moduleCall) { $0.simulation.simulator.now }
      .example("sim.now()")
    function(
      "run", "Lets events happen, to a limit or until none is left; returns why it stopped.",
      .moduleCall, SimulationObject.runOptions
    ) { try $0.simulation.run($1, in: $0.state) }.example("sim:run{ until_seconds = 100 }")
    function("step", "Lets one event happen; false when there was none.", .moduleCall) {
      try $0.simulation.run(RunLimit(events: 1), in: $0.state) != .idle
    }.example("sim.step()")
    function("pause", "Makes the run return after the present event.", .moduleCall) {
      $0.simulation.simulator.pause()
    }.example("sim.after(5, sim.pause)")
    function("inspect", "What is going on now, as a table.", .moduleCall) {
      $0.simulation.inspection(in: $0.state)
    }.example("sim.inspect()")
    function("record", "Records spans for a timeline from now on.", .moduleCall) {
      $0.simulation.record()
    }.example("sim.record()")
    function(
      "timeline", "Draws who held what, and who waited, as a figure.", .moduleCall,
      SimulationObject.timelineOptions
    ) { try $0.simulation.drawing($1) }.example("sim.record() sim.timeline()")
  }

  @MemberBuilder private static var chance: [ExportedMember] {
    function(
      "distribution", "Makes a distribution from its name and parameters.", .moduleCall,
      .choice("name", "the family", among: Distributions.catalog.names),
      .optional(.table("parameters", "by name, as help(sim.distributions) lists them"))
    ) { try DistributionValue.make($1, $2) }
    .example(#"sim.distribution("lognormal", { mean = 200, cv = 1.5 })"#)
    .detail(DistributionText.list)
    function(
      "distributions", "The families of distributions: name, summary and parameters.", .moduleCall
    ) { DistributionText.tables(in: $0.state) }.example("sim.distributions()[1].name")
    function(
      "statistics", "Collects numbers, with exact quantiles.", .moduleCall,
      .optional(.value("values", "the first numbers", of: [Double].self))
    ) { StatisticsObject(Observations($1 ?? [])) }.example("sim.statistics{ 1, 2, 3 }.mean")
  }
}

/// The catalog of distributions as text and as tables.
private enum DistributionText {
  static let list = Distributions.catalog.elements.map { family in
    let names = family.info.parameters.map(\.name).joined(separator: ", ")
    return "- `\(family.info.name)` { \(names) }: \(family.info.summary)"
  }.joined(separator: "\n")

  static func tables(in state: LuaState) -> [LuaTable] {
    Distributions.catalog.elements.map { family in
      let parameters = family.info.parameters.map { parameter in
        LuaValue.table(
          state.makeTable(fields: [
            "name": .text(parameter.name), "summary": .text(parameter.summary),
            "default": parameter.defaultValue.map { .text($0) } ?? .nil,
          ]))
      }
      return state.makeTable(fields: [
        "name": .text(family.info.name), "summary": .text(family.info.summary),
        "example": family.info.example.map { .text($0) } ?? .nil,
        "parameters": .table(state.makeTable(parameters)),
      ])
    }
  }
}
