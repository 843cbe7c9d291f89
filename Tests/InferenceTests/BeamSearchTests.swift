import Base
import TestSupport
import Testing

@testable import Inference

@Suite struct BeamSearchTests {
  private static func executor(blocks: Int? = nil) throws -> StepExecutor {
    var shape = SmallModel.Shape()
    shape.sharesOutput = false
    let engine = try SessionTests.engine("f32", shape)
    return StepExecutor(engine, try engine.makePool(blockSize: 4, limit: blocks))
  }

  private static let prompt: [TokenID] = [9, 30, 12, 77, 5, 60]

  /// The natural logarithms of all tokens' probabilities after some.
  private static func logProbabilities(_ session: Session, _ tokens: [TokenID]) throws -> [Double] {
    let logits = try session.logits(after: Array(tokens[session.reuse(tokens)...]))
    let total = logSumExp(logits)
    return logits.map { Double($0) - total }
  }

  @Test func `a beam of one is the greedy answer`() throws {
    let executor = try Self.executor()
    let beams = try BeamSearch(width: 1, maxTokens: 12).run(executor, Self.prompt)
    let greedy = try Session(executor).generate(
      Self.prompt, options: GenerationOptions(maxTokens: 12))
    #expect(beams.count == 1 && beams[0].tokens == greedy.tokens && beams[0].text == greedy.text)
    let sum = greedy.probabilities.reduce(0) { $0 + logarithm($1) }
    #expect(abs(beams[0].logProbability - sum) < 1e-4)
    #expect(abs(beams[0].score - sum / 12) < 1e-4)
  }

  /// With as many beams as tokens, two steps leave nothing out: the best of all pairs are found.
  @Test func `a beam as wide as the vocabulary finds the best of all answers`() throws {
    let executor = try Self.executor()
    let session = Session(executor)
    let first = try Self.logProbabilities(session, Self.prompt)
    let end = try #require(
      first.indices.first {
        executor.engine.tokenizer.endsGeneration(TokenID($0))
      })
    var all: [(tokens: [TokenID], logProbability: Double)] = [([], first[end])]
    for (token, probability) in first.enumerated() where token != end {
      let second = try Self.logProbabilities(session, Self.prompt + [TokenID(token)])
      for (next, more) in second.enumerated() {
        all.append(
          (next == end ? [TokenID(token)] : [TokenID(token), TokenID(next)], probability + more))
      }
    }
    all.sort { $0.logProbability > $1.logProbability }
    let search = BeamSearch(width: SmallModel.vocabularyCount, maxTokens: 2, lengthPenalty: 0)
    let beams = try search.run(executor, Self.prompt)
    #expect(beams.prefix(40).map(\.tokens) == all.prefix(40).map(\.tokens))
    for (beam, expected) in zip(beams.prefix(40), all) {
      #expect(abs(beam.logProbability - expected.logProbability) < 1e-4)
    }
  }

  @Test func `a wider beam is no less probable and gives its blocks back`() throws {
    let executor = try Self.executor(blocks: 40)
    var best = -Double.infinity
    for width in [1, 2, 4, 8] {
      let beams = try BeamSearch(width: width, maxTokens: 6, lengthPenalty: 0)
        .run(executor, Self.prompt)
      #expect(beams.map(\.score) == beams.map(\.score).sorted(by: >))
      #expect(Set(beams.map(\.tokens)).count == beams.count && beams.count == width)
      let found = try #require(beams.first).logProbability
      #expect(found >= best - 1e-6)
      best = max(best, found)
      #expect(executor.pool.heldBlocks == 0)
    }
  }

  @Test func `beams share what they have in common`() throws {
    let executor = try Self.executor()
    var most = 0
    // Asked between layers, so the pool is seen while beams are open.
    _ = try BeamSearch(width: 4, maxTokens: 8).run(
      executor, SessionTests.prompt(40),
      shouldStop: {
        most = max(most, executor.pool.heldBlocks)
        return false
      })
    // Ten blocks of prompt once, and at most three for what each beam has of its own.
    #expect(most >= 10 && most <= 10 + 4 * 3)
  }

  @Test func `a stop and an empty prompt end with a problem and without blocks`() throws {
    let executor = try Self.executor()
    #expect(throws: Problem.self) { try BeamSearch().run(executor, []) }
    var asked = 0
    let problem = #expect(throws: Problem.self) {
      try BeamSearch().run(
        executor, Self.prompt,
        shouldStop: {
          asked += 1
          return asked > 9
        })
    }
    #expect(problem?.kind == .interrupted && executor.pool.heldBlocks == 0)
  }
}
