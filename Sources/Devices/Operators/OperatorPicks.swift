/// Constants that were fitted to one engine's kernels on one device.
struct FittedRow<Constants: Sendable>: Sendable {
  /// The device that was measured, as the catalogue names it.
  let device: String
  /// The engine with its version.
  let backend: String
  /// What was multiplied, or how keys and values were stored.
  let format: NumberFormat
  let constants: Constants
}

/// Finds the constants of each operator for a device: its own, or its nearest relative's.
struct OperatorPicks {
  let device: Device
  let board: OperatorBoard
  let backend: OperatorBackend
  /// True to pass over what was measured on the device itself.
  let isUnmeasured: Bool
  var sources: [String: OperatorSource] = [:]

  init(device: Device, board: OperatorBoard, backend: OperatorBackend, isUnmeasured: Bool) {
    self.isUnmeasured = isUnmeasured
    self.device = device
    self.board = board
    self.backend = backend
  }

  private mutating func pick<Constants>(
    _ operation: String, _ format: NumberFormat, _ rows: [FittedRow<Constants>]
  ) -> Constants {
    let whole = device.sliceOrigin?.parent ?? device.name
    let usable = isUnmeasured ? rows.filter { $0.device != whole } : rows
    let same = usable.filter { $0.format == format }
    // Kernels of the next wider format are the nearest.
    let narrow = usable.filter { format.bits <= 8 && $0.format == .fp8 }
    let candidates = !same.isEmpty ? same : !narrow.isEmpty ? narrow : usable
    guard let row = candidates.min(by: { distance($0) < distance($1) }) else {
      preconditionFailure("no constants of \(operation)")
    }
    sources["\(operation) \(format.rawValue)"] = OperatorSource(
      row.device == whole ? .fitted : .derived, device: row.device, backend: row.backend)
    return row.constants
  }

  /// How far a measured device is from this one: another maker's kernels count little, another board of
  /// the same generation less, another kind of memory more than two generations.
  private func distance<Constants>(_ row: FittedRow<Constants>) -> Int {
    let engine = row.backend.hasPrefix(backend.rawValue) ? 0 : 5
    let whole = device.sliceOrigin?.parent ?? device.name
    guard row.device != whole, let other = try? Device.named(row.device) else { return engine }
    let memory = Self.isStacked(other) == Self.isStacked(device) ? 0 : 25
    let steps = abs(Self.rank(other.generation) - Self.rank(device.generation))
    let rate = Self.rank(other.memory.bytesPerSecond.value, device.memory.bytesPerSecond.value)
    return engine + memory + 10 * steps + 1 + rate
  }

  private static func isStacked(_ device: Device) -> Bool { device.memory.kind.hasPrefix("HBM") }

  /// 0 for like rates, 1 for unlike ones: among boards of one generation the nearer memory decides.
  private static func rank(_ a: Double, _ b: Double) -> Int { max(a, b) < 1.25 * min(a, b) ? 0 : 1 }

  private static func rank(_ generation: Generation) -> Int {
    switch generation {
    case .kepler: 0
    case .pascal: 1
    case .volta: 2
    case .turing: 3
    case .ampere: 4
    case .ada: 5
    case .hopper, .cdna3: 6
    case .blackwell: 7
    }
  }

  /// The format whose kernels compute keys and values that are stored in `format`.
  private func stored(_ format: NumberFormat) -> NumberFormat {
    device.peak(.fp8) == nil ? .bf16 : format
  }

  private var attentionPeak: Double { device.productRate(.bf16) }
}

// MARK: Operators

extension OperatorPicks {
  mutating func gemm(_ format: NumberFormat) -> GEMMCost {
    let arithmetic = device.arithmeticFormat(for: format)
    let kernels: NumberFormat =
      switch arithmetic {
      case .int8: .fp8
      case .fp16, .fp32, .tf32: .bf16
      default: arithmetic
      }
    let constants = pick("gemm", kernels, GEMMCost.fitted)
    let measured = sources["gemm \(kernels.rawValue)"].flatMap { try? Device.named($0.device) }
    let isRecent = measured.map { Self.rank($0.generation) >= Self.rank(.hopper) } ?? false
    return GEMMCost(
      constants: constants, board: board, peak: device.productRate(arithmetic),
      isQuantised: arithmetic.bits <= 8, prefersTallTiles: isRecent && arithmetic.bits <= 8)
  }

  mutating func prefill(_ format: NumberFormat) -> PrefillCost {
    PrefillCost(
      constants: pick("prefill_attention", stored(format), PrefillCost.fitted), board: board,
      peak: attentionPeak)
  }

  mutating func decode(_ format: NumberFormat) -> DecodeCost {
    DecodeCost(
      constants: pick("decode_attention", stored(format), DecodeCost.fitted), board: board)
  }

  mutating func latentPrefill(_ format: NumberFormat) -> PrefillCost {
    PrefillCost(
      constants: pick("latent_prefill", stored(format), PrefillCost.fittedLatent), board: board,
      peak: attentionPeak)
  }

  mutating func latentDecode(_ format: NumberFormat) -> DecodeCost {
    DecodeCost(
      constants: pick("latent_decode", stored(format), DecodeCost.fittedLatent), board: board)
  }

  mutating func experts(_ format: NumberFormat) -> ExpertCost {
    let arithmetic = device.arithmeticFormat(for: format)
    return ExpertCost(
      constants: pick("experts", arithmetic.bits <= 8 ? .fp8 : .bf16, ExpertCost.fitted),
      board: board, peak: device.productRate(arithmetic),
      // Nobody measured 4 bits alone; what passes through memory is narrower by as much.
      rowShare: arithmetic == .fp4 ? 0.5625 : 1)
  }

  mutating func stream(
    _ kind: StreamKind, _ rows: [FittedRow<StreamCost.Constants>]
  ) -> StreamCost {
    StreamCost(constants: pick(kind.rawValue, .bf16, rows), board: board)
  }
}
