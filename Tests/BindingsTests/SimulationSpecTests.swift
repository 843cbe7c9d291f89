import Base
import LuaBridge
import Testing

@testable import Bindings

/// Runs the specification that is written in Lua, and every example, and sees what was called.
@Suite struct SimulationSpecTests {
  private static let root = FileIO.directory(
    of: FileIO.directory(of: FileIO.directory(of: #filePath)))

  private static func source(_ path: String) throws -> String {
    String(decoding: try FileIO.read("\(root)/\(path)"), as: UTF8.self)
  }

  private static func state(_ recorder: CallRecorder) throws -> LuaState {
    let lua = LuaState()
    lua.recorder = recorder
    try lua.register(SimulationModule.module)
    let spec = try lua.run(try source("stdlib/orrery/spec.lua"), chunkName: "spec.lua")
    lua.globals["spec"] = spec[0]
    try lua.run("describe, it, expect = spec.describe, spec.it, spec.expect")
    return lua
  }

  @Test func `the specification in Lua holds and calls everything with the types declared`() throws
  {
    let recorder = CallRecorder()
    let lua = try Self.state(recorder)
    try lua.run(try Self.source("Tests/StdlibTests/Specs/sim_spec.lua"), chunkName: "sim_spec.lua")
    let report = try lua.run(
      """
      local failures, count = {}, 0
      for _, case in ipairs(spec.run()) do
        count = count + 1
        if case.status == "failed" then failures[#failures + 1] = case.name .. case.message end
      end
      return table.concat(failures, "\\n"), count
      """)
    #expect(report[0] == "")
    #expect((report[1].integer ?? 0) > 30)
    for example in examples(SimulationModule.module) { try run(example, in: lua) }
    #expect(recorder.uncalled.filter { $0.hasPrefix("sim.") } == [])
    #expect(recorder.mismatches == [])
  }

  private func examples(_ module: LuaModule) -> [String] {
    let types = module.types.flatMap { [$0.example] + $0.entries.map(\.example) }
    let own = [module.example] + module.entries.map(\.example)
    return (own + types).compactMap(\.self) + module.modules.flatMap(examples)
  }

  /// An example is a chunk or an expression; what it starts is run to its end.
  private func run(_ example: String, in lua: LuaState) throws {
    let expression = try? lua.load("return \(example)", chunkName: example)
    let function = try expression ?? lua.load(example, chunkName: example)
    try function.call()
    try lua.run("sim.run{ events = 100 }", chunkName: "after \(example)")
  }
}
