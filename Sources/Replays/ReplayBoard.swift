import Base
import Clusters
import Glibc
import Inference
import Serving
import Synchronization

/// What is known of a replay while it runs, by several threads.
final class ReplayBoard: Sendable {
  /// When the replay began.
  let start = ContinuousClock.now

  private struct State {
    var run: ServedRun
    var lastTokenAt: [Double]
    var ended: [(index: Int, at: Double)] = []
    var left: Int
    var arriving: (index: Int, at: Double) = (0, 0)
  }

  private let state: Mutex<State>

  init(_ trace: Trace, replicas: Int) {
    state = Mutex(
      State(
        run: ServedRun(requests: trace.count, replicas: replicas),
        lastTokenAt: Array(repeating: .nan, count: trace.count), left: trace.count))
  }

  /// Seconds since the replay began.
  var seconds: Double {
    let (whole, part) = start.duration(to: .now).components
    return Double(whole) + Double(part) * 1e-18
  }
  /// True when every request has ended.
  var isDone: Bool { state.withLock { $0.left == 0 } }
  /// The request that is being given to a replica, and when it came.
  var arriving: (index: Int, at: Double) { state.withLock(\.arriving) }
  /// What happened.
  var run: ServedRun { state.withLock(\.run) }

  /// The requests that have ended since this was asked last, and when.
  func takeEnded() -> [(index: Int, at: Double)] {
    state.withLock { state in
      defer { state.ended = [] }
      return state.ended
    }
  }

  func arrive(_ index: Int, _ time: Double) {
    state.withLock {
      $0.arriving = (index, time)
      $0.run.records[index].arrivedAt = time
    }
  }

  /// Notes a request that could never have its blocks.
  func reject(_ index: Int) {
    state.withLock {
      let time = $0.run.records[index].arrivedAt
      $0.run.records[index].isRejected = true
      $0.run.records[index].finishedAt = time
      $0.ended.append((index, time))
      $0.left -= 1
    }
  }

  func note(_ step: ServedStep) {
    let record = StepRecord(
      startedAt: step.startedAt, endedAt: step.endedAt, replica: step.replica,
      tokens: step.decoding + step.prefillTokens, decodes: step.decoding, prefills: step.prefills,
      usedBlocks: step.heldBlocks, waiting: step.waiting)
    state.withLock { $0.run.add(record, prefillTokens: step.prefillTokens) }
  }

  func note(_ event: ServiceEvent, _ index: Int) {
    let now = seconds
    state.withLock { state in
      switch event {
      case .token(let token):
        guard !token.isRest else { return }
        let last = state.lastTokenAt[index]
        if !last.isNaN { state.run.gaps.add(now - last, times: 1) }
        state.lastTokenAt[index] = now
        state.run.addProducedTokens(1)
      case .end(let end): self.note(end, index, &state)
      }
    }
  }

  private func note(_ end: ServedRequest, _ index: Int, _ state: inout State) {
    state.run.records[index].scheduledAt = end.startedAt
    state.run.records[index].firstTokenAt = end.firstTokenAt
    state.run.records[index].finishedAt = end.endedAt
    state.run.records[index].replica = Int32(end.replica)
    state.run.records[index].preemptions = Int32(end.preemptions)
    state.run.records[index].cachedTokens = Int32(end.generation.reusedTokens)
    state.run.records[index].isCancelled = end.outcome != .finished
    state.ended.append((index, end.endedAt))
    state.left -= 1
  }

  /// Takes over what the replicas counted.
  func finish(_ service: EngineService) {
    let statistics = service.statistics
    let now = seconds
    state.withLock {
      $0.run.counts = statistics.replicas.map(\.decisions)
      $0.run.endedAt = now
    }
  }
}

/// Requests that are to come, the next one first.
struct Arrivals {
  private var cursor = 0
  private let order: [(index: Int, at: Double)]
  private var following: [(index: Int, at: Double)] = []
  private var followers: [Int: [Int]] = [:]

  init(_ trace: Trace) {
    order = (0..<trace.count).filter { !trace.isFollowing($0) }.map { ($0, trace.arrivals[$0]) }
    for index in 0..<trace.count where trace.isFollowing(index) {
      followers[Int(trace.follows[index]), default: []].append(index)
    }
  }

  /// Lets those come that follow requests which have ended.
  mutating func add(_ ended: [(index: Int, at: Double)], _ trace: Trace) {
    for end in ended {
      for index in followers[end.index] ?? [] {
        following.append((index, end.at + trace.arrivals[index]))
      }
    }
    if !ended.isEmpty { following.sort { ($0.at, $0.index) > ($1.at, $1.index) } }
  }

  /// The next request that has come by now.
  mutating func next(notAfter now: Double) -> (index: Int, at: Double)? {
    let column = cursor < order.count ? order[cursor] : nil
    if let follower = following.last, follower.at <= now, follower.at < column?.at ?? .infinity {
      return following.popLast()
    }
    guard let column, column.at <= now else { return nil }
    cursor += 1
    return column
  }
}

/// Gives the processor away for a moment that no user would notice.
enum Pause {
  static func briefly() { usleep(300) }
}
