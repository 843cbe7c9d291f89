public import Base
public import Devices

/// An engine by its name, with its constants on each kind of GPU.
public struct EngineKind: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// Its constants on a device.
  public let constants: @Sendable (Device) -> EngineConstants

  /// Every engine whose constants are known.
  public static let catalog = Catalog<EngineKind>(
    "engine",
    [
      EngineKind(
        info: Info(
          "vllm", "vLLM's v1 engine", source: "rows of ai-dynamo/aiconfigurator 0.12.0"),
        constants: { .vllm(on: $0) }),
      EngineKind(
        info: Info("sglang", "SGLang", source: "rows of ai-dynamo/aiconfigurator 0.12.0"),
        constants: { .sglang(on: $0) }),
      EngineKind(
        info: Info(
          "tensorrt-llm-0.17", "TensorRT-LLM with built engines",
          source: "NVIDIA/TensorRT-LLM, perf-overview.md of v0.17"),
        constants: { .tensorRTLLM017(on: $0) }),
      EngineKind(
        info: Info(
          "tensorrt-llm-1.0", "TensorRT-LLM on PyTorch",
          source: "NVIDIA/TensorRT-LLM, perf-overview.md of v1.0"),
        constants: { .tensorRTLLM10(on: $0) }),
      EngineKind(
        info: Info(
          "tensorrt-llm-1.2", "TensorRT-LLM on PyTorch, of 2026",
          source: "rows of ai-dynamo/aiconfigurator 0.12.0"),
        constants: { .tensorRTLLM12(on: $0) }),
    ])
}

extension EngineConstants {
  /// What differs from one kind of GPU to the next.
  private struct Row {
    var host: Double
    var kernel = 1.0
    var decode = 1.0
    var expert = 1.0
    var collective = 1.0
  }

  private static func make(
    _ name: String, _ summary: String, _ backend: OperatorBackend, _ rows: [String: Row],
    otherwise: Row, _ device: Device, memory: KVMemory
  ) -> EngineConstants {
    let row = rows[device.sliceOrigin?.parent ?? device.name] ?? otherwise
    return EngineConstants(
      info: Info(name, summary), backend: backend, hostSeconds: row.host * 1e-3,
      kernelFactor: row.kernel, decodeFactor: row.decode, expertFactor: row.expert,
      collectiveFactor: row.collective, memory: memory)
  }

  /// vLLM's v1 engine, which plans a step while the one before it runs.
  public static func vllm(on device: Device) -> EngineConstants {
    make(
      "vllm", "vLLM's v1 engine", .vllm,
      [
        "H100-SXM5-80GB": Row(host: 0.3), "H200-SXM5-141GB": Row(host: 0.3),
        "B200-SXM-180GB": Row(host: 0.3),
      ], otherwise: Row(host: 0.3), device, memory: KVMemory())
  }

  /// SGLang, whose prompts have steps of their own.
  public static func sglang(on device: Device) -> EngineConstants {
    make(
      "sglang", "SGLang", .sglang,
      ["H100-SXM5-80GB": Row(host: 1), "H200-SXM5-141GB": Row(host: 1)],
      otherwise: Row(host: 1), device, memory: KVMemory())
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
      "tensorrt-llm-0.17", "TensorRT-LLM with built engines", .tensorRTLLM,
      [
        "A100-SXM4-80GB": Row(host: 0.5, kernel: 1.03, decode: 0.9, expert: 0.82),
        "H100-SXM5-80GB": Row(host: 1.2, kernel: 0.95, decode: 1.1, expert: 0.7),
        "H200-SXM5-141GB": Row(host: 1.2, kernel: 1.0, decode: 1.0, expert: 0.78),
        "GH200": Row(host: 1.2, kernel: 0.95, decode: 1.1, expert: 0.7),
        "L40S": Row(host: 0.4, expert: 0.87, collective: 0.9),
      ], otherwise: Row(host: 1, expert: 0.8), device, memory: tensorRTMemory)
  }

  /// TensorRT-LLM 1.0 on PyTorch.
  public static func tensorRTLLM10(on device: Device) -> EngineConstants {
    make(
      "tensorrt-llm-1.0", "TensorRT-LLM on PyTorch", .tensorRTLLM,
      [
        "H100-SXM5-80GB": Row(host: 1), "H200-SXM5-141GB": Row(host: 1),
        "B200-SXM-180GB": Row(
          host: 1.9, kernel: 0.98, decode: 1.14, expert: 0.75, collective: 0.85),
        "GB200": Row(host: 2, kernel: 1.06, expert: 1.2),
        "RTX-PRO-6000": Row(host: 0.8, decode: 1.1, expert: 0.71, collective: 0.75),
      ], otherwise: Row(host: 1), device, memory: tensorRTMemory)
  }

  /// TensorRT-LLM of 2026 on PyTorch, with its overlapping scheduler.
  public static func tensorRTLLM12(on device: Device) -> EngineConstants {
    var memory = tensorRTMemory
    memory.freeShare = 0.9
    memory.stepSequences = 512
    return make(
      "tensorrt-llm-1.2", "TensorRT-LLM on PyTorch, of 2026", .tensorRTLLM,
      [
        "H100-SXM5-80GB": Row(host: 0.3, kernel: 1.05, decode: 1.05),
        "H200-SXM5-141GB": Row(host: 0.3, kernel: 0.9, decode: 0.9),
        "B200-SXM-180GB": Row(host: 0.3, kernel: 0.9, decode: 0.9),
      ], otherwise: Row(host: 0.3), device, memory: memory)
  }
}
