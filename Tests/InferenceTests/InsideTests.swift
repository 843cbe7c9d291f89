import Base
import Models
import TestSupport
import Testing

@testable import Inference

/// What looks inside show, on small random models.
@Suite struct InsideTests {
  private static let stays: @Sendable () -> Bool = { false }

  private static func executor(_ engine: Engine, blockSize: Int = 4) throws -> StepExecutor {
    StepExecutor(engine, try engine.makePool(blockSize: blockSize))
  }

  @Test(
    "the lens behind the last layer says what the model says", arguments: SmallFamily.allCases)
  func lens(family: SmallFamily) throws {
    let engine = try FamilyTests.engine(family)
    let tokens = SessionTests.prompt(9)
    let executor = try Self.executor(engine)
    let lens = try engine.logitLens(
      tokens, at: [3, 8], top: 4, on: executor, shouldStop: Self.stays)
    let rows = try SessionTests.allLogits(engine.makeSession(), tokens)
    #expect(lens.tops.count == engine.spec.layers)
    for (place, position) in [3, 8].enumerated() {
      var row = rows[position]
      let top = row.withUnsafeMutableBufferPointer { Sampler.top(4, of: $0) }
      let seen = lens.tops[engine.spec.layers - 1][place]
      #expect(seen.map(\.token) == top.map(\.token))
      for (a, b) in zip(seen, top) { #expect(abs(a.probability - b.probability) < 1e-5) }
    }
  }

  @Test(
    "every tap that a family has is shown where it is asked for", arguments: SmallFamily.allCases)
  func taps(family: SmallFamily) throws {
    let engine = try FamilyTests.engine(family)
    let executor = try Self.executor(engine)
    var seen: Set<String> = []
    let all = try TapPattern("*", engine)
    executor.observer = Observer(wants: all.contains) { seen.insert($0.tap.name($0.layer)) }
    try Session(executor).run(SessionTests.prompt(5))
    // A mixture's first layers may be dense, and some families keep no queries of their own.
    let shown = Set(all.names).subtracting(seen).filter { !$0.contains("ffn.") }
    #expect(shown.isEmpty, "\(shown.sorted())")
  }

  @Test(
    "patterns name places",
    arguments: [
      ("blk.1.out", ["blk.1.out"]), ("logits", ["logits"]), ("no*", ["norm"]),
      ("blk.0.attn.*u*", ["blk.0.attn.out"]), ("b*.1.*.n*s", ["blk.1.ffn.neurons"]),
      ("blk.1.ffn.*", ["blk.1.ffn.norm", "blk.1.ffn.neurons", "blk.1.ffn.out"]),
    ])
  func patterns(text: String, expected: [String]) throws {
    let engine = try FamilyTests.engine(.qwen2)
    #expect(try TapPattern(text, engine).names == expected)
    let outputs = try TapPattern("blk.*.out", engine).names
    #expect(outputs == (0..<engine.spec.layers).map { "blk.\($0).out" })
  }

  @Test("an observer's problem ends the run", arguments: [Tap.embedding, .neurons, .logits])
  func problem(tap: Tap) throws {
    let engine = try FamilyTests.engine(.qwen2)
    let executor = try Self.executor(engine)
    var failure: Problem?
    executor.observer = Observer(wants: { seen, _ in seen == tap }, problem: { failure }) { _ in
      failure = Problem("seen enough")
    }
    let session = Session(executor)
    #expect(throws: Problem("seen enough")) { try session.logits(after: SessionTests.prompt(5)) }
    (executor.observer, failure) = (nil, nil)
    #expect(try Session(executor).logits(after: SessionTests.prompt(5)).count > 0)
  }

  @Test func `a pass cannot start another one`() throws {
    let engine = try FamilyTests.engine(.qwen2)
    let executor = try Self.executor(engine)
    var message = ""
    executor.observer = Observer([.embedding]) { _ in
      do throws(Problem) { try Session(executor).run([1]) } catch { message = error.message }
    }
    try Session(executor).run([1, 2])
    #expect(message.contains("runs already"))
  }

  @Test func `what was computed before an epoch is not found in it`() throws {
    let engine = try FamilyTests.engine(.qwen2)
    let executor = try Self.executor(engine)
    let prompt = SessionTests.prompt(13)
    let held = Session(executor)
    try held.run(prompt)
    #expect(KVSequence(executor.pool).adopt(beginningOf: prompt) == 12)
    executor.pool.beginEpoch()
    #expect(KVSequence(executor.pool).adopt(beginningOf: prompt) == 0)
    // The held one goes on as it was.
    try held.run([3])
    #expect(held.cache.count == 14)
  }

  @Test func `a map counts every block once and knows who holds it`() throws {
    let engine = try FamilyTests.engine(.qwen2)
    let executor = try Self.executor(engine)
    var sessions = [Session(executor)]
    try sessions[0].run(SessionTests.prompt(10))
    sessions.append(sessions[0].fork())
    try sessions[1].run([5])
    var map = KVMap(executor.pool)
    #expect(map.blocks.map(\.use) == [.shared, .shared, .held, .held])
    #expect(map.blocks.map(\.positions) == [4, 4, 2, 3])
    #expect(map.sequences.map(\.tokens) == [10, 11])
    #expect(map.blocks[0].sequences == map.sequences.map(\.number))
    #expect(map.emptyPositions == 3)
    #expect(map.blocks.map(map.mark).joined() == "22▄▆")
    sessions = []
    map = KVMap(executor.pool)
    #expect(map.blocks.map(map.mark).joined() == "░░··")
    #expect(map.sequences.isEmpty)
  }

  @Test func `limits make a roof with a ridge`() {
    let limits = ProfileReport.Limits(bytesPerSecond: 50, multiplyAddsPerSecond: 500)
    #expect(limits.ridge == 20)
    #expect(limits.roof(atIntensity: 10) == 500)
    #expect(limits.roof(atIntensity: 100) == 1000)
  }
}
