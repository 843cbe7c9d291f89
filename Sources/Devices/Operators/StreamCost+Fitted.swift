// generated table by scripts/fit-operators

extension StreamCost {
  /// Constants by device, engine and format.
  static let fittedNorm: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 3.63, memory: 0.339, cache: 0.1112, kept: 0.6459)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 3.517, memory: 0.3385, cache: 0.111, kept: 0.7693)),
  ]
}

extension StreamCost {
  /// Constants by device, engine and format.
  static let fittedRotation: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 2.458, memory: 0.4221, cache: 0.1063, kept: 0.6821)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 1.918, memory: 0.4759, cache: 0.1114, kept: 0.9109)),
  ]
}

extension StreamCost {
  /// Constants by device, engine and format.
  static let fittedActivation: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 2.487, memory: 0.4948, cache: 0.1394, kept: 0.1982)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 1.84, memory: 0.5807, cache: 0.2226, kept: 0.08093)),
  ]
}

extension StreamCost {
  /// Constants by device, engine and format.
  static let fittedAddition: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 1.851, memory: 0.8725, cache: 0.2855, kept: 0.9466)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 1.287, memory: 1.019, cache: 0.272, kept: 0.8911)),
  ]
}

extension StreamCost {
  /// Constants by device, engine and format.
  static let fittedLookup: [FittedRow<Constants>] = [
    FittedRow(
      device: "A100-SXM4-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 7.482, memory: 0.2, cache: 3, kept: 0.07211)),
    FittedRow(
      device: "H100-SXM5-80GB", backend: "vidur", format: .bf16,
      constants: Constants(
        launch: 3.347, memory: 0.2, cache: 0.05712, kept: 0.07265)),
  ]
}
