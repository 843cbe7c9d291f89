// generated table by scripts/fit-operators

extension DecodeCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "sglang-0.5.10", format: .bf16,
      constants: Constants(
        launch: 13.02, memory: 0.5771, cache: 0.865, kept: 0.4754, head: 2.722, doubling: 2.187,
        draw: 0.3691, keys: 20)),
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 12.88, memory: 0.8327, cache: 1.818, kept: 0.1213, head: 2.834, doubling: 2.056,
        draw: 1.127, keys: 20)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 8.576, memory: 0.9671, cache: 1.317, kept: 0.6129, head: 0.948, doubling: 0.4378,
        draw: 4.957, keys: 10.98)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 8.064, memory: 0.9142, cache: 1.597, kept: 0.3902, head: 3.201, doubling: 1.207,
        draw: 0.4553, keys: 20)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 5.25, memory: 0.8884, cache: 1.071, kept: 0.234, head: 0.4469, doubling: 0.729,
        draw: 0.4494, keys: 14.88)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 11.09, memory: 0.9425, cache: 2.923, kept: 0.7296, head: 2.4, doubling: 0.7387,
        draw: 4.576, keys: 18.07)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 12.6, memory: 0.8754, cache: 0.508, kept: 0.526, head: 3.393, doubling: 0.9325,
        draw: 5, keys: 4.07)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.86, memory: 0.9257, cache: 2.853, kept: 0.6698, head: 2.579, doubling: 0.8036,
        draw: 4.637, keys: 15.74)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 8.781, memory: 0.7918, cache: 3, kept: 0.9764, head: 2.934, doubling: 2.077,
        draw: 5, keys: 20)),
  ]
}

extension DecodeCost {
  /// Constants by device, engine and format.
  static let fittedLatent: [FittedRow<Constants>] = [
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 9.941, memory: 0.749, cache: 3, kept: 0.6605, head: 4.22, doubling: 1.277, draw: 5,
        keys: 20)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 8.861, memory: 0.9052, cache: 2.963, kept: 0.5411, head: 5.045, doubling: 1.062,
        draw: 5, keys: 15.3)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 13.13, memory: 0.8838, cache: 3, kept: 0.3443, head: 7.261, doubling: 0.8967,
        draw: 5, keys: 20)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 12.63, memory: 0.8425, cache: 3, kept: 0.4001, head: 8.594, doubling: 1.06, draw: 5,
        keys: 20)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.79, memory: 0.9156, cache: 3, kept: 0.6047, head: 7.397, doubling: 1.212,
        draw: 5, keys: 20)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 12.57, memory: 0.6467, cache: 3, kept: 0.673, head: 8.378, doubling: 1.149, draw: 5,
        keys: 20)),
  ]
}
