/// What the operators of a transformer take on one device, in closed form with a fixed few constants
/// per operator: shares of the device's own rates, fitted to measured kernels.
///
/// A device that nobody measured takes the shares of its nearest relative; `sources` says which.
/// An estimate allocates nothing and takes well under a microsecond.
public struct OperatorCosts: Sendable {
  /// The device's name.
  public let device: String
  /// Where each operator's constants come from, by the operator's name.
  public let sources: [String: OperatorSource]

  private let gemm16: GEMMCost
  private let gemm8: GEMMCost
  private let gemm8Integer: GEMMCost
  private let gemm4: GEMMCost
  private let prefill: ByCache<PrefillCost>
  private let decode: ByCache<DecodeCost>
  private let latentPrefill: ByCache<PrefillCost>
  private let latentDecode: ByCache<DecodeCost>
  private let experts: ByCache<ExpertCost>
  private let experts4: ExpertCost
  private let norm: StreamCost
  private let rotation: StreamCost
  private let activation: StreamCost
  private let addition: StreamCost
  private let lookup: StreamCost

  /// Looks the constants of a device up.
  ///
  /// - Parameters:
  ///   - device: the device, or a slice of one.
  ///   - backend: the engine whose kernels are meant, where several were measured.
  ///   - isUnmeasured: true to estimate as if nobody had measured this device, by its sheet and the
  ///     constants of its relatives: how far off that is shows what to expect of a new device.
  public init(_ device: Device, backend: OperatorBackend = .vllm, isUnmeasured: Bool = false) {
    let board = OperatorBoard(device)
    var picked = OperatorPicks(
      device: device, board: board, backend: backend, isUnmeasured: isUnmeasured)
    self.device = device.name
    gemm16 = picked.gemm(.bf16)
    gemm8 = picked.gemm(.fp8)
    gemm8Integer = picked.gemm(.int8)
    gemm4 = picked.gemm(.fp4)
    prefill = ByCache(bits8: picked.prefill(.fp8), bits16: picked.prefill(.bf16))
    decode = ByCache(bits8: picked.decode(.fp8), bits16: picked.decode(.bf16))
    latentPrefill = ByCache(
      bits8: picked.latentPrefill(.fp8), bits16: picked.latentPrefill(.bf16))
    latentDecode = ByCache(bits8: picked.latentDecode(.fp8), bits16: picked.latentDecode(.bf16))
    experts = ByCache(bits8: picked.experts(.fp8), bits16: picked.experts(.bf16))
    experts4 = picked.experts(.fp4)
    norm = picked.stream(.norm, StreamCost.fittedNorm)
    rotation = picked.stream(.rotation, StreamCost.fittedRotation)
    activation = picked.stream(.activation, StreamCost.fittedActivation)
    addition = picked.stream(.addition, StreamCost.fittedAddition)
    lookup = picked.stream(.lookup, StreamCost.fittedLookup)
    sources = picked.sources
  }

  private func gemmCost(_ format: NumberFormat) -> GEMMCost {
    switch format {
    case .fp4: gemm4
    case .fp6, .fp8: gemm8
    case .int8: gemm8Integer
    default: gemm16
    }
  }
}

/// A cost for numbers of at most 8 bits, and one for wider ones.
private struct ByCache<Cost: Sendable>: Sendable {
  let bits8: Cost
  let bits16: Cost

  subscript(_ format: NumberFormat) -> Cost { format.bits <= 8 ? bits8 : bits16 }
}

// MARK: Operators

extension OperatorCosts {
  /// A matrix product `[m, k] x [k, n]`.
  ///
  /// - Parameters:
  ///   - m: rows of activations: the tokens of a step.
  ///   - n: columns of weights.
  ///   - k: the length of the sums.
  ///   - format: what is multiplied.
  ///   - weights: how weights are stored, where that differs.
  ///   - isWarm: true when the same weights were read just before, as in a loop over one product.
  /// - Returns: the estimate.
  public func gemm(
    m: Int, n: Int, k: Int, format: NumberFormat = .bf16, weights: NumberFormat? = nil,
    isWarm: Bool = false
  ) -> OperatorEstimate {
    guard m > 0, n > 0, k > 0 else { return .nothing }
    return gemmCost(format).estimate(
      m: Double(m), n: Double(n), k: Double(k), activationBytes: format.storedBytes,
      weightBytes: (weights ?? format).storedBytes, isWarm: isWarm)
  }

  /// Attention of prompts, or of chunks of prompts.
  ///
  /// - Parameters:
  ///   - work: the chunks.
  ///   - heads: the heads on this device.
  ///   - cache: how keys and values are stored.
  /// - Returns: the estimate.
  public func prefillAttention(
    _ work: PrefillWork, heads: AttentionHeads, cache: NumberFormat = .bf16
  ) -> OperatorEstimate {
    prefill[cache].estimate(work, heads: heads)
  }

  /// Attention of sequences that add one token each.
  ///
  /// - Parameters:
  ///   - sequences: how many there are.
  ///   - context: keys of all of them together.
  ///   - heads: the heads on this device.
  ///   - cache: how keys and values are stored.
  ///   - isWarm: true when the same keys were read just before, as in a loop over one call.
  /// - Returns: the estimate.
  public func decodeAttention(
    sequences: Int, context: Double, heads: AttentionHeads, cache: NumberFormat = .bf16,
    isWarm: Bool = false
  ) -> OperatorEstimate {
    decode[cache].estimate(
      sequences: Double(sequences), context: context, tiles: Double(heads.keyValue),
      isShared: heads.query > heads.keyValue,
      keyBytes: 2 * Double(heads.keyValue * heads.dimension) * cache.bytes, isWarm: isWarm)
  }

  /// Multi-head latent attention of prompts, its latent already widened to keys of 192 and values of
  /// 128 numbers for each head.
  public func latentPrefill(
    _ work: PrefillWork, heads: Int, cache: NumberFormat = .bf16
  ) -> OperatorEstimate {
    latentPrefill[cache].estimate(
      work, heads: AttentionHeads(query: heads, keyValue: heads, dimension: 160))
  }

  /// Multi-head latent attention of sequences that add one token each, on latents of 512 + 64 numbers
  /// that all heads share.
  ///
  /// - Parameters:
  ///   - sequences: how many there are.
  ///   - context: latents of all of them together.
  ///   - heads: heads of queries on this device.
  ///   - cache: how latents are stored.
  ///   - isWarm: true when the same latents were read just before.
  /// - Returns: the estimate.
  public func latentDecode(
    sequences: Int, context: Double, heads: Int, cache: NumberFormat = .bf16,
    isWarm: Bool = false
  ) -> OperatorEstimate {
    latentDecode[cache].estimate(
      sequences: Double(sequences), context: context, tiles: (Double(heads) / 64).rounded(.up),
      isShared: true, keyBytes: 576 * cache.bytes, isWarm: isWarm)
  }

  /// A layer of routed experts, on the device that has most to do.
  ///
  /// - Parameters:
  ///   - tokens: the tokens of a step, of all devices that share the experts.
  ///   - shape: the experts.
  ///   - format: what is multiplied.
  ///   - weights: how weights are stored, where that differs.
  /// - Returns: the estimate, without the exchange between devices.
  public func experts(
    tokens: Int, shape: ExpertShape, format: NumberFormat = .bf16, weights: NumberFormat? = nil
  ) -> OperatorEstimate {
    let cost = format == .fp4 ? experts4 : experts[format]
    return cost.estimate(
      tokens: Double(tokens), shape: shape, weightBytes: (weights ?? format).storedBytes)
  }

  /// A kernel that only moves bytes.
  ///
  /// - Parameters:
  ///   - kind: which.
  ///   - bytes: what it reads and writes.
  /// - Returns: the estimate.
  public func elementwise(_ kind: StreamKind, bytes: Double) -> OperatorEstimate {
    guard bytes > 0 else { return .nothing }
    switch kind {
    case .norm: return norm.estimate(bytes: bytes)
    case .rotation: return rotation.estimate(bytes: bytes)
    case .activation: return activation.estimate(bytes: bytes)
    case .addition: return addition.estimate(bytes: bytes)
    case .lookup: return lookup.estimate(bytes: bytes)
    }
  }
}

extension NumberFormat {
  /// What one number takes in memory with its share of the scales: blocks of 16 numbers of 4 bits have
  /// one scale of 8.
  var storedBytes: Double { bits == 4 ? 0.5625 : bytes }
}
