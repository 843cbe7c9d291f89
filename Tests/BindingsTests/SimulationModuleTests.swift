import Base
import LuaBridge
import Testing

@testable import Bindings

@Suite struct SimulationModuleTests {
  /// Runs code with `sim` and returns what it returns.
  func run(_ code: String) throws -> [LuaValue] {
    let lua = LuaState()
    try lua.register(SimulationModule.module)
    return try lua.run(code, chunkName: "test")
  }

  @Test(arguments: ["sim.run{ until_seconds = 9 }", "sim:run{ until_seconds = 9 }", "sim.run()"])
  func `the default simulation is run with a dot or a colon`(call: String) throws {
    let values = try run(
      """
      local times = {}
      sim.process(function(p) p:sleep(1.5) times[#times + 1] = p.now_seconds end)
      local reason = \(call)
      return times[1], reason, sim.now()
      """)
    #expect(values[0] == 1.5)
  }

  @Test func `an error in a process carries its place, its name and the virtual time`() throws {
    let error = #expect(throws: LuaError.self) {
      try run(
        """
        sim.process(function(p)
          p:sleep(2)
          error("out of paper")
        end, { name = "printer" })
        sim.run()
        """)
    }
    #expect(error?.description == #"test:3: process "printer" at 2 s: out of paper"#)
  }

  @Test(
    "misuse is explained",
    arguments: [
      ("sim.resource():acquire()", "r:acquire waits, so only a process may call it"),
      (
        "sim.process(function(p) p:sleep(-1) end) sim.run()", "p:sleep(-1.0): time does not go back"
      ),
      ("sim.process(function(p) coroutine.yield() end) sim.run()", "it yielded without waiting"),
      ("sim.process(function(p) sim.run() end) sim.run()", "the simulation is running already"),
      (
        "sim.process(function(p) coroutine.wrap(function() p:sleep(1) end)() end) sim.run()",
        "p:sleep was called outside of process"
      ),
      (
        "local p = sim.process(function() end) sim.run() p:sleep(1)", "which has ended"
      ),
      (
        "sim.process(function(p) p:acquire(sim.resource(), { amount = 2 }) end) sim.run()",
        "that wait would never end"
      ),
      ("sim.distribution('exponentail')", "bad argument #1 'name' to 'distribution'"),
      ("sim.distribution('weibull')", "distribution weibull: shape is missing"),
      ("sim.run{ until_second = 3 }", "unknown option"),
      ("sim.after(2, function() error('no') end) sim.run()", "no"),
      ("sim.store():put(nil)", "a store cannot take nil"),
      ("sim.queueing.mm1{ arrival_rate = 2, service_rate = 1 }", "grows without bound"),
    ])
  func misuse(code: String, message: String) {
    let error = #expect(throws: LuaError.self) { try run(code) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "none")")
  }

  @Test func `a simulation whose processes have ended goes with the last that Lua keeps of it`()
    throws
  {
    let lua = LuaState()
    try lua.register(SimulationModule.module)
    weak var simulation: SimulationObject?
    do {
      let made = try lua.run(
        """
        local s = sim.new()
        local server = s:resource()
        for _ = 1, 9 do s:process(function(p) server:use(p, 1) end) end
        s:run()
        return s
        """)
      guard case .userdata(let userdata) = made[0] else {
        Issue.record("no simulation came")
        return
      }
      simulation = userdata.object(SimulationObject.self)
      #expect(simulation != nil)
    }
    lua.collectGarbage()
    lua.collectGarbage()
    #expect(simulation == nil)
  }
}
