import Base
import Clusters
import Devices
import Serving
import Testing

@Suite struct EngineKindTests {
  /// All numbers of an engine, to see which of them changed.
  private static func numbers(_ engine: EngineConstants) -> [Double] {
    [
      engine.hostSeconds, engine.sequenceSeconds, engine.launchSeconds, engine.kernelFactor,
      engine.decodeFactor, engine.expertFactor, engine.collectiveFactor,
      engine.usesGraphs ? 1 : 0, engine.memory.utilisation,
    ]
  }

  @Test("a parameter sets one number", arguments: EngineConstants.parameters.map(\.name))
  func parameters(name: String) throws {
    for kind in EngineKind.catalog.elements {
      let before = kind.constants(try Device.named("H100"))
      var after = before
      // No engine has this number anywhere, and 0 turns graphs off.
      after.set(name, to: name == "graphs" ? 0 : 0.123)
      let changed = zip(Self.numbers(before), Self.numbers(after)).count { $0 != $1 }
      #expect(changed == 1, "\(kind.info.name)")
    }
  }

  @Test("engines name schedulers and GPUs that there are", arguments: EngineKind.catalog.elements)
  func names(kind: EngineKind) throws {
    _ = try SchedulerKind.catalog[kind.scheduler]
    #expect(!kind.devices.isEmpty)
    #expect(kind.info.parameters.map(\.name) == EngineConstants.parameters.map(\.name))
  }
}
