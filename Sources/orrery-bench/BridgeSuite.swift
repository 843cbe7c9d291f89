import Base
import CBridgePeer
import Glibc
import LuaBridge
import Simulation

/// The Lua border, beside the same things written in C by hand and loaded into the same state.
struct BridgeSuite: Suite {
  let name = "bridge"
  let summary = "Calls, objects, callbacks and coroutines across the Lua border."

  func cases() throws -> [Case] {
    let lua = LuaState()
    try lua.register(BenchModule.module)
    try lua.open("peer", luaopen_bridge_peer)
    func pair(_ name: String, _ bar: Double, _ step: String, count: Int) throws -> Case {
      let ours = try loop(lua, module: "bench", step: step)
      let theirs = try loop(lua, module: "peer", step: step)
      let empty = try loop(lua, module: "bench", step: "")
      func measure(_ function: LuaFunction) throws -> Double {
        defer { keep(lua) }
        return (try time(function, count) - time(empty, count)) / Double(count) * 1e9
      }
      return Case(
        name, .nanoseconds, .ratioAtMost(bar),
        peer: Peer("C", version: "by hand") { try measure(theirs) }, rounds: 9
      ) { try measure(ours) }
    }
    return [
      try pair("call with two numbers", 1.1, "add(i, 2.5)", count: 3_000_000),
      try pair("method", 0.8, "p:scaled(2)", count: 3_000_000),
      try pair("property", 0.8, "local x = p.x", count: 3_000_000),
      try pair("create and collect an object", 1.0, "point(1, 2)", count: 1_000_000),
      try policy(lua),
      Case("process switches, 100 processes", .perSecond, .atLeast(5e6)) {
        try switches(processes: 100, count: 2_000_000)
      },
      Case("process switches, 100,000 processes", .perSecond, .atLeast(2.5e6), rounds: 3) {
        try switches(processes: 100_000, count: 2_000_000)
      },
      Case("memory of a process", .bytes, .atMost(1150), rounds: 1) { try processBytes() },
    ]
  }
}

/// A loop in Lua around one step, as a function of the number of rounds.
private func loop(_ lua: LuaState, module: String, step: String) throws -> LuaFunction {
  let code = """
    local add, point = \(module).add, \(module).point
    local p = point(1, 2)
    return function(n) for i = 1, n do \(step) end end
    """
  guard let function = try lua.run(code, chunkName: step).first?.function else {
    throw Problem("the loop is no function")
  }
  return function
}

private func time(_ function: LuaFunction, _ count: Int) throws -> Double {
  try processorTime { try function.call([.integer(count)]) }
}

/// Measures seconds inside a call from Lua, where simulations run.
private func insideRun(_ lua: LuaState, _ body: @escaping () throws -> Void) throws -> Double {
  let function = lua.makeFunction("measured") { _ in try processorTime(body) }
  return try function(as: Double.self)
}

/// Swift calls a function that Lua keeps, with numbers, as for a policy.
private func policy(_ lua: LuaState) throws -> Case {
  let made = try lua.run("return function(load, limit) return load + limit end").first
  guard let function = made?.function else { throw Problem("the policy is no function") }
  return Case("policy calls from Swift", .perSecond, .atLeast(20e6), rounds: 9) {
    let count = 3_000_000
    return Double(count)
      / (try insideRun(lua) {
        var sum = 0.0
        for round in 0..<count { sum += try function(Double(round), 2.5) }
        keep(sum)
      })
  }
}

/// A point as a Swift class, member for member the C module's.
private final class Point {
  let x: Double
  let y: Double

  init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

extension Point: LuaExported {
  static let luaName = "bench.Point"
  static let exported = Exported<Point>("A point in the plane.") {
    property("x", "First coordinate.") { $0.x }
    property("y", "Second coordinate.") { $0.y }
    method("scaled", "First coordinate times a factor.", .number("factor")) { $0.x * $1 }
  }
}

private enum BenchModule: LuaDeclarations {
  static let module = LuaModule("bench", "What the bench calls.") {
    function("add", "Adds two numbers.", .number("a"), .number("b")) { $0 + $1 }
    function("point", "Makes a point.", .number("x"), .number("y")) { Point(x: $0, y: $1) }
    Point.exported
  }
}

/// Processes that sleep in turn: the event loop of a simulation and nothing else.
private final class Clock {
  struct Loop {
    var queue = EventQueue()
    var current = 0
    var now = 0.0
  }

  /// Behind a pointer as in `Simulator`, since sleepers reach in while the loop runs.
  let loop = UnsafeMutablePointer<Loop>.allocate(capacity: 1)
  var threads: [LuaThread] = []

  init() { loop.initialize(to: Loop()) }

  deinit {
    loop.deinitialize(count: 1)
    loop.deallocate()
  }
}

extension Clock: LuaExported {
  static let luaName = "bench.Clock"
  static let exported = Exported<Clock>("A clock that processes sleep on.", keepsIdentity: true) {
    rawMethod("sleep", "Waits.") { clock, frame in
      let delay = try frame.read(2, "seconds", as: Double.self)
      let loop = clock.loop
      loop.pointee.queue.push(
        time: loop.pointee.now + delay, payload: UInt64(loop.pointee.current))
      return .yield()
    }
  }
}

private func start(_ lua: LuaState, processes: Int) throws -> Clock {
  let clock = Clock()
  let code = "local clock = ...; return function() while true do clock:sleep(1) end end"
  let chunk = try lua.load(code, chunkName: "process")
  let arguments = [LuaValue.of(clock, in: lua)]
  guard let body = try chunk.call(arguments).first?.function else {
    throw Problem("the process is no function")
  }
  for index in 0..<processes {
    clock.threads.append(lua.makeThread(body))
    clock.loop.pointee.queue.push(
      time: Double(index) / Double(processes), payload: UInt64(index))
  }
  return clock
}

private func turn(_ clock: Clock, _ lua: LuaState, count: Int) throws {
  let (stack, threads, loop) = (lua.stack, clock.threads, clock.loop)
  for _ in 0..<count {
    guard let event = loop.pointee.queue.pop() else { return }
    let current = Int(event.payload)
    loop.pointee.now = event.time
    loop.pointee.current = current
    if threads[current].step(from: stack) == .failed { throw threads[current].failure() }
  }
}

private func switches(processes: Int, count: Int) throws -> Double {
  let lua = LuaState()
  let clock = try start(lua, processes: processes)
  try turn(clock, lua, count: processes)
  return Double(count) / (try insideRun(lua) { try turn(clock, lua, count: count) })
}

private func processBytes() throws -> Double {
  let lua = LuaState()
  let count = 100_000
  lua.collectGarbage()
  let before = lua.memoryUsed.count
  let clock = try start(lua, processes: count)
  try turn(clock, lua, count: count)
  lua.collectGarbage()
  return Double(lua.memoryUsed.count - before) / Double(count)
}

/// The seconds that this thread itself worked, whatever else the machine does.
private func processorTime(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  try body()
  return now() - start
}
