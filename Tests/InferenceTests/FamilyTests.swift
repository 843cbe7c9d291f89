import Base
import Models
import Tensors
import TestSupport
import Testing

@testable import Inference

/// What holds for every family, tried on small random weights.
@Suite struct FamilyTests {
  static func engine(
    _ family: SmallFamily, _ format: String = "f32", _ arithmetic: Arithmetic = .exact,
    _ change: (inout SmallModel.Builder) -> Void = { _ in }
  ) throws -> Engine {
    var builder = family.builder(format: try BlockFormat.catalog[format])
    change(&builder)
    return try SmallModel.withFile(builder.writer().bytes) {
      try Engine(path: $0, arithmetic: arithmetic)
    }
  }

  static func plain(_ family: SmallFamily) -> any PlainModel.Type {
    switch family {
    case .gemma3: PlainGemma.self
    case .gpt2: PlainGPT2.self
    case .qwen2, .qwen3, .mixtral, .qwen3moe: PlainLlama.self
    case .deepSeekV2, .deepSeekV3: PlainDeepSeek.self
    }
  }

  static func plainLogits(_ family: SmallFamily, _ engine: Engine, _ tokens: [TokenID]) -> PlainRows
  {
    plain(family).init(file: engine.file, spec: engine.spec).logits(tokens)
  }

  /// As in Llama's test: far above the rounding of float sums, far below what a slip would give.
  @Test(
    "a forward pass equals plain loops in double precision", arguments: SmallFamily.allCases,
    ["f32", "q8_0"])
  func exact(family: SmallFamily, format: String) throws {
    let engine = try Self.engine(family, format)
    let tokens = SessionTests.prompt(20)
    let ours = try SessionTests.allLogits(engine.makeSession(), tokens)
    #expect(distance(ours, Self.plainLogits(family, engine, tokens)) < 1e-4)
  }

  /// Activations of 8 bits are off by 0.4 % of their largest neighbour; a few products in a row, and
  /// experts that swap places where they are as good, add up to some percent.
  @Test("fast arithmetic stays near", arguments: SmallFamily.allCases)
  func fast(family: SmallFamily) throws {
    let engine = try Self.engine(family, "q8_0", .fast)
    let tokens = SessionTests.prompt(20)
    let ours = try SessionTests.allLogits(engine.makeSession(), tokens)
    let plain = Self.plainLogits(family, engine, tokens)
    let pairs = zip(ours.joined(), plain.joined())
    let off = pairs.reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let size = pairs.reduce(0.0) { $0 + $1.1 * $1.1 }
    #expect((off / size).squareRoot() < 0.05)
  }

  @Test("pieces and single steps give the logits of one pass", arguments: SmallFamily.allCases)
  func pieces(family: SmallFamily) throws {
    let engine = try Self.engine(family)
    let tokens = SessionTests.prompt(80)
    let whole = try SessionTests.allLogits(engine.makeSession(), tokens)
    let session = engine.makeSession()
    var rows: [[Float]] = []
    for piece in [tokens[..<33], tokens[33..<34], tokens[34..<36], tokens[36..<75]] {
      rows += try SessionTests.allLogits(session, Array(piece))
    }
    for token in tokens[75...] { rows.append(try session.logits(after: [token])) }
    #expect(distance(rows, whole.map { $0.map(Double.init) }) < 1e-4)
  }

  @Test("rows of a batch are those of sequences alone", arguments: SmallFamily.allCases)
  func batch(family: SmallFamily) throws {
    let engine = try Self.engine(family, "q8_0", .fast)
    let prompts = [Array(SessionTests.prompt(12)[3...]), SessionTests.prompt(5)]
    let pool = try engine.makePool()
    let executor = StepExecutor(engine, pool)
    let sequences = prompts.map { _ in KVSequence(pool) }
    var together = [[[Float]]](repeating: [], count: 2)
    let plan = zip(sequences, prompts).map { StepItem($0, $1[...], logits: .all) }
    try executor.run(plan, onLogits: { item, _, logits in together[item].append(Array(logits)) })
    for (rows, prompt) in zip(together, prompts) {
      #expect(rows == (try SessionTests.allLogits(engine.makeSession(), prompt)))
    }
  }

  @Test("every weight is a parameter of the spec", arguments: SmallFamily.allCases)
  func parameters(family: SmallFamily) throws {
    let engine = try Self.engine(family)
    let count = engine.file.tensors.reduce(0) { $0 + $1.count }
    #expect(engine.spec.parameters == count)
    #expect(engine.spec.multipliedParameters < count)
  }

  @Test(
    "what is kept of a position has the family's shape",
    arguments: [
      (SmallFamily.gemma3, KVShape(layers: 3, heads: 1, keyWidth: 32, valueWidth: 32), 3 * 64),
      (.gpt2, KVShape(layers: 2, heads: 4, keyWidth: 16, valueWidth: 16), 2 * 128),
      (.qwen3, KVShape(layers: 2, heads: 2, keyWidth: 24, valueWidth: 24), 2 * 96),
      (.mixtral, KVShape(layers: 2, heads: 2, keyWidth: 24, valueWidth: 24), 2 * 96),
      // The kernels keep the latent vector as key and as value; it is needed once.
      (.deepSeekV2, KVShape(layers: 2, heads: 1, keyWidth: 48, valueWidth: 32), 2 * 48),
      (.deepSeekV3, KVShape(layers: 2, heads: 1, keyWidth: 48, valueWidth: 32), 2 * 48),
    ])
  func cacheShape(family: SmallFamily, shape: KVShape, elements: Int) throws {
    let engine = try Self.engine(family)
    #expect(engine.cacheShape == shape)
    #expect(engine.spec.keyValueBytes(bytesPerElement: 1).count == elements)
  }

  @Test(
    "the shares of experts can be seen and changed",
    arguments: [(SmallFamily.mixtral, 2, 1.0), (.qwen3moe, 2, 1), (.deepSeekV3, 3, 2.5)])
  func experts(family: SmallFamily, used: Int, total: Float) throws {
    let engine = try Self.engine(family)
    let tokens = SessionTests.prompt(6)
    var logits: [[Float]] = []
    for isChanged in [false, true] {
      let session = engine.makeSession()
      let observer = Observer([.experts]) { observation in
        #expect(observation.rows == 6 && observation.columns == engine.spec.mixture?.count)
        for row in 0..<observation.rows {
          let shares = observation.values[
            row * observation.columns..<(row + 1) * observation.columns]
          #expect(shares.count { $0 != 0 } == used)
          #expect(abs(shares.reduce(0, +) - total) < 1e-5)
        }
        if isChanged { observation.values.update(repeating: 0) }
      }
      try session.run(
        tokens, observer: observer, onLogits: { _, row in logits.append(Array(row)) })
    }
    #expect(logits.count == 2 && logits[0] != logits[1])
  }

  @Test("numbers that make no model are refused or run", arguments: SmallFamily.allCases)
  func illFormed(family: SmallFamily) throws {
    let good = family.builder(format: try BlockFormat.catalog["f32"])
    let values: [GGUFWriter.Value?] = [
      nil, .uint32(0), .uint32(3), .uint32(70_000), .uint32(.max), .int32(-1), .string("x"),
      .float32(.nan),
    ]
    for key in good.keys {
      for value in values {
        var builder = good
        builder.set(key, value)
        try SmallModel.withFile(builder.writer().bytes) { path in
          guard let engine = try? Engine(path: path) else { return }
          _ = try? engine.makeSession().logits(after: [1, 5, 9])
        }
      }
    }
    // What says how large the matrices are cannot be changed alone.
    for key in ["block_count", "embedding_length", "attention.head_count"] {
      #expect(throws: Problem.self) {
        try Self.engine(family) { $0.set(key, .uint32(5)) }
      }
    }
  }

  @Test("a hundred broken models give errors and nothing worse", arguments: SmallFamily.allCases)
  func broken(family: SmallFamily) throws {
    let good = family.builder(format: try BlockFormat.catalog["q8_0"]).writer().bytes
    var random = SeededRandom(seed: 9)
    for _ in 0..<100 {
      var bytes = good
      for _ in 0..<1 + random.nextInteger(below: 3) {
        let limit = [1600, 12_000, bytes.count][random.nextInteger(below: 3)]
        bytes[random.nextInteger(below: limit)] ^= 1 << UInt8(random.nextInteger(below: 8))
      }
      try SmallModel.withFile(bytes) { path in
        guard let engine = try? Engine(path: path), engine.spec.layers < 10 else { return }
        _ = try? engine.makeSession().generate([1, 5], options: GenerationOptions(maxTokens: 2))
      }
    }
  }
}
