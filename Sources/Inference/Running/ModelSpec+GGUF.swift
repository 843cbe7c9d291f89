public import Base
public import Models

extension ModelSpec {
  /// Reads the numbers of an architecture from a model file's metadata.
  ///
  /// The vocabulary and whether the output matrix is shared are taken from the tensors.
  public init(_ file: GGUFFile) throws(Problem) {
    let architecture = try file.required("general.architecture", "a string", \.string)
    func whole(_ key: String, in range: ClosedRange<Int>) throws(Problem) -> Int {
      let value = try file.required("\(architecture).\(key)", "a whole number", \.integer)
      return try checked(value, "\(architecture).\(key)", range, file)
    }
    let layers = try whole("block_count", in: 1...10_000)
    let width = try whole("embedding_length", in: 1...1_000_000)
    let heads = try whole("attention.head_count", in: 1...65_536)
    let groups =
      try file.optional("\(architecture).attention.head_count_kv", "a whole number", \.integer)
      ?? heads
    guard groups > 0, heads % groups == 0 else {
      throw Problem("\(file.path): \(heads) query heads cannot share \(groups) key heads")
    }
    let headWidth =
      try file.optional("\(architecture).attention.key_length", "a whole number", \.integer)
      ?? width / heads
    let embedding = "token_embd.weight"
    guard let tokens = file.tensor(embedding), tokens.dimensions.count == 2 else {
      throw Problem("\(file.path): there is no matrix \"\(embedding)\"")
    }
    self.init(
      info: Info(
        file.metadata["general.name"]?.string ?? FileIO.name(of: file.path),
        "\(architecture) model of \(layers) layers", source: file.path),
      architecture: architecture, layers: layers, width: width,
      feedForwardWidth: try whole("feed_forward_length", in: 1...10_000_000), heads: heads,
      keyValueHeads: groups,
      headWidth: try checked(headWidth, "the width of a head", 1...65_536, file),
      vocabularySize: tokens.dimensions[1],
      contextLength: try whole("context_length", in: 1...1 << 30),
      ropeBase: try file.optional("\(architecture).rope.freq_base", "a number", \.double) ?? 10_000,
      normEpsilon: try file.optional(
        "\(architecture).attention.layer_norm_rms_epsilon", "a number", \.double) ?? 1e-5,
      sharesOutput: file.tensor("output.weight") == nil,
      storedBytes: Bytes(file.tensors.reduce(0) { $0 + $1.range.count }))
  }
}

private func checked(_ value: Int, _ what: String, _ range: ClosedRange<Int>, _ file: GGUFFile)
  throws(Problem) -> Int
{
  guard range.contains(value) else {
    throw Problem(
      "\(file.path): \(what) should be from \(range.lowerBound) to \(range.upperBound), is \(value)"
    )
  }
  return value
}
