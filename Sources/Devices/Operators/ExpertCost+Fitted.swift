// generated table by scripts/fit-operators

extension ExpertCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 40, memory: 0.9601, compute: 0.489, exposed: 0.05489, passes: 3.954, rows: 13.34,
        skew: 1.939, spread: 0.9383, draw: 2.542, doubling: 0.001, inner: 0.01, edge: 70.91)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 11.17, memory: 0.9564, compute: 0.4677, exposed: 0.4906, passes: 0.1, rows: 4,
        skew: 1.647, spread: 0.9488, draw: 3.701, doubling: 1.171, inner: 0.9828, edge: 1)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 24.43, memory: 0.9928, compute: 0.3098, exposed: 0.01599, passes: 4.118,
        rows: 11.83, skew: 1.231, spread: 0.9299, draw: 3.373, doubling: 1.144, inner: 10.18,
        edge: 69.97)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 24.98, memory: 0.9261, compute: 0.912, exposed: 0.3917, passes: 4.292, rows: 16.82,
        skew: 1.797, spread: 0.9599, draw: 7.642, doubling: 1.767, inner: 4.371, edge: 1.165)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 33, memory: 0.9916, compute: 0.4692, exposed: 0.4222, passes: 4.256, rows: 8.615,
        skew: 0.6081, spread: 0.9209, draw: 8, doubling: 0.001051, inner: 6.174, edge: 13.51)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 27.07, memory: 1.01, compute: 0.983, exposed: 0.3816, passes: 5.531, rows: 65.79,
        skew: 1.741, spread: 0.939, draw: 7.067, doubling: 1.487, inner: 5.325, edge: 31.59)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 33.05, memory: 1.026, compute: 0.4777, exposed: 0.4056, passes: 5.619, rows: 17.9,
        skew: 0.4557, spread: 0.9201, draw: 8, doubling: 0.2412, inner: 7.745, edge: 26.79)),
  ]
}
