// generated table by scripts/fit-operators

extension PrefillCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "sglang-0.5.10", format: .bf16,
      constants: Constants(
        launch: 7.471, compute: 0.6695, queryPasses: 0.6252, keyPasses: 4.117, tile: 0.001,
        doubling: 2.157, tail: 1, throttle: 0.001, serial: 1.208)),
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 6.334, compute: 0.589, queryPasses: 1.133, keyPasses: 5.695, tile: 1.932,
        doubling: 0.001116, tail: 1, throttle: 0.001, serial: 0.7091)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 6.733, compute: 0.614, queryPasses: 0.3, keyPasses: 6.001, tile: 3.116,
        doubling: 1.394, tail: 1, throttle: 0.001002, serial: 0.944)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 9.995, compute: 0.5865, queryPasses: 2.128, keyPasses: 2, tile: 2.179,
        doubling: 1.133, tail: 1, throttle: 0.001, serial: 0.6597)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 12.91, compute: 0.8906, queryPasses: 1.977, keyPasses: 1.381, tile: 3.691,
        doubling: 0.6417, tail: 1, throttle: 0.001, serial: 0.7205)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.97, compute: 0.7149, queryPasses: 1.592, keyPasses: 5.309, tile: 0.001,
        doubling: 0.2006, tail: 0.01, throttle: 0.03835, serial: 0.8492)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 11.24, compute: 0.8116, queryPasses: 2.313, keyPasses: 8.372, tile: 0.001,
        doubling: 1.58, tail: 0.4176, throttle: 0.2095, serial: 0.7186)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.82, compute: 0.7165, queryPasses: 2.236, keyPasses: 6.953, tile: 0.001,
        doubling: 0.3254, tail: 0.01, throttle: 0.06603, serial: 0.7971)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 2.676, compute: 0.6484, queryPasses: 0.5653, keyPasses: 0.7372, tile: 1.988,
        doubling: 0.001019, tail: 0.3746, throttle: 0.3722, serial: 0.6867)),
  ]
}

extension PrefillCost {
  /// Constants by device, engine and format.
  static let fittedLatent: [FittedRow<Constants>] = [
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 11.64, compute: 0.6169, queryPasses: 0.8926, keyPasses: 0.578, tile: 2.955,
        doubling: 0.4074, tail: 0.9991, throttle: 0.001037, serial: 0.7084)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 15.32, compute: 0.8288, queryPasses: 2.957, keyPasses: 1.596, tile: 2.85,
        doubling: 0.6161, tail: 1, throttle: 0.001, serial: 0.9823)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.63, compute: 0.6533, queryPasses: 0.8969, keyPasses: 0.4688, tile: 2.897,
        doubling: 0.9603, tail: 0.4979, throttle: 0.001, serial: 0.3795)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 15.63, compute: 0.7735, queryPasses: 2.093, keyPasses: 1.924, tile: 2.357,
        doubling: 0.04092, tail: 1, throttle: 0.001, serial: 0.773)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.79, compute: 0.6336, queryPasses: 0.8871, keyPasses: 0.4322, tile: 2.812,
        doubling: 1.221, tail: 0.2426, throttle: 0.001, serial: 0.5587)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 16.2, compute: 0.7595, queryPasses: 2.732, keyPasses: 1.448, tile: 2.373,
        doubling: 0.4696, tail: 1, throttle: 0.001, serial: 0.6303)),
  ]
}
