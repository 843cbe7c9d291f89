import Base
import Bindings
import LuaBridge

/// Simulated processes written in Lua: how fast they take turns, and what one weighs.
func processCases() -> [Case] {
  [
    Case("Lua process switches, 100 processes", .perSecond, .atLeast(5e6)) {
      try luaSwitches(processes: 100)
    },
    Case("Lua process switches, 100,000 processes", .perSecond, .atLeast(2.5e6), rounds: 3) {
      try luaSwitches(processes: 100_000)
    },
    // About 1 kB in the Lua heap: a coroutine of 5.4 alone takes 0.9 kB with its first frames.
    Case("Lua heap per waiting process", .bytes, .atMost(1200), rounds: 3) {
      try heapPerProcess()
    },
  ]
}

/// A state with so many processes that sleep one second again and again, all started.
private func sleepers(_ processes: Int) throws -> LuaState {
  let lua = LuaState()
  try lua.register(SimulationModule.module)
  try lua.run(
    """
    local function body(p)
      while true do p:sleep(1) end
    end
    for _ = 1, \(processes) do sim.process(body) end
    sim.run{ events = \(processes) }
    """)
  return lua
}

private func luaSwitches(processes: Int) throws -> Double {
  let lua = try sleepers(processes)
  let count = 2_000_000
  let chunk = try lua.load("sim.run{ events = \(count) }", chunkName: "bench")
  return Double(count) / (try processorSeconds { try chunk.call() })
}

private func heapPerProcess() throws -> Double {
  let lua = LuaState()
  try lua.register(SimulationModule.module)
  lua.collectGarbage()
  let empty = lua.memoryUsed.count
  let many = try sleepers(20_000)
  many.collectGarbage()
  return Double(many.memoryUsed.count - empty) / 20_000
}
