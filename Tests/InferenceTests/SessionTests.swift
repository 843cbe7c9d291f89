import Base
import Models
import Tensors
import TestSupport
import Testing

@testable import Inference

@Suite struct SessionTests {
  static func engine(
    _ format: String = "f32", _ shape: SmallModel.Shape = SmallModel.Shape(),
    arithmetic: Arithmetic = .exact
  ) throws -> Engine {
    let writer = SmallModel.llama(shape, format: try BlockFormat.catalog[format])
    return try SmallModel.withFile(writer.bytes) { try Engine(path: $0, arithmetic: arithmetic) }
  }

  static func prompt(_ count: Int) -> [TokenID] {
    var random = SeededRandom(seed: 8)
    return (0..<count).map { _ in TokenID(random.nextInteger(below: SmallModel.vocabularyCount)) }
  }

  static func allLogits(_ session: Session, _ tokens: [TokenID]) throws -> [[Float]] {
    var rows: [[Float]] = []
    try session.run(tokens, logits: .all, onLogits: { _, row in rows.append(Array(row)) })
    return rows
  }

  /// Float sums of a few hundred terms of size 1: 1e-4 is far above their rounding and far below
  /// what any slip in the graph would give.
  @Test(
    "a forward pass equals plain loops in double precision",
    arguments: [
      ("f32", true, 16), ("f16", false, 16), ("bf16", true, 16), ("q4_0", true, 16),
      ("q4_1", false, 16), ("q5_0", true, 16), ("q5_1", true, 16), ("q8_0", true, 16),
      ("f32", true, 24), ("f32", false, 80),
    ])
  func plain(format: String, sharesOutput: Bool, headWidth: Int) throws {
    var shape = SmallModel.Shape()
    shape.sharesOutput = sharesOutput
    shape.headWidth = headWidth
    shape.heads = headWidth == 80 ? 2 : 4
    let engine = try Self.engine(format, shape)
    let tokens = Self.prompt(9)
    let ours = try Self.allLogits(engine.makeSession(), tokens)
    let plain = PlainLlama(file: engine.file, spec: engine.spec).logits(tokens)
    #expect(distance(ours, plain) < 1e-4)
  }

  @Test func `pieces, blocks and single steps give the logits of one pass`() throws {
    let engine = try Self.engine()
    // Longer than two blocks of 64 positions.
    let tokens = Self.prompt(150)
    let plain = PlainLlama(file: engine.file, spec: engine.spec).logits(tokens)
    #expect(distance(try Self.allLogits(engine.makeSession(), tokens), plain) < 2e-4)
    let single = engine.makeSession()
    var rows: [[Float]] = []
    for token in tokens { rows.append(try single.logits(after: [token])) }
    #expect(distance(rows, plain) < 2e-4)
    #expect(single.cache.tokens == tokens)
  }

  @Test func `half precision keeps the logits near and halves the memory`() throws {
    let engine = try Self.engine()
    let tokens = Self.prompt(70)
    let (single, half) = (engine.makeSession(), engine.makeSession(format: .f16))
    let exact = try Self.allLogits(single, tokens)
    let near = try Self.allLogits(half, tokens).map { $0.map(Double.init) }
    // Keys and values are rounded to 11 bits.
    let off = distance(exact, near)
    #expect(off > 0 && off < 5e-2)
    #expect(half.cache.bytes.count * 2 == single.cache.bytes.count)
  }

  @Test func `a sequence cut back goes on as if the rest had never been`() throws {
    let engine = try Self.engine()
    let tokens = Self.prompt(80)
    let session = engine.makeSession()
    _ = try session.logits(after: tokens)
    session.cache.truncate(to: 40)
    let again = try session.logits(after: Array(tokens[40..<50]))
    let fresh = engine.makeSession()
    _ = try fresh.logits(after: Array(tokens[..<40]))
    let expected = try fresh.logits(after: Array(tokens[40..<50]))
    #expect(zip(again, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func `what does not fit or is no token is refused`() throws {
    let engine = try Self.engine()
    let session = engine.makeSession()
    let long = #expect(throws: Problem.self) { try session.run(Self.prompt(513)) }
    #expect(long?.kind == .limit)
    #expect(long?.description.contains("513 tokens do not fit into the context of 512") == true)
    #expect(throws: Problem.self) { try session.run([TokenID(SmallModel.vocabularyCount)]) }
    #expect(throws: Problem.self) { try session.run([-1]) }
    #expect(session.cache.count == 0)
  }

  @Test func `a stop ends between layers and keeps whole pieces`() throws {
    var shape = SmallModel.Shape()
    shape.context = 1024
    let session = try Self.engine("f32", shape).makeSession()
    var asked = 0
    let problem = #expect(throws: Problem.self) {
      try session.run(
        Self.prompt(700),
        shouldStop: {
          asked += 1
          return asked > 4
        })
    }
    #expect(problem?.kind == .interrupted)
    #expect(session.cache.count == StepExecutor.rowLimit)
    #expect(session.cache.blocks.count == StepExecutor.rowLimit / 64)
  }

  /// Asked once a layer: whatever the length of the prompt, a stop waits for one layer of one piece.
  @Test func `a stop while a long prompt is read gives its blocks back`() throws {
    var shape = SmallModel.Shape()
    shape.context = 8192
    let engine = try Self.engine("q8_0", shape, arithmetic: .fast)
    let session = engine.makeSession()
    let prompt = Self.prompt(8000)
    var asked = 0
    let result = try session.generate(
      prompt,
      shouldStop: {
        asked += 1
        return asked >= 12
      })
    #expect(result.finishReason == .interrupted && result.tokens.isEmpty)
    // Nothing is computed after it: nobody asks again between layers.
    #expect(asked <= 14)
    #expect(session.cache.count == 0 && session.cache.pool.heldBlocks == 0)
    // What was read is not lost: the same prompt finds it.
    #expect(session.reuse(prompt) >= StepExecutor.rowLimit)
  }

  /// Kernels leave their work undone when the process is asked to stop: none of it may be kept or shown,
  /// even where the caller's own question knows nothing of the request.
  @Test(
    "a request to stop ends a run before anything of it is kept", arguments: Arithmetic.allCases)
  func request(arithmetic: Arithmetic) throws {
    let engine = try Self.engine("q4_0", arithmetic: arithmetic)
    let session = engine.makeSession()
    let expected = try engine.makeSession().logits(after: Self.prompt(20))
    // This thread's flag alone: other tests run on.
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    Cancellation.watch(flag)
    defer {
      Cancellation.watch(nil)
      flag.deallocate()
    }
    for turn in 0..<2 {
      let observer = Observer([turn == 0 ? .attended : .outputNorm]) { _ in flag.pointee = 1 }
      var shown = 0
      let problem = #expect(throws: Problem.self) {
        try session.run(Self.prompt(20), observer: observer, onLogits: { _, _ in shown += 1 })
      }
      #expect(problem?.kind == .interrupted && shown == 0)
      #expect(session.cache.count == 0 && session.cache.pool.heldBlocks == 0)
      flag.pointee = 0
    }
    #expect(try session.logits(after: Self.prompt(20)) == expected)
  }

  @Test func `an observer sees each tap once per layer`() throws {
    let engine = try Self.engine()
    var seen: [Tap: Int] = [:]
    var sums: [Float] = []
    let observer = Observer(Set(Tap.allCases)) { observation in
      seen[observation.tap, default: 0] += 1
      if observation.tap == .attention {
        for row in 0..<observation.rows {
          let values = observation.values[
            row * observation.columns..<(row + 1) * observation.columns]
          sums.append(values.reduce(0, +))
        }
      }
    }
    try engine.makeSession().run(Self.prompt(5), observer: observer)
    let layers = engine.spec.layers
    for tap in Tap.allCases {
      // This family has no experts.
      #expect(seen[tap] == (tap == .experts ? nil : tap.isInLayer ? layers : 1))
    }
    #expect(sums.count == 5 * engine.spec.heads * layers)
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func `probabilities of a text are those of its tokens one by one`() throws {
    let engine = try Self.engine()
    let tokens = Self.prompt(40)
    let ours = try engine.makeSession().logProbabilities(of: tokens)
    let plain = PlainLlama(file: engine.file, spec: engine.spec).logits(tokens)
    for index in 1..<tokens.count {
      let row = plain[index - 1]
      let most = row.max() ?? 0
      let sum = most + logarithm(row.map { exponential($0 - most) }.reduce(0, +))
      #expect(abs(ours[index - 1] - (row[Int(tokens[index])] - sum)) < 2e-4)
    }
    #expect(ours.count == 39)
    #expect(abs(perplexity([logarithm(0.5), logarithm(0.125)]) - 4) < 1e-12)
  }
}

@Suite struct GraphTests {
  private func problem(_ change: (inout GGUFWriter) -> Void) throws -> Problem? {
    var writer = SmallModel.llama(format: try BlockFormat.catalog["f32"])
    change(&writer)
    return try SmallModel.withFile(writer.bytes) { path in
      #expect(throws: Problem.self) { try Engine(path: path) }
    }
  }

  @Test func `a tensor without a place in the graph is refused by name`() throws {
    let problem = try problem { $0.add("blk.0.attn_q.scale", dimensions: [64], values: .zero64) }
    #expect(problem?.description.contains("\"blk.0.attn_q.scale\" has no place") == true)
  }

  @Test func `an unknown architecture is refused by name`() throws {
    var writer = GGUFWriter()
    writer.set("general.architecture", .string("mamba"))
    for key in ["block_count", "embedding_length", "attention.head_count", "feed_forward_length"] {
      writer.set("mamba." + key, .uint32(4))
    }
    writer.set("mamba.context_length", .uint32(8))
    writer.add("token_embd.weight", dimensions: [4, 2], values: [Float](repeating: 0, count: 8))
    try SmallModel.withFile(writer.bytes) { path in
      let problem = #expect(throws: Problem.self) { try Engine(path: path) }
      #expect(problem?.description.contains("architecture \"mamba\" is not supported") == true)
    }
  }

  /// Models broken anywhere, not only in the head: an engine that opens must run or refuse.
  @Test func `broken models give errors and nothing worse`() throws {
    var shape = SmallModel.Shape()
    (shape.width, shape.feedForward, shape.heads, shape.groups) = (32, 32, 2, 1)
    let good = SmallModel.llama(shape, format: try BlockFormat.catalog["q4_0"]).bytes
    var random = SeededRandom(seed: 6)
    var (opened, refused) = (0, 0)
    for _ in 0..<trials(10_000, fast: 1000) {
      // Half of the damage is among the first keys, which hold the model's numbers.
      let header = random.nextInteger(below: 2) == 0 ? 1200 : 9000
      try SmallModel.withFile(Mutations.mutated(good, header: header, &random)) { path in
        do {
          let engine = try Engine(path: path)
          opened += 1
          _ = try engine.makeSession().generate([1, 5], options: GenerationOptions(maxTokens: 2))
        } catch let problem as Problem {
          refused += 1
          #expect(!problem.description.isEmpty)
        }
      }
    }
    #expect(opened > 0 && refused > 0, "\(opened) opened, \(refused) refused")
  }
}

extension [Float] {
  fileprivate static var zero64: [Float] { [Float](repeating: 0, count: 64) }
}

/// The largest difference; infinite for different shapes.
func distance(_ ours: [[Float]], _ expected: [[Double]]) -> Double {
  guard ours.count == expected.count else { return .infinity }
  var worst = 0.0
  for (a, b) in zip(ours, expected) {
    if a.count != b.count { return .infinity }
    for (x, y) in zip(a, b) {
      let off = abs(Double(x) - y)
      worst = off.isNaN ? .infinity : max(worst, off)
    }
  }
  return worst
}
