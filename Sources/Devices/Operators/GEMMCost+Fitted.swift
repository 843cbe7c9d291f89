// generated table by scripts/fit-operators

extension GEMMCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 2.34, compute: 1.147, memory: 0.753, cache: 0.1277, exposed: 0.2222, draw: 1.78,
        edge: 21.58, tail: 0.4222, quantise: 0.08944, write: 1.497, kept: 0.249, throttle: 0.04648,
        tile: 3.189)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 3.514, compute: 0.9759, memory: 0.8562, cache: 0.3792, exposed: 0.2022,
        draw: 0.6061, edge: 19.65, tail: 0.05309, quantise: 9.921, write: 99.92, kept: 0.6829,
        throttle: 0.2214, tile: 0.001099)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .fp4,
      constants: Constants(
        launch: 8.012, compute: 0.6115, memory: 1.074, cache: 0.3911, exposed: 0.07934, draw: 1.849,
        edge: 4.987, tail: 0.5115, quantise: 0.9535, write: 23.8, kept: 2.606, throttle: 0.2178,
        tile: 0.1854)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 6.136, compute: 1.342, memory: 0.6576, cache: 0.2953, exposed: 0.00113, draw: 2.085,
        edge: 103.3, tail: 0.2137, quantise: 0.1724, write: 55.28, kept: 0.5639, throttle: 0.06996,
        tile: 0.0011)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 4.018, compute: 1.222, memory: 0.9257, cache: 0.2829, exposed: 0.06113,
        draw: 0.7645, edge: 21.45, tail: 0.001004, quantise: 0.02082, write: 2.61, kept: 0.451,
        throttle: 0.2677, tile: 1.153)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 3.856, compute: 1.928, memory: 0.7652, cache: 0.09867, exposed: 0.001765,
        draw: 2.119, edge: 146.5, tail: 0.2152, quantise: 0.3245, write: 2.546, kept: 0.3241,
        throttle: 0.1431, tile: 2.686)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 4.255, compute: 1.311, memory: 0.8904, cache: 0.3053, exposed: 0.08529, draw: 2.334,
        edge: 38.29, tail: 0.1126, quantise: 3.706, write: 32.7, kept: 0.3904, throttle: 0.2684,
        tile: 0.001202)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 6.061, compute: 1.496, memory: 0.7679, cache: 0.2417, exposed: 0.08275, draw: 2.121,
        edge: 71.55, tail: 0.367, quantise: 0.2232, write: 5.748, kept: 0.8702, throttle: 0.06643,
        tile: 0.8144)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 0.1848, compute: 1.075, memory: 0.7844, cache: 0.1586, exposed: 0.001, draw: 3.752,
        edge: 31.21, tail: 0.2309, quantise: 4.086, write: 99.9, kept: 0.1112, throttle: 0.377,
        tile: 3.476)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 4.536, compute: 0.9741, memory: 0.7341, cache: 0.1073, exposed: 0.0126,
        draw: 0.6193, edge: 31.61, tail: 0.2577, quantise: 0.9288, write: 0.7481, kept: 0.1856,
        throttle: 0.3523, tile: 1.461)),
  ]
}
