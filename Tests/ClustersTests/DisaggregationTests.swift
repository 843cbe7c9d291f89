import Base
import Clusters
import Serving
import Testing

@Suite struct DisaggregationTests {
  private func cluster(_ apart: Disaggregation?, output: Int = 20) throws -> Cluster {
    var trace = Trace(name: "apart")
    for index in 0..<40 {
      try trace.append(
        at: Double(index) * 0.02, promptTokens: 200 + index * 30, outputTokens: 1 + index % output)
    }
    var options = ClusterOptions()
    options.replicas = 2
    options.blockCount = 4000
    options.cost = LinearCostModel(baseSeconds: 5e-3, tokenSeconds: 50e-6)
    options.disaggregation = apart
    return try Cluster(options, trace: trace)
  }

  private func parts(latency: Double = 0, perToken: Double = 0) -> Disaggregation {
    var apart = Disaggregation()
    (apart.latencySeconds, apart.secondsPerToken) = (latency, perToken)
    return apart
  }

  @Test func `answers never wait for a prompt`() throws {
    let subject = try cluster(parts())
    #expect(subject.run() == .done)
    let prompts = subject.replicas.filter(\.isForPrompts).map(\.id)
    #expect(prompts == [2])
    for step in subject.steps.values where !prompts.contains(Int(step.replica)) {
      // A sequence that comes computes one token, as every other does.
      #expect(step.tokens == step.decodes + step.prefills)
    }
    // The longest step that answers is as long as its sequences make it, with two dozen at most.
    #expect(subject.itl.largest < 2 * (5e-3 + 40 * 50e-6))
    let mixed = try cluster(nil)
    mixed.run()
    #expect(mixed.itl.largest > subject.itl.largest * 2)
  }

  @Test func `every prompt is computed once, where prompts are read`() throws {
    let subject = try cluster(parts(latency: 2e-3))
    subject.run()
    let trace = subject.trace
    let prompts = subject.steps.values.filter { $0.replica == 2 }
    #expect(
      prompts.reduce(0) { $0 + Int($1.tokens) } == trace.promptTokens.reduce(0) { $0 + Int($1) })
    for index in 0..<trace.count {
      let record = subject.records[index]
      // One whose first token is its last stays where it is.
      #expect((record.prefillReplica == 2) == (trace.outputTokens[index] > 1))
      #expect((record.replica == 2) == (trace.outputTokens[index] == 1))
    }
  }

  @Test(arguments: [(0.0, 0.0), (5e-3, 0), (1e-3, 2e-5)])
  func `a transfer delays the second token and not the first`(
    latency: Double, perToken: Double
  ) throws {
    let (free, subject) = (
      try cluster(parts()), try cluster(parts(latency: latency, perToken: perToken))
    )
    free.run()
    subject.run()
    for index in 0..<subject.trace.count {
      let (one, other) = (free.records[index], subject.records[index])
      #expect(one.firstTokenAt == other.firstTokenAt)
      guard subject.trace.outputTokens[index] > 1 else { continue }
      let least = latency + perToken * Double(subject.trace.promptTokens[index])
      #expect(other.finishedAt - other.firstTokenAt >= least)
    }
  }

  @Test func `a copy in the middle of transfers goes on in the same way`() throws {
    let subject = try cluster(parts(latency: 10e-3))
    subject.run(until: 0.3)
    let copy = subject.copy()
    subject.run()
    copy.run()
    #expect(subject.records.values.map(\.finishedAt) == copy.records.values.map(\.finishedAt))
  }

  @Test func `without replicas for prompts there is nothing to run`() {
    var apart = Disaggregation()
    apart.prefillReplicas = 0
    #expect(throws: Problem.self) { try cluster(apart) }
  }
}
