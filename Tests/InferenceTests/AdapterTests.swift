import Base
import TestSupport
import Tensors
import Testing

@testable import Inference

@Suite struct AdapterTests {
  static let kinds = [
    "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down",
  ]

  static func adapter(_ engine: Engine, rank: Int = 4, seed: UInt64 = 1) throws -> Adapter {
    try Adapter.random(
      "a\(seed)", for: engine, rank: rank, alpha: 8, kinds: kinds, deviation: 0.2, seed: seed)
  }

  static func logits(_ engine: Engine, _ adapter: Adapter?, _ tokens: [TokenID]) throws -> [[Float]]
  {
    let executor = StepExecutor(engine, try engine.makePool())
    return try SessionTests.allLogits(Session(executor, adapter: adapter), tokens)
  }

  static func distance(_ a: [[Float]], _ b: [[Float]]) -> Float {
    zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test func `an adapter whose B is zero changes nothing`() throws {
    let engine = try SessionTests.engine("f32")
    let fresh = try Adapter.random("fresh", for: engine, rank: 3, kinds: Self.kinds)
    let tokens = SessionTests.prompt(9)
    #expect(try Self.logits(engine, fresh, tokens) == Self.logits(engine, nil, tokens))
    #expect(fresh.rank == 3 && fresh.targets.count == 14)
    // 4 bytes for each number of A and B, by hand from the shape of the small model.
    let sums = [64 + 64, 64 + 32, 64 + 32, 64 + 64, 64 + 96, 64 + 96, 96 + 64].reduce(0, +)
    #expect(fresh.parameterCount == 2 * 3 * sums && fresh.bytes.count == 4 * fresh.parameterCount)
  }

  /// A file whose matrices are W + s·B·A, computed in double precision here, must give what the adapter
  /// gives, within float rounding.
  @Test("an adapter adds scale times B times A", arguments: [false, true])
  func plain(usesRootOfRank: Bool) throws {
    let engine = try SessionTests.engine("f32")
    var random = SeededRandom(seed: 4)
    let (rank, alpha) = (4, 6.0)
    func numbers(_ count: Int, _ size: Double) -> [Float] {
      (0..<count).map { _ in Float(random.nextNormal() * size) }
    }
    let shapes = ["blk.0.attn_k": (32, 64), "blk.1.ffn_down": (64, 96), "blk.1.attn_q": (64, 64)]
    var factors: [String: Adapter.Factors] = [:]
    for (name, (rows, columns)) in shapes.sorted(by: { $0.key < $1.key }) {
      factors[name] = .init(
        rank: rank, a: numbers(rank * columns, 0.2), b: numbers(rows * rank, 0.2))
    }
    let adapter = try Adapter(
      "plain", for: engine, factors, alpha: alpha, usesRootOfRank: usesRootOfRank)
    let scale = usesRootOfRank ? alpha / 2 : alpha / 4
    let writer = SmallModel.llama(format: .single) { name, values in
      guard let factor = factors[name] else { return }
      let columns = factor.a.count / rank
      for index in values.indices {
        let (row, column) = (index / columns, index % columns)
        let sum = (0..<rank).reduce(0.0) {
          $0 + Double(factor.b[row * rank + $1]) * Double(factor.a[$1 * columns + column])
        }
        values[index] += Float(scale * sum)
      }
    }
    let expected = try SmallModel.withFile(writer.bytes) {
      try Self.logits(Engine(path: $0, arithmetic: .exact), nil, SessionTests.prompt(9))
    }
    let tokens = SessionTests.prompt(9)
    #expect(Self.distance(try Self.logits(engine, adapter, tokens), expected) < 2e-4)
    #expect(Self.distance(try Self.logits(engine, nil, tokens), expected) > 1e-2)
    let merged = try engine.merging(adapter)
    #expect(Self.distance(try Self.logits(merged, nil, tokens), expected) < 2e-4)
  }

  @Test func `merging is the adapter within rounding and is taken back exactly`() throws {
    let engine = try SessionTests.engine("q4_1")
    let (first, second) = (try Self.adapter(engine, seed: 1), try Self.adapter(engine, seed: 2))
    let tokens = SessionTests.prompt(12)
    let before = try Self.logits(engine, nil, tokens)
    let beside = try Self.logits(engine, first, tokens)
    let merged = try engine.merging(first)
    #expect(Self.distance(try Self.logits(merged, nil, tokens), beside) < 2e-4)
    #expect(Self.distance(before, beside) > 0.1)
    // An adapter beside one that is merged in, and both merged in.
    let both = try Self.logits(merged, second, tokens)
    #expect(Self.distance(try Self.logits(merged.merging(second), nil, tokens), both) < 2e-4)
    #expect(merged.original === engine)
    #expect(try Self.logits(#require(merged.original), nil, tokens) == before)
    // Packed anew, weights round: near, and not the same.
    let packed = try engine.merging(first, format: BlockFormat.catalog["q8_0"])
    let off = Self.distance(try Self.logits(packed, nil, tokens), beside)
    #expect(off > 1e-4 && off < 1)
  }

  @Test("what a row gets does not depend on the batch around it", arguments: Arithmetic.allCases)
  func batches(arithmetic: Arithmetic) throws {
    let engine = try SessionTests.engine("q8_0", arithmetic: arithmetic)
    let adapters = [nil, try Self.adapter(engine, seed: 1), try Self.adapter(engine, seed: 2)]
    let executor = StepExecutor(engine, try engine.makePool())
    let prompts = (0..<9).map { Array(SessionTests.prompt(30)[$0..<$0 + 1 + $0 * 2]) }
    var together = [[Float]](repeating: [], count: prompts.count)
    let plan = prompts.enumerated().map { index, prompt in
      let adapter = adapters[index % 3]
      let sequence = KVSequence(executor.pool, variant: adapter?.id ?? 0)
      return StepItem(sequence, prompt[...], adapter: adapter)
    }
    try executor.run(plan, onLogits: { item, _, row in together[item] = Array(row) })
    for (index, prompt) in prompts.enumerated() {
      let alone = try Session(executor, adapter: adapters[index % 3]).logits(after: prompt)
      let off = Self.distance([alone], [together[index]])
      // Repacked products are the same bit for bit; plain ones may differ in their last bits.
      #expect(off <= (arithmetic == .fast ? 0 : 2e-5))
    }
    #expect(Self.distance([together[1]], [together[2]]) > 0)
  }

  @Test func `any schedule with several adapters gives the text of the undisturbed run`() throws {
    let engine = try BatcherTests.tiny()
    let adapters = [nil, try Self.adapter(engine, seed: 1), try Self.adapter(engine, seed: 2)]
    var known: [String: Generation] = [:]
    for seed in 1000..<1000 + UInt64(trials(500, fast: 8)) {
      var schedule = try Schedule(engine, adapters, seed: seed)
      try schedule.run()
      try schedule.check(&known)
    }
  }

  @Test func `sequences of different adapters share no blocks`() throws {
    let engine = try SessionTests.engine("f32")
    let executor = StepExecutor(engine, try engine.makePool(blockSize: 4))
    let adapter = try Self.adapter(engine)
    let prompt = SessionTests.prompt(10)
    _ = try Session(executor).logits(after: prompt)
    #expect(Session(executor, adapter: adapter).reuse(prompt) == 0)
    _ = try Session(executor, adapter: adapter).logits(after: prompt)
    #expect(Session(executor, adapter: adapter).reuse(prompt) == 8)
    #expect(Session(executor).reuse(prompt) == 8)
  }

  @Test func `an adapter of other shapes is refused by every way in`() throws {
    let engine = try SessionTests.engine("f32")
    var shape = SmallModel.Shape()
    shape.feedForward = 128
    let other = try SessionTests.engine("f32", shape)
    let adapter = try Self.adapter(other)
    let executor = StepExecutor(engine, try engine.makePool())
    let expected = "adds to a matrix \"blk.0.ffn_down\" of [64, 128], which is [64, 96] in"
    for attempt in [
      { _ = try Session(executor, adapter: adapter).logits(after: [1]) },
      { try Batcher(executor).add([1], adapter: adapter) },
      { _ = try engine.merging(adapter) },
    ] as [() throws -> Void] {
      let problem = #expect(throws: Problem.self) { try attempt() }
      #expect(problem?.description.contains(expected) == true)
    }
    // The same kinds of matrices, all of which fit.
    let narrow = try Adapter.random("narrow", for: other, kinds: ["attn_q"], deviation: 1)
    _ = try Self.logits(engine, narrow, [1, 2])
  }

  @Test func `what cannot be an adapter is refused by name`() throws {
    let engine = try SessionTests.engine("f32")
    func message(_ body: () throws -> Adapter) -> String {
      (#expect(throws: Problem.self) { _ = try body() })?.description ?? ""
    }
    let wrong = Adapter.Factors(rank: 2, a: [1, 2, 3], b: [1])
    #expect(
      message { try Adapter("x", for: engine, ["blk.0.attn_q": wrong], alpha: 1) }
        == "blk.0.attn_q: A should be [2, 64], has 3 numbers")
    #expect(
      message { try Adapter("x", for: engine, ["blk.7.attn_q": wrong], alpha: 1) }
        .contains("unknown matrix \"blk.7.attn_q\""))
    #expect(message { try Adapter("x", for: engine, [:], alpha: 1) }.contains("adds to no matrix"))
    #expect(
      message { try Adapter.random("x", for: engine, kinds: ["attn_p"]) }.contains("attn_q"))
    #expect(message { try Adapter.random("x", for: engine, rank: 0) }.contains("rank"))
  }
}
