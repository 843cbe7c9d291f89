import Base
import Glibc
import Serving
import Synchronization
import TestSupport
import Testing

@testable import Inference

/// What a service told of its requests.
final class Told: Sendable {
  struct Answer {
    var tokens: [TokenID] = []
    var text = ""
    var ends: [ServedRequest] = []
  }

  private let answers = Mutex<[Int: Answer]>([:])

  /// Takes the events of one request under a number of the test's own.
  func listener(_ number: Int) -> @Sendable (ServiceEvent) -> Void {
    { event in
      self.answers.withLock { answers in
        switch event {
        case .token(let token):
          answers[number, default: Answer()].text += token.text
          if !token.isRest { answers[number, default: Answer()].tokens.append(token.id) }
        case .end(let end): answers[number, default: Answer()].ends.append(end)
        }
      }
    }
  }

  subscript(number: Int) -> Answer { answers.withLock { $0[number] ?? Answer() } }

  /// Waits until so many requests have ended.
  func await(_ count: Int) {
    while answers.withLock({ $0.values.count { !$0.ends.isEmpty } }) < count { usleep(500) }
  }

  /// Waits until a request has so many tokens.
  func awaitTokens(_ count: Int, of number: Int) {
    while self[number].tokens.count < count { usleep(500) }
  }
}

@Suite struct EngineServiceTests {
  static func service(
    _ engine: Engine, replicas: Int = 1, blocks: Int = 60, waiting: Int = 1000, running: Int = 4
  ) throws -> EngineService {
    var options = EngineService.Options()
    (options.replicas, options.blocks, options.blockSize) = (replicas, blocks, 4)
    (options.mostWaiting, options.limits) = (waiting, .init(running: running, stepTokens: 16))
    options.format = .f32
    return try EngineService(engine, options)
  }

  static func options(_ tokens: Int, seed: UInt64 = 1) -> GenerationOptions {
    GenerationOptions(
      maxTokens: tokens, sampling: SamplingOptions(temperature: 2, seed: seed), ignoresEnd: true)
  }

  @Test func `requests from several threads get the texts they get alone`() throws {
    let engine = try BatcherTests.tiny()
    let (service, told) = (try Self.service(engine, replicas: 2), Told())
    let problems = Mutex<[Problem]>([])
    let threads = (0..<3).compactMap { thread in
      SystemThread {
        for number in stride(from: thread, to: 18, by: 3) {
          do throws(Problem) {
            try service.submit(
              Array(SessionTests.prompt(30)[(number % 5)...].prefix(3 + number)),
              options: Self.options(4 + number, seed: UInt64(number)),
              onEvent: told.listener(number))
          } catch { problems.withLock { $0.append(error) } }
        }
      }
    }
    for thread in threads { thread.join() }
    service.shutdown(.finish())
    #expect(problems.withLock(\.self).isEmpty)
    for number in 0..<18 {
      let lineage = Lineage(
        prompt: Array(SessionTests.prompt(30)[(number % 5)...].prefix(3 + number)),
        options: Self.options(4 + number, seed: UInt64(number)))
      let alone = try lineage.alone(engine)
      let answer = told[number]
      #expect(answer.tokens == alone.tokens && answer.text == alone.text)
      #expect(answer.ends.count == 1 && answer.ends.first?.outcome == .finished)
      let end = try #require(answer.ends.first)
      #expect(end.arrivedAt <= end.startedAt && end.startedAt <= end.firstTokenAt)
      #expect(end.firstTokenAt <= end.endedAt)
    }
    let statistics = service.statistics
    #expect(statistics.counts.submitted == 18 && statistics.counts.ended == 18)
    #expect(statistics.counts.generatedTokens == (0..<18).reduce(0) { $0 + 4 + $1 })
    #expect(statistics.ttft.count == 18 && statistics.e2e.count == 18)
    #expect(
      statistics.interToken.count == statistics.counts.generatedTokens - statistics.ttft.count)
    #expect(statistics.running == 0 && statistics.waiting == 0 && statistics.occupancy == 0)
    #expect(statistics.replicas.count == 2)
  }

  @Test func `who is cancelled frees its blocks and has what it got`() throws {
    let (service, told) = (try Self.service(try BatcherTests.tiny()), Told())
    let id = try service.submit(
      SessionTests.prompt(5), options: Self.options(200), onEvent: told.listener(0))
    told.awaitTokens(3, of: 0)
    service.cancel(id)
    told.await(1)
    let end = try #require(told[0].ends.first)
    #expect(end.outcome == .cancelled && end.generation.tokens == told[0].tokens)
    service.cancel(id)
    service.cancel(99)
    service.shutdown(.finish())
    #expect(service.statistics.occupancy == 0 && service.statistics.counts.cancelled == 1)
    #expect(told[0].ends.count == 1)
  }

  @Test func `a full service refuses and a wrong request is told at once`() throws {
    let service = try Self.service(try BatcherTests.tiny(), waiting: 2, running: 1)
    let told = Told()
    var ids: [Int] = []
    for number in 0..<3 {
      ids.append(
        try service.submit([1, 2], options: Self.options(200), onEvent: told.listener(number)))
      told.awaitTokens(1, of: 0)
    }
    let busy = #expect(throws: Problem.self) { try service.submit([1], onEvent: told.listener(3)) }
    #expect(busy?.kind == .busy && service.statistics.counts.refused == 1)
    let wrong = #expect(throws: Problem.self) { try service.submit([-1], onEvent: { _ in }) }
    #expect(wrong?.kind == .invalid)
    for id in ids { service.cancel(id) }
    told.await(3)
    service.shutdown(.finish())
  }

  @Test func `answers to one prompt wait as one request, and all of them are taken or none`() throws
  {
    let service = try Self.service(try BatcherTests.tiny(), waiting: 2, running: 1)
    let told = Told()
    func several(_ count: Int, from number: Int) -> [EngineService.Submission] {
      (0..<count).map { index in
        var one = EngineService.Submission([1, 2], onEvent: told.listener(number + index))
        (one.options, one.sharesPlace) = (Self.options(200), index > 0)
        return one
      }
    }
    var ids = try service.submit(together: several(4, from: 0))
    told.awaitTokens(1, of: 0)
    #expect(service.statistics.replicas[0].queued == 0)
    ids += try service.submit(together: several(4, from: 4))
    ids += try service.submit(together: several(1, from: 8))
    #expect(service.statistics.replicas[0].queued == 2)
    let busy = #expect(throws: Problem.self) {
      try service.submit(together: several(2, from: 9))
    }
    #expect(busy?.kind == .busy && service.statistics.counts.submitted == 9)
    for id in ids[1...] { service.cancel(id) }
    told.await(9)
    #expect(ids == Array(1...9) && told[9].ends.isEmpty && told[10].ends.isEmpty)
    #expect(service.statistics.replicas[0].queued == 0)
    var wrong = several(3, from: 9)
    wrong[2].prompt = []
    #expect(throws: Problem.self) { try service.submit(together: wrong) }
    #expect(service.statistics.counts.submitted == 9)
    service.shutdown(.finish())
  }

  @Test func `a service that ends finishes or fails what it has`() throws {
    let engine = try BatcherTests.tiny()
    for mode in [EngineService.Shutdown.finish(), .finish(seconds: 0.02), .fail] {
      let (service, told) = (try Self.service(engine, replicas: 2), Told())
      for number in 0..<12 {
        try service.submit(
          SessionTests.prompt(3), options: Self.options(150), onEvent: told.listener(number))
      }
      service.shutdown(mode)
      let outcomes = (0..<12).map { told[$0].ends.map(\.outcome) }
      #expect(outcomes.allSatisfy { $0.count == 1 })
      if case .finish(.infinity) = mode {
        #expect(outcomes.allSatisfy { $0 == [.finished] })
      } else {
        #expect(outcomes.contains([.failed("the service was shut down")]))
      }
      let late = #expect(throws: Problem.self) { try service.submit([1], onEvent: { _ in }) }
      #expect(late?.kind == .interrupted)
      #expect(service.statistics.replicas.allSatisfy { $0.heldBlocks == 0 })
    }
  }

  @Test func `a router says where requests go`() throws {
    var options = EngineService.Options()
    (options.replicas, options.blockSize, options.routesByPrefix) = (3, 4, true)
    let asked = Mutex<[(names: Int, tokens: Int32, outputs: Int32)]>([])
    options.route = { request, names, replicas in
      asked.withLock {
        $0.append((names.ids.count, request.promptTokens, request.outputTokens))
      }
      return replicas.count - 1
    }
    let (service, told) = (try EngineService(try BatcherTests.tiny(), options), Told())
    try service.submit(
      SessionTests.prompt(11), options: Self.options(7), onEvent: told.listener(0))
    service.shutdown(.finish())
    #expect(told[0].ends.first?.replica == 2)
    let seen = asked.withLock(\.self)
    #expect(seen.count == 1 && seen[0].names == 2)
    #expect(seen[0].tokens == 11 && seen[0].outputs == 7)
  }
}
