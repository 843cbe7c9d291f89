// generated table by scripts/fit-operators

extension DecodeCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "sglang-0.5.10", format: .bf16,
      constants: Constants(
        launch: 12.87, memory: 0.5963, cache: 0.9871, kept: 0.3974, head: 2.71, doubling: 2.338,
        draw: 0.61, keys: 20, lone: 2.622, parting: 0.8795, combine: 2.519, several: 0.01)),
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 10.81, memory: 0.8518, cache: 1.478, kept: 0.4533, head: 2.773, doubling: 1.811,
        draw: 1.349, keys: 20, lone: 1.885, parting: 0.01, combine: 2.382, several: 6.332)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 8.648, memory: 0.961, cache: 2.941, kept: 0.47, head: 0.8131, doubling: 0.3177,
        draw: 4.955, keys: 13.31, lone: 0.7847, parting: 0.2112, combine: 0.01003,
        several: 0.02019)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 8.007, memory: 0.9112, cache: 1.783, kept: 0.4997, head: 3.211, doubling: 1.256,
        draw: 0.3967, keys: 20, lone: 0.1203, parting: 0.8157, combine: 0.01, several: 0.01)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 5.323, memory: 0.8769, cache: 1.029, kept: 0.2578, head: 0.6811, doubling: 0.6435,
        draw: 0.4083, keys: 10.6, lone: 1.052, parting: 0.5111, combine: 0.01, several: 0.01)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.99, memory: 0.9457, cache: 2.793, kept: 0.7317, head: 2.409, doubling: 0.7453,
        draw: 4.759, keys: 18, lone: 2.258, parting: 0.2165, combine: 0.04827, several: 0.01036)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 12.54, memory: 0.8806, cache: 0.5683, kept: 0.5373, head: 3.407, doubling: 0.9728,
        draw: 4.462, keys: 3.391, lone: 3.221, parting: 1, combine: 0.01, several: 0.01)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.79, memory: 0.9306, cache: 2.656, kept: 0.6625, head: 2.563, doubling: 0.7744,
        draw: 2.53, keys: 16.09, lone: 2.382, parting: 0.4213, combine: 0.05556, several: 0.0444)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 7.288, memory: 0.786, cache: 3, kept: 0.9766, head: 2.862, doubling: 1.775,
        draw: 2.019, keys: 20, lone: 2.283, parting: 0.1825, combine: 0.7183, several: 3.431)),
  ]
}

extension DecodeCost {
  /// Constants by device, engine and format.
  static let fittedLatent: [FittedRow<Constants>] = [
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 9.706, memory: 0.7487, cache: 3, kept: 0.6457, head: 4.072, doubling: 1.241,
        draw: 5, keys: 20, lone: 30, parting: 0.3763, combine: 0.01, several: 0.9875)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 8.366, memory: 0.8935, cache: 3, kept: 0.5391, head: 4.752, doubling: 0.9818,
        draw: 5, keys: 15.17, lone: 6.014, parting: 1, combine: 0.01, several: 2.316)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.03, memory: 0.88, cache: 3, kept: 0.3352, head: 6.86, doubling: 0.8285, draw: 5,
        keys: 20, lone: 0.4158, parting: 0.1788, combine: 1.034, several: 2.888)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 11.46, memory: 0.8286, cache: 3, kept: 0.2217, head: 8.154, doubling: 0.8997,
        draw: 1.159, keys: 20, lone: 0.2144, parting: 0.01617, combine: 0.6698, several: 3.816)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 11.77, memory: 0.8961, cache: 3, kept: 0.1843, head: 6.876, doubling: 0.9529,
        draw: 3.383, keys: 20, lone: 11.64, parting: 0.01, combine: 0.5375, several: 3.045)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 11.48, memory: 0.6313, cache: 2.328, kept: 0.06242, head: 7.834, doubling: 0.696,
        draw: 3.336, keys: 20, lone: 3.633, parting: 0.01148, combine: 0.8484, several: 3.908)),
  ]
}
