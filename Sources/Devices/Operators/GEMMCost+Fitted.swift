// generated table by scripts/fit-operators

extension GEMMCost {
  /// Constants by device, engine and format.
  static let fitted: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vllm-0.14.0", format: .bf16,
      constants: Constants(
        launch: 2.341, compute: 1.825, memory: 0.7166, cache: 0.1421, draw: 1.792, edge: 61.51,
        quantise: 0.02283, kept: 0.2884, throttle: 0.2145, start: 294.8, single: 0.02462,
        split: 2.537, write: 1.036, tail: 0.8902)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 2.806, compute: 0.7927, memory: 0.572, cache: 0.3362, draw: 1.943, edge: 2.268,
        quantise: 0.02081, kept: 3, throttle: 0.1084, start: 22.55, single: 0.2076, split: 2.157,
        write: 100, tail: 0.5929)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .fp4,
      constants: Constants(
        launch: 6.856, compute: 0.5441, memory: 0.95, cache: 0.3395, draw: 1.59, edge: 7.057,
        quantise: 1.264, kept: 2.998, throttle: 0.001974, start: 84.59, single: 0.797, split: 2.522,
        write: 2.496, tail: 0.3048)),
    FittedRow(
      device: "B200-SXM-180GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 4.341, compute: 1.077, memory: 0.6381, cache: 0.2189, draw: 1.955, edge: 17.84,
        quantise: 0.1895, kept: 0.2008, throttle: 0.173, start: 1169, single: 13.47, split: 2.569,
        write: 5.869, tail: 0.7015)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 3.242, compute: 1.034, memory: 0.8928, cache: 0.2113, draw: 1.804, edge: 9.9,
        quantise: 0.02082, kept: 0.624, throttle: 0.131, start: 1.092, single: 0.001004,
        split: 2.014, write: 0.4673, tail: 0.1013)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 5.161, compute: 1.061, memory: 0.8243, cache: 1.31, draw: 1.871, edge: 5.017,
        quantise: 0.3471, kept: 0.09751, throttle: 0.1858, start: 1049, single: 0.4529,
        split: 3.354, write: 10.52, tail: 0.6993)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 2.706, compute: 1.279, memory: 0.8507, cache: 0.2847, draw: 1.61, edge: 39.4,
        quantise: 0.1541, kept: 0.6059, throttle: 0.1869, start: 1.001, single: 0.001, split: 2.595,
        write: 0.3759, tail: 0.1334)),
    FittedRow(
      device: "H200-SXM5-141GB", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 4.189, compute: 1.204, memory: 0.7157, cache: 0.2044, draw: 1.493, edge: 13.81,
        quantise: 0.2336, kept: 0.726, throttle: 0.0956, start: 910.6, single: 0.001, split: 3.442,
        write: 100, tail: 0.8373)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .bf16,
      constants: Constants(
        launch: 2.379, compute: 1.163, memory: 0.8136, cache: 0.2163, draw: 5.064, edge: 38.08,
        quantise: 2.25, kept: 0.1256, throttle: 0.3106, start: 34.02, single: 4.797, split: 0.2256,
        write: 0.2886, tail: 0.3817)),
    FittedRow(
      device: "L40S", backend: "vllm-0.24.0", format: .fp8,
      constants: Constants(
        launch: 0.9267, compute: 0.9951, memory: 0.6971, cache: 0.06173, draw: 2.534, edge: 16.78,
        quantise: 0.8644, kept: 0.1753, throttle: 0.2797, start: 1426, single: 0.001227,
        split: 5.787, write: 0.9522, tail: 0.5325)),
  ]
}
