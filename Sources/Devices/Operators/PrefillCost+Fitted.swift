// generated table by scripts/fit-operators

extension PrefillCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "sglang-0.5.10", format: .bf16,
      constants: Constants(
        launch: 5.398, compute: 1.5, queryPasses: 1.458, keyPasses: 0.1513, tile: 0.001,
        doubling: 1.745, tail: 1, throttle: 0.8372, serial: 3.856)),
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 6.029, compute: 0.934, queryPasses: 1.103, keyPasses: 6.689, tile: 0.001,
        doubling: 2.452, tail: 1, throttle: 0.6352, serial: 0.5211)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 7.104, compute: 0.6085, queryPasses: 0.4394, keyPasses: 5.864, tile: 2.451,
        doubling: 1.519, tail: 0.9985, throttle: 0.001007, serial: 1)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 10.01, compute: 0.5867, queryPasses: 2.836, keyPasses: 0.7257, tile: 0.5789,
        doubling: 1.343, tail: 1, throttle: 0.001, serial: 0.6514)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 12.86, compute: 0.8909, queryPasses: 2.297, keyPasses: 1.285, tile: 2.651,
        doubling: 0.7705, tail: 1, throttle: 0.001, serial: 0.736)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.44, compute: 1.167, queryPasses: 1.88, keyPasses: 3.656, tile: 0.001,
        doubling: 1.406, tail: 0.06551, throttle: 0.5831, serial: 0.7502)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 11.2, compute: 1.291, queryPasses: 2.928, keyPasses: 5.202, tile: 0.001045,
        doubling: 2.403, tail: 0.1003, throttle: 0.6821, serial: 0.6252)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 10.14, compute: 1.169, queryPasses: 2.73, keyPasses: 4.332, tile: 0.001,
        doubling: 1.542, tail: 0.02814, throttle: 0.6061, serial: 0.7132)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 3.881, compute: 1.064, queryPasses: 0.5348, keyPasses: 1.657, tile: 0.001,
        doubling: 0.6779, tail: 0.4151, throttle: 0.9643, serial: 0.1263)),
  ]
}

extension PrefillCost {
  /// Constants by device, engine and format.
  static let fittedLatent: [FittedRow<Constants>] = [
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 11.83, compute: 0.6184, queryPasses: 1.081, keyPasses: 0.7706, tile: 2.047,
        doubling: 0.3477, tail: 0.6556, throttle: 0.02501, serial: 1)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 15.4, compute: 0.8267, queryPasses: 2.558, keyPasses: 2.27, tile: 2.184,
        doubling: 0.5173, tail: 1, throttle: 0.001, serial: 1.153)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.48, compute: 0.6442, queryPasses: 1.006, keyPasses: 0.6422, tile: 1.184,
        doubling: 1.177, tail: 0.1457, throttle: 0.001, serial: 0.6007)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 15.92, compute: 0.7691, queryPasses: 2.146, keyPasses: 2.125, tile: 0.8971,
        doubling: 0.1592, tail: 1, throttle: 0.001, serial: 0.5378)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .bf16,
      constants: Constants(
        launch: 12.69, compute: 0.6256, queryPasses: 1.045, keyPasses: 0.7237, tile: 1.001,
        doubling: 1.37, tail: 0.01036, throttle: 0.001011, serial: 0.5706)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "trtllm-1.3.0rc20", format: .fp8,
      constants: Constants(
        launch: 15.99, compute: 0.7549, queryPasses: 2.306, keyPasses: 2.226, tile: 0.9061,
        doubling: 0.8268, tail: 1, throttle: 0.001, serial: 0.626)),
  ]
}
