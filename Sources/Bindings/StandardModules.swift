public import LuaBridge

/// The modules that every session has: globals that are made at their first touch.
public enum StandardModules {
  /// One module: its name, and its declaration, which is made when it is needed.
  public struct Entry: Sendable {
    /// The name of the global, which `require` takes too.
    public let name: String
    /// Makes the declaration.
    public let declaration: @Sendable () -> LuaModule

    init(_ name: String, _ declaration: @escaping @Sendable () -> LuaModule) {
      self.name = name
      self.declaration = declaration
    }
  }

  /// The modules in the order in which the reference shows them; one line each.
  public static let all: [Entry] = [
    Entry("tensor") { TensorLibrary.module },
    Entry("sim") { SimulationModule.module },
    Entry("plot") { Plot.module },
    Entry("display") { Display.module },
    Entry("llm") { LLMModule.module },
    Entry("gpu") { GPUModule.module },
    Entry("sharing") { SharingModule.module },
    Entry("cuda") { CudaModule.module },
    Entry("cluster") { ClusterModule.module },
  ]

  /// Finds a module's declaration by its name.
  public static func declaration(_ name: String) -> LuaModule? {
    all.first { $0.name == name }?.declaration()
  }
}
