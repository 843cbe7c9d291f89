import Base
import Clusters
import Serving
import Simulation
import Testing

@Suite struct ComparisonTests {
  private func run(
    _ count: Int = 8, metrics: [String] = ["ttft_mean_seconds", "tpot_mean_seconds"],
    b: @escaping (inout ClusterOptions) -> Void
  ) throws -> ComparisonResult {
    try Comparison(metrics: metrics).run(
      count,
      a: { (seed) throws(Problem) in try StudySubjects.experiment(seed: UInt64(seed)) },
      b: { (seed) throws(Problem) in try StudySubjects.experiment(seed: UInt64(seed), b) })
  }

  @Test func `a slower model is slower, beyond chance`() throws {
    let result = try run { $0.cost = LinearCostModel(baseSeconds: 0.022, tokenSeconds: 1.1e-4) }
    for difference in result.differences {
      #expect(difference.verdict == .firstIsBetter)
      #expect(difference.interval?.lower ?? 0 > 0 && difference.pairsNeeded == nil)
    }
    let words = result.sentences("base", "slow")[1]
    #expect(words.contains("tpot_mean_seconds: real: slow is"), "\(words)")
    #expect(words.contains("higher, base is better"), "\(words)")
  }

  @Test func `the same twice is the same`() throws {
    let result = try run { $0.keptSteps = 1 }
    #expect(result.differences.allSatisfy { $0.verdict == .same })
    #expect(result.sentences()[0].contains("the same on both sides in all 8 runs"))
  }

  @Test func `two random routers differ by noise`() throws {
    let comparison = try Comparison(metrics: ["e2e_mean_seconds"])
    var real = 0
    // Ten comparisons at 95 %: four or more mistakes have a chance of one in a thousand.
    for base in 0..<10 {
      func side(_ router: UInt64) -> (Int) throws(Problem) -> Experiment {
        { (seed) throws(Problem) in
          try StudySubjects.experiment(
            replicas: 2, requests: 40, seed: UInt64(base * 100 + seed)
          ) { $0.router = RandomRouter(seed: router &+ UInt64(base * 1000 + seed)) }
        }
      }
      let difference = try comparison.run(6, a: side(1), b: side(1 << 40)).differences[0]
      if difference.verdict != .noise {
        real += 1
      } else {
        #expect(difference.pairsNeeded ?? 7 > 6)
      }
    }
    #expect(real <= 3)
  }

  @Test func `what has no values, or too few runs, is said`() throws {
    let result = try run(2, metrics: ["prefix_hit_ratio", "steps"]) { $0.budget.sequences = 2 }
    #expect(result.differences[0].verdict == .unknown)
    #expect([.noise, .differs].contains(result.differences[1].verdict))
    #expect(throws: Problem.self) { try run(1) { _ in } }
    #expect(throws: Problem.self) { try Comparison(metrics: ["ttft"]) }
  }
}
