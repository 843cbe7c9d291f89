import Base
public import Devices

extension EngineConstants {
  /// vLLM's v1 engine with asynchronous scheduling.
  public static func vllm(on device: Device) -> EngineConstants {
    EngineConstants(
      info: Info("vllm", "vLLM's v1 engine", source: "fitted to ai-dynamo/aiconfigurator's rows"),
      backend: .vllm, hostSeconds: 0.3e-3)
  }
}
