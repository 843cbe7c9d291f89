public import Base
public import Models

extension ModelSpec {
  /// Reads the numbers of an architecture from a model file's metadata.
  ///
  /// The vocabulary, whether the output matrix is shared, whether feed-forward blocks have gates, and
  /// how many parameters there are beside the matrices are taken from the tensors.
  public init(_ file: GGUFFile) throws(Problem) {
    let keys = try SpecKeys(file)
    let layers = try keys.whole("block_count", in: 1...10_000)
    let width = try keys.whole("embedding_length", in: 1...1_000_000)
    let heads = try keys.whole("attention.head_count", in: 1...65_536)
    let latent = try keys.latent()
    let groups = try keys.optional("attention.head_count_kv", in: 0...65_536) ?? heads
    guard groups > 0, heads % groups == 0 else {
      throw Problem("\(file.path): \(heads) query heads cannot share \(groups) key heads")
    }
    let headWidth = try keys.optional("attention.key_length", in: 1...65_536) ?? width / heads
    // Far above any model; sums over more could not be counted.
    guard headWidth > 0, heads * headWidth <= 1 << 22 else {
      throw Problem("\(file.path): \(heads) heads of \(headWidth) over a width of \(width)")
    }
    let embedding = "token_embd.weight"
    guard let tokens = file.tensor(embedding), tokens.dimensions.count == 2 else {
      throw Problem("\(file.path): there is no matrix \"\(embedding)\"")
    }
    let mixture = try keys.mixture(layers: layers)
    self.init(
      info: Info(
        file.metadata["general.name"]?.string ?? FileIO.name(of: file.path),
        "\(keys.architecture) model of \(layers) layers", source: file.path),
      architecture: keys.architecture, layers: layers, width: width,
      feedForwardWidth: try keys.whole("feed_forward_length", in: 0...10_000_000), heads: heads,
      keyValueHeads: latent == nil ? groups : heads,
      headWidth: latent.map { $0.plainWidth + $0.turnedWidth } ?? headWidth,
      vocabularySize: tokens.dimensions[1],
      contextLength: try keys.whole("context_length", in: 1...1 << 30),
      ropeBase: try keys.number("rope.freq_base") ?? 10_000,
      normEpsilon: try keys.normEpsilon(),
      sharesOutput: file.tensor("output.weight") == nil,
      isGated: mixture != nil || file.tensor("blk.0.ffn_gate.weight") != nil, mixture: mixture,
      latent: latent, window: try keys.window(), otherParameters: file.otherParameters,
      storedBytes: Bytes(file.tensors.reduce(0) { $0 + $1.range.count }))
  }
}

extension GGUFFile {
  /// Parameters of vectors and of learned positions; factors of rotary positions are no parameters.
  fileprivate var otherParameters: Int {
    tensors.reduce(0) { sum, tensor in
      let counts =
        (tensor.dimensions.count == 1 && !tensor.name.hasPrefix("rope_"))
        || tensor.name == "position_embd.weight"
      return counts ? sum + tensor.count : sum
    }
  }
}

/// Reads an architecture's numbers and holds them against what is possible.
private struct SpecKeys {
  let file: GGUFFile
  let architecture: String

  init(_ file: GGUFFile) throws(Problem) {
    self.file = file
    architecture = try file.required("general.architecture", "a string", \.string)
  }

  func whole(_ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
    let name = "\(architecture).\(key)"
    let value = try file.required(name, "a whole number", \.integer)
    guard range.contains(value) else {
      throw Problem(
        "\(file.path): \(name) should be from \(range.lowerBound) to \(range.upperBound), "
          + "is \(value)")
    }
    return value
  }

  /// The first of several keys that is there.
  func whole(_ keys: [String], in range: ClosedRange<Int>) throws(Problem) -> Int {
    let there = keys.first { file.metadata["\(architecture).\($0)"] != nil }
    return try whole(there ?? keys[keys.count - 1], in: range)
  }

  func optional(_ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    file.metadata["\(architecture).\(key)"] == nil ? nil : try whole(key, in: range)
  }

  func number(_ key: String) throws(Problem) -> Double? {
    try file.optional("\(architecture).\(key)", "a number", \.double)
  }

  /// What keeps norms from dividing by zero, of either kind of norm.
  func normEpsilon() throws(Problem) -> Double {
    if let value = try number("attention.layer_norm_rms_epsilon") { return value }
    return try number("attention.layer_norm_epsilon") ?? 1e-5
  }

  func mixture(layers: Int) throws(Problem) -> Mixture? {
    guard let count = try optional("expert_count", in: 0...4096), count > 0 else { return nil }
    let limit = 1...10_000_000
    let width = try whole(["expert_feed_forward_length", "feed_forward_length"], in: limit)
    let shared = try optional("expert_shared_count", in: 0...64) ?? 0
    guard (count + shared) * width <= 1 << 26 else {
      throw Problem("\(file.path): \(count) experts of \(width) neurons")
    }
    return Mixture(
      count: count, used: try whole("expert_used_count", in: 1...count), width: width,
      sharedWidth: shared * width,
      denseLayers: try optional("leading_dense_block_count", in: 0...layers) ?? 0)
  }

  /// Files that store heads' matrices apart give lengths for them under names of their own.
  func latent() throws(Problem) -> LatentAttention? {
    let limit = 1...65_536
    guard let rank = try optional("attention.kv_lora_rank", in: limit) else { return nil }
    let turned = try whole("rope.dimension_count", in: limit)
    let key = try whole(["attention.key_length_mla", "attention.key_length"], in: limit)
    let value = try whole(["attention.value_length_mla", "attention.value_length"], in: limit)
    guard turned < key else {
      throw Problem("\(file.path): \(turned) turned elements in keys of \(key)")
    }
    guard try whole("attention.head_count", in: 1...65_536) * max(key, value, rank) <= 1 << 24
    else {
      throw Problem("\(file.path): heads of \(key) over a latent vector of \(rank)")
    }
    let queryRank = try optional("attention.q_lora_rank", in: 0...65_536) ?? 0
    return LatentAttention(
      rank: rank, queryRank: queryRank > 0 ? queryRank : nil, plainWidth: key - turned,
      turnedWidth: turned, valueWidth: value)
  }

  func window() throws(Problem) -> SlidingWindow? {
    guard let size = try optional("attention.sliding_window", in: 0...1 << 30), size > 0 else {
      return nil
    }
    let every = try optional("attention.sliding_window_pattern", in: 1...10_000)
    return SlidingWindow(size: size, globalEvery: every ?? Self.usualPatterns[architecture])
  }

  /// How often a layer sees everything, by family: most files do not say it.
  private static let usualPatterns = ["gemma3": 6]
}
