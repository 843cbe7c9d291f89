import Base
import Inference

/// Embeds the sentences of many requests on one thread, those of several requests together.
///
/// Requests take turns sentence by sentence, so a short one does not wait for the whole of a long one.
final class EmbeddingQueue: Sendable {
  /// What became of a request.
  typealias Outcome = Result<[[Float]], Problem>

  fileprivate struct Job {
    let id: Int
    let sentences: [[TokenID]]
    var next = 0
    var vectors: [[Float]] = []
    let arrivedAt = monotonicSeconds()
    let onEnd: @Sendable (Outcome) -> Void
  }

  fileprivate struct State {
    /// Requests that have sentences left, in the order of their turns.
    var waiting: [Job] = []
    /// Requests whose last sentences are being embedded.
    var leaving: [Job] = []
    var count = 0
    var statistics = ServiceStatistics()
    var isClosed = false
  }

  /// One sentence of a request.
  private struct Item {
    let job: Int
    let tokens: [TokenID]
  }

  let model: any EmbeddingModel
  private let mostWaiting: Int
  private let state = Monitor(State())
  private let thread: SystemThread

  /// Tokens that are embedded together: enough to fill the matrices, few enough to end soon.
  private static let tokensPerTurn = 512
  /// Texts that may wait: their vectors stay in memory until their request has all of them.
  private static let mostSentences = 1 << 15

  init(_ model: any EmbeddingModel, mostWaiting: Int) {
    self.model = model
    self.mostWaiting = mostWaiting
    let state = state
    thread = SystemThread.required {
      while let items = state.wait(for: Self.nextTurn) { Self.run(items, model, state) }
    }
  }

  // MARK: From any thread

  /// Takes a request; its vectors come on the queue's thread.
  func submit(
    _ sentences: [[TokenID]], onEnd: @escaping @Sendable (Outcome) -> Void
  ) throws(SubmitFailure) -> Int {
    precondition(!sentences.isEmpty, "a request needs a sentence")
    return try state.change { state -> Result<Int, SubmitFailure> in
      guard !state.isClosed else { return .failure(.stopping) }
      let queued = state.waiting.count { $0.next == 0 }
      let texts = state.waiting.reduce(0) { $0 + $1.sentences.count - $1.next }
      guard state.isIdle || queued < mostWaiting && texts < Self.mostSentences else {
        state.statistics.counts.refused += 1
        return .failure(
          .overloaded("\(state.waiting.count) requests with \(texts) texts wait already"))
      }
      state.count += 1
      state.statistics.counts.submitted += 1
      state.waiting.append(Job(id: state.count, sentences: sentences, onEnd: onEnd))
      return .success(state.count)
    }.get()
  }

  /// Forgets a request that nobody waits for.
  func cancel(_ id: Int) {
    state.note { state in
      let count = state.waiting.count + state.leaving.count
      state.waiting.removeAll { $0.id == id }
      state.leaving.removeAll { $0.id == id }
      state.statistics.counts.cancelled += count - state.waiting.count - state.leaving.count
    }
  }

  /// Requests that have not ended.
  var outstanding: Int { state.read { $0.waiting.count + $0.leaving.count } }

  /// What it did so far and does now.
  var statistics: ServiceStatistics {
    state.read { state in
      var statistics = state.statistics
      var replica = ServiceStatistics.Replica()
      let begun = state.waiting.count { $0.next > 0 } + state.leaving.count
      replica.running = begun
      replica.outstanding = state.waiting.count + state.leaving.count
      replica.waiting = replica.outstanding - begun
      statistics.replicas = [replica]
      return statistics
    }
  }

  /// Refuses further requests, fails those that are there and ends the thread; again it does nothing.
  func close() {
    let left = state.change { state -> [Job]? in
      guard !state.isClosed else { return nil }
      defer { (state.waiting, state.leaving, state.isClosed) = ([], [], true) }
      return state.waiting + state.leaving
    }
    guard let left else { return }
    let problem = Problem("the service was shut down", kind: .interrupted)
    for job in left { job.onEnd(.failure(problem)) }
    thread.join()
  }

  // MARK: On its thread

  /// The sentences of a turn; nil inside for the end, nil outside for nothing to do yet.
  private static func nextTurn(_ state: inout State) -> [Item]?? {
    if state.isClosed { return .some(nil) }
    var items: [Item] = []
    var tokens = 0
    while tokens < tokensPerTurn, !state.waiting.isEmpty {
      var job = state.waiting.removeFirst()
      items.append(Item(job: job.id, tokens: job.sentences[job.next]))
      tokens += job.sentences[job.next].count
      job.next += 1
      if job.next < job.sentences.count {
        state.waiting.append(job)
      } else {
        state.leaving.append(job)
      }
    }
    return items.isEmpty ? nil : .some(items)
  }

  private static func run(
    _ items: [Item], _ model: any EmbeddingModel, _ state: Monitor<State>
  ) {
    do throws(Problem) {
      let vectors = try model.embed(items.map(\.tokens))
      let done = state.note { state in
        state.statistics.noteStep(tokens: items.reduce(0) { $0 + $1.tokens.count })
        for (item, vector) in zip(items, vectors) { state.add(vector, to: item.job) }
        return state.takeWhole()
      }
      for job in done { job.onEnd(.success(job.vectors)) }
    } catch {
      let failed = state.note { $0.takeAll(Set(items.map(\.job))) }
      for job in failed { job.onEnd(.failure(error)) }
    }
  }
}

extension EmbeddingQueue.State {
  /// True when nothing waits or runs.
  fileprivate var isIdle: Bool { waiting.isEmpty && leaving.isEmpty }

  fileprivate mutating func add(_ vector: [Float], to id: Int) {
    if let place = waiting.firstIndex(where: { $0.id == id }) {
      waiting[place].vectors.append(vector)
    } else if let place = leaving.firstIndex(where: { $0.id == id }) {
      leaving[place].vectors.append(vector)
    }
  }

  /// Takes out the requests that have all of their vectors.
  fileprivate mutating func takeWhole() -> [EmbeddingQueue.Job] {
    let done = leaving
    leaving = []
    for job in done {
      statistics.noteEmbedding(
        tokens: job.sentences.reduce(0) { $0 + $1.count },
        seconds: monotonicSeconds() - job.arrivedAt)
    }
    return done
  }

  /// Takes out some requests, which cannot go on.
  fileprivate mutating func takeAll(_ ids: Set<Int>) -> [EmbeddingQueue.Job] {
    let taken = (waiting + leaving).filter { ids.contains($0.id) }
    waiting.removeAll { ids.contains($0.id) }
    leaving.removeAll { ids.contains($0.id) }
    statistics.counts.failed += taken.count
    return taken
  }
}
