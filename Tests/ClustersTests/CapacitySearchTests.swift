import Base
import Clusters
import Serving
import Testing

@Suite struct CapacitySearchTests {
  private let goal = ServiceGoal(ttftSeconds: 0.5, tpotSeconds: 0.06, share: 0.95)

  private func share(_ replicas: Int, rate: Double) throws -> Double {
    goal.share(of: try StudySubjects.experiment(replicas: replicas, rate: rate).cluster())
  }

  @Test("the fewest replicas are those that trying all would find", arguments: [2.0, 15, 60])
  func fewest(rate: Double) throws {
    let result = try CapacitySearch(goal).fewestReplicas { (count) throws(Problem) in
      try StudySubjects.experiment(replicas: count, rate: rate)
    }
    let answer = try #require(result.answer)
    let slow = try #require(try (1...100).first { try share($0, rate: rate) >= goal.share })
    #expect(Int(answer.amount) == slow)
    #expect(result.isMonotone)
    #expect(try answer.share == share(slow, rate: rate))
    #expect(try result.table.numbers("replicas") == result.points.map(\.amount))
    #expect(result.text.contains("\(slow * 2) GPUs"), "\(result.text)")
  }

  @Test func `the search tries the same on any number of threads`() throws {
    let texts = try [0, 1, 3].map { threads in
      var search = CapacitySearch(goal)
      search.threads = threads
      return try search.fewestReplicas { (count) throws(Problem) in
        try StudySubjects.experiment(replicas: count, rate: 25)
      }.table
    }
    #expect(texts[0] == texts[1] && texts[0] == texts[2])
  }

  @Test func `a goal out of reach has no answer`() throws {
    let search = CapacitySearch(ServiceGoal(ttftSeconds: 1e-6, share: 1))
    let result = try search.fewestReplicas(in: 1...6) { (count) throws(Problem) in
      try StudySubjects.experiment(replicas: count)
    }
    #expect(result.answer == nil && result.points.map(\.amount) == [1, 2, 4, 6])
    #expect(result.text.contains("nothing that was tried"))
    let p99 = ShownNumber.time(try #require(result.points.last).result.report.ttft.p99)
    #expect(result.text.contains("with 6 replicas TTFT is"), "\(result.text)")
    #expect(result.text.contains("and \(p99) in the 99th percentile, for 1 µs"))
  }

  @Test func `more replicas that serve worse are reported`() throws {
    let result = try CapacitySearch(goal).fewestReplicas { (count) throws(Problem) in
      // From four replicas on each is slower than one alone.
      try StudySubjects.experiment(replicas: count, rate: 8) {
        if count >= 4 { $0.cost = LinearCostModel(baseSeconds: 0.2) }
      }
    }
    #expect(!result.isMonotone && result.exception?.missed.amount ?? 0 >= 4)
    #expect(result.text.contains("not monotone"))
  }

  @Test("the highest rate is kept, and a little more is not", arguments: [0.01, 5, 500])
  func highest(start: Double) throws {
    let trace = try StudySubjects.experiment(requests: 200).trace
    let result = try CapacitySearch(goal).highestRate(from: start, tolerance: 0.02) {
      (rate) throws(Problem) in
      var experiment = try StudySubjects.experiment(replicas: 2)
      experiment.trace = try trace.scaled(toRequestsPerSecond: rate)
      return experiment
    }
    let answer = try #require(result.answer)
    let next = try #require(result.points.first { $0.amount > answer.amount })
    #expect(answer.share >= goal.share && next.share < goal.share)
    #expect(next.amount / answer.amount <= 1.0201)
    #expect(answer.amount > 5 && answer.amount < 50)
  }

  @Test func `requests that were turned away or have not ended missed the goal`() {
    let goal = ServiceGoal(ttftSeconds: 1)
    let urgent = SLAClass("urgent", tpotSeconds: 0.1)
    func record(_ change: (inout RequestRecord) -> Void) throws -> RequestRecord {
      var record = try StudySubjects.experiment(requests: 1).cluster().records[0]
      change(&record)
      return record
    }
    #expect(throws: Never.self) {
      let kept = try record { _ in }
      #expect(goal.isKept(kept, outputTokens: 5, in: nil))
      #expect(!goal.isKept(try record { $0.isRejected = true }, outputTokens: 5, in: nil))
      #expect(!goal.isKept(try record { $0.finishedAt = .nan }, outputTokens: 5, in: nil))
      let late = try record { $0.finishedAt = $0.firstTokenAt + 1 }
      #expect(goal.isKept(late, outputTokens: 5, in: nil))
      #expect(!goal.isKept(late, outputTokens: 5, in: urgent))
    }
  }
}
