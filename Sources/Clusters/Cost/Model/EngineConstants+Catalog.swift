public import Base
public import Devices

/// An engine by its name, with its constants on each kind of GPU.
public struct EngineKind: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// The scheduler that decides its steps, by its name.
  public let scheduler: String
  /// The GPUs on which it was measured; on others it has the geometric mean of their constants.
  public let devices: [String]
  /// Its constants on a device.
  public let constants: @Sendable (Device) -> EngineConstants

  private init(
    _ name: String, _ summary: String, source: String, scheduler: String = "vllm-v1",
    _ fitted: FittedEngine, constants: @escaping @Sendable (Device) -> EngineConstants
  ) {
    info = Info(name, summary, parameters: EngineConstants.parameters, source: source)
    self.scheduler = scheduler
    devices = fitted.rows.keys.sorted()
    self.constants = constants
  }

  private static let silicon = "rows of ai-dynamo/aiconfigurator 0.12.0"

  /// Every engine whose constants are known.
  public static let catalog = Catalog<EngineKind>(
    "engine",
    [
      EngineKind("vllm", "vLLM's v1 engine", source: silicon, .vllm) { .vllm(on: $0) },
      EngineKind("sglang", "SGLang", source: silicon, scheduler: "sglang", .sglang) {
        .sglang(on: $0)
      },
      EngineKind(
        "tensorrt-llm-0.17", "TensorRT-LLM with built engines",
        source: "NVIDIA/TensorRT-LLM, perf-overview.md of v0.17", .tensorRTLLM017
      ) { .tensorRTLLM017(on: $0) },
      EngineKind(
        "tensorrt-llm-1.0", "TensorRT-LLM on PyTorch",
        source: "NVIDIA/TensorRT-LLM, perf-overview.md of v1.0", .tensorRTLLM10
      ) { .tensorRTLLM10(on: $0) },
      EngineKind(
        "tensorrt-llm-1.2", "TensorRT-LLM on PyTorch, of 2026", source: silicon, .tensorRTLLM12
      ) { .tensorRTLLM12(on: $0) },
    ])
}

extension EngineConstants {
  private static func make(
    _ name: String, _ summary: String, _ backend: OperatorBackend, _ fitted: FittedEngine,
    _ device: Device, memory: KVMemory
  ) -> EngineConstants {
    let row = fitted.rows[device.sliceOrigin?.parent ?? device.name] ?? fitted.otherwise
    return EngineConstants(
      info: Info(name, summary), backend: backend, hostSeconds: row.host * 1e-3,
      kernelFactor: row.kernel, decodeFactor: row.decode, expertFactor: row.expert,
      collectiveFactor: row.collective, graphTokens: 2048, launchSeconds: fitted.launch * 1e-6,
      requestSeconds: fitted.request * 1e-3, memory: memory)
  }

  /// vLLM's v1 engine, which plans a step while the one before it runs.
  public static func vllm(on device: Device) -> EngineConstants {
    make("vllm", "vLLM's v1 engine", .vllm, .vllm, device, memory: KVMemory())
  }

  /// SGLang, whose prompts have steps of their own.
  public static func sglang(on device: Device) -> EngineConstants {
    make("sglang", "SGLang", .sglang, .sglang, device, memory: KVMemory())
  }

  /// Memory as TensorRT-LLM divides it: 95 % of what weights and buffers leave.
  private static var tensorRTMemory: KVMemory {
    var memory = KVMemory()
    memory.utilisation = 1
    memory.freeShare = 0.95
    memory.fixedBytes = 1.5e9
    memory.scoreBytes = 4
    memory.stepTokens = 8192
    memory.stepSequences = 2048
    return memory
  }

  /// TensorRT-LLM 0.17 with built engines.
  public static func tensorRTLLM017(on device: Device) -> EngineConstants {
    make(
      "tensorrt-llm-0.17", "TensorRT-LLM with built engines", .tensorRTLLM, .tensorRTLLM017,
      device, memory: tensorRTMemory)
  }

  /// TensorRT-LLM 1.0 on PyTorch.
  public static func tensorRTLLM10(on device: Device) -> EngineConstants {
    make(
      "tensorrt-llm-1.0", "TensorRT-LLM on PyTorch", .tensorRTLLM, .tensorRTLLM10, device,
      memory: tensorRTMemory)
  }

  /// TensorRT-LLM of 2026 on PyTorch, with its overlapping scheduler.
  public static func tensorRTLLM12(on device: Device) -> EngineConstants {
    var memory = tensorRTMemory
    memory.freeShare = 0.9
    memory.stepSequences = 512
    return make(
      "tensorrt-llm-1.2", "TensorRT-LLM on PyTorch, of 2026", .tensorRTLLM, .tensorRTLLM12,
      device, memory: memory)
  }
}
