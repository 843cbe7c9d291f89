public import Base

extension EngineConstants {
  /// What an engine may be told: how it is run, and any of its constants in place of the fitted ones.
  public static let parameters: [Parameter] = [
    Parameter(
      name: "memory_share", kind: .number, unit: .ratio, isOptional: true, range: 0.01...1,
      summary: "the share of a GPU's memory that weights, keys and values may take",
      tradeOff: "more leaves less for everything else on the GPU"),
    Parameter(
      name: "graphs", kind: .boolean, isOptional: true,
      summary: "whether kernels of decoding steps are launched as captured graphs"),
    time("host_seconds", "what each step waits for the host"),
    time("sequence_seconds", "what the host adds to a step for each of its sequences"),
    time("launch_seconds", "what the launch of a kernel takes that is in no graph"),
    factor("kernel_factor", "how much longer kernels take than alone"),
    factor("decode_factor", "the same for attention of sequences that decode"),
    factor("expert_factor", "the same for layers of experts"),
    factor("collective_factor", "the same for collectives"),
  ]

  private static func time(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: .seconds, isOptional: true, range: 0...1000,
      summary: summary)
  }

  private static func factor(_ name: String, _ summary: String) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: .ratio, isOptional: true, range: 0.01...100,
      summary: summary)
  }

  /// Sets one of the parameters; 0 and 1 say no and yes.
  public mutating func set(_ name: String, to value: Double) {
    switch name {
    case "memory_share": memory.utilisation = value
    case "graphs": usesGraphs = value != 0
    case "host_seconds": hostSeconds = value
    case "sequence_seconds": sequenceSeconds = value
    case "launch_seconds": launchSeconds = value
    case "kernel_factor": kernelFactor = value
    case "decode_factor": decodeFactor = value
    case "expert_factor": expertFactor = value
    case "collective_factor": collectiveFactor = value
    default: preconditionFailure("the engine option \(name) goes nowhere")
    }
  }
}
