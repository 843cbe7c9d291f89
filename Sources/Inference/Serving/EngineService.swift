public import Base
public import Serving
import Synchronization

/// Serves requests that come from any thread: several replicas of one engine in this process, each with
/// its own KV blocks and its own thread, over the same weights, on the wall clock.
///
/// What is told of a request comes from its replica's thread, in order, and ends with one `.end`. The
/// service must be shut down before it is let go.
public final class EngineService: Sendable {
  /// Tells a request apart from all others of its service.
  public typealias RequestID = Int

  /// Picks the replica of a request: as its scheduler will see it, the names of its prompt's beginnings
  /// if they were asked for, and what the replicas have to do; gives a place in that list.
  public typealias Route =
    @Sendable (Request, PrefixIDs, [ServiceStatistics.Replica]) -> Int

  /// What a service is made of.
  public struct Options: Sendable {
    /// How many replicas there are.
    public var replicas = 1
    /// How keys and values are kept.
    public var format = KVFormat.f16
    /// Positions in a KV block.
    public var blockSize = 16
    /// True to keep blocks for prompts that begin alike.
    public var isCaching = true
    /// The most KV blocks of each replica; nothing where only memory sets an end.
    public var blocks: Int? = 4096
    /// How steps are filled.
    public var limits = Batcher.Limits()
    /// Decides the steps of each replica.
    public var scheduler: any Scheduler = VLLMScheduler()
    /// The most requests that wait to begin, over all replicas; more are refused.
    public var mostWaiting = 1024
    /// Picks replicas; without one, the replica with the fewest requests gets the next.
    public var route: Route?
    /// True when `route` looks at the names of beginnings.
    public var routesByPrefix = false
    /// Looks at every step, on the thread that ran it.
    public var onStep: (@Sendable (ServedStep) -> Void)?
    /// When its clock began; nothing for when it is made.
    public var start: ContinuousClock.Instant?
    /// True where `turn` runs the replicas on the caller's thread, one after the other, instead of
    /// threads of their own; for policies that belong to one thread.
    public var isDriven = false

    /// Creates the defaults.
    public init() {}
  }

  /// A request as it is handed in.
  public struct Submission: Sendable {
    /// The tokens of the prompt.
    public var prompt: [TokenID]
    /// How much and how.
    public var options = GenerationOptions()
    /// What is added to the weights for it.
    public var adapter: Adapter?
    /// More urgent is smaller; schedulers that know no priorities ignore it.
    public var priority: Int32 = 0
    /// True for a further answer to the prompt before it: the two wait as one request.
    public var sharesPlace = false
    /// Takes its tokens and its end, on another thread; maybe before the call that hands it in returns.
    public var onEvent: @Sendable (ServiceEvent) -> Void

    /// Creates a submission; what it asks for is set afterwards.
    public init(_ prompt: [TokenID], onEvent: @escaping @Sendable (ServiceEvent) -> Void) {
      self.prompt = prompt
      self.onEvent = onEvent
    }
  }

  /// How a service ends.
  public enum Shutdown: Sendable {
    /// What was taken gets its answer; what is left after so many seconds fails.
    case finish(seconds: Double = .infinity)
    /// What runs or waits fails now.
    case fail
  }

  /// The model.
  public let engine: Engine
  /// What it is made of.
  public let options: Options

  private let replicas: [EngineReplica]
  private let directory = Mutex(Directory())
  private let start: ContinuousClock.Instant

  private struct Directory {
    var isOpen = true
    var count = 0
    var refused = 0
    /// The replica of each request that has not ended.
    var places: [RequestID: Int] = [:]
  }

  /// Starts the replicas.
  public init(_ engine: Engine, _ options: Options = Options()) throws(Problem) {
    guard options.replicas >= 1, options.mostWaiting >= 0, options.blocks ?? 1 >= 1 else {
      throw Problem(
        "a service of \(options.replicas) replicas with \(options.blocks ?? 0) blocks, "
          + "\(options.mostWaiting) requests waiting", fix: "replicas and blocks must be at least 1"
      )
    }
    self.engine = engine
    self.options = options
    start = options.start ?? .now
    var made: [EngineReplica] = []
    for id in 0..<options.replicas { made.append(try EngineReplica(id, engine, options, start)) }
    replicas = made
    for replica in replicas where !options.isDriven && !replica.begin() {
      for other in replicas { other.stop(.fail) }
      throw Problem(
        "the system has no thread for replica \(replica.id)", fix: "ask for fewer replicas",
        kind: .system)
    }
  }

  deinit { shutdown(.fail) }

  /// Seconds since the service began.
  public var seconds: Double { start.duration(to: .now).seconds }

  // MARK: Requests

  /// Takes a request; everything about it is told by `onEvent`, which must not wait for the service.
  ///
  /// - Parameters:
  ///   - prompt: The tokens of the prompt.
  ///   - options: How much and how.
  ///   - adapter: What is added to the weights for it.
  ///   - priority: More urgent is smaller; schedulers that know no priorities ignore it.
  ///   - onEvent: Takes its tokens and its end, on another thread; maybe before this returns.
  /// - Returns: Its number.
  /// - Throws: A problem of the prompt or the options; of kind `busy` when too many wait, and of kind
  ///   `interrupted` when the service ends.
  @discardableResult
  public func submit(
    _ prompt: [TokenID], options: GenerationOptions = GenerationOptions(), adapter: Adapter? = nil,
    priority: Int32 = 0, onEvent: @escaping @Sendable (ServiceEvent) -> Void
  ) throws(Problem) -> RequestID {
    var submission = Submission(prompt, onEvent: onEvent)
    (submission.options, submission.adapter) = (options, adapter)
    submission.priority = priority
    return try submit(together: [submission])[0]
  }

  /// Takes several requests, or none of them; a place for one that waits is enough for all.
  ///
  /// - Returns: Their numbers.
  /// - Throws: What ``submit(_:options:adapter:priority:onEvent:)`` throws.
  public func submit(together submissions: [Submission]) throws(Problem) -> [RequestID] {
    let prepared = try submissions.map { one throws(Problem) in
      (
        one, try replicas[0].prepare(one.prompt, one.options, one.adapter, one.priority),
        options.routesByPrefix ? names(one.prompt, one.adapter) : PrefixIDs()
      )
    }
    return try directory.withLock { directory throws(Problem) in
      guard directory.isOpen else {
        throw Problem("the service is shutting down", kind: .interrupted)
      }
      var loads = replicas.map(\.load)
      let queued = loads.reduce(0) { $0 + $1.queued }
      guard queued < options.mostWaiting || loads.contains(where: \.isFree) else {
        directory.refused += submissions.count
        throw Problem(
          "\(queued) requests wait already", fix: "try again later, or allow more", kind: .busy)
      }
      var places: [(id: RequestID, place: Int)] = []
      for (offset, (one, request, names)) in prepared.enumerated() {
        let id = directory.count + offset + 1
        let place = try place(for: request, id, names, loads)
        loads[place].take(request, sharesPlace: one.sharesPlace)
        places.append((id, place))
      }
      directory.count += submissions.count
      for ((one, request, _), (id, place)) in zip(prepared, places) {
        directory.places[id] = place
        replicas[place].add(request, id, sharesPlace: one.sharesPlace) { [weak self] event in
          if case .end = event { self?.forget(id) }
          one.onEvent(event)
        }
      }
      return places.map(\.id)
    }
  }

  /// Ends a request that nobody wants any more; one that has ended is left alone.
  public func cancel(_ id: RequestID) {
    guard let place = directory.withLock({ $0.places[id] }) else { return }
    replicas[place].cancel(id)
  }

  private func forget(_ id: RequestID) { directory.withLock { $0.places[id] = nil } }

  private func place(
    for prepared: PreparedRequest, _ id: RequestID, _ names: PrefixIDs,
    _ loads: [ServiceStatistics.Replica]
  ) throws(Problem) -> Int {
    guard let route = options.route else {
      return loads.indices.min { loads[$0].outstanding < loads[$1].outstanding } ?? 0
    }
    let named = Int32(names.ids.count * names.tokensPerID)
    let request = prepared.request(
      id: Int32(truncatingIfNeeded: id), prefix: PrefixRange(start: 0, tokens: named))
    let place = route(request, names, loads)
    guard loads.indices.contains(place) else {
      throw Problem("the router picked replica \(place) of \(loads.count)")
    }
    return place
  }

  /// Names for the whole blocks of a prompt.
  private func names(_ prompt: [TokenID], _ adapter: Adapter?) -> PrefixIDs {
    var name = UInt64(adapter?.id ?? 0)
    var ids: ContiguousArray<UInt64> = []
    for (index, token) in prompt.enumerated() {
      name = PrefixIDs.chain(name, UInt64(UInt32(bitPattern: token)))
      if (index + 1) % options.blockSize == 0 { ids.append(name) }
    }
    return PrefixIDs(ids: ids, tokensPerID: options.blockSize)
  }

  // MARK: Service

  /// Runs a step of every replica of a driven service that has something to do, on this thread.
  ///
  /// - Returns: False when none had.
  public func turn() -> Bool {
    precondition(options.isDriven, "the replicas have threads of their own")
    return replicas.reduce(false) { $1.turn() || $0 }
  }

  /// Ends the service and waits until its replicas have stopped; further requests are refused at once.
  public func shutdown(_ mode: Shutdown) {
    directory.withLock { $0.isOpen = false }
    for replica in replicas { replica.stop(mode) }
    for replica in replicas { replica.awaitEnd(mode) }
  }

  /// What each replica did so far and does now.
  public var statisticsByReplica: [ServiceStatistics] {
    replicas.map { replica in
      var own = ServiceStatistics()
      replica.addStatistics(to: &own)
      return own
    }
  }

  /// What it did so far and does now.
  public var statistics: ServiceStatistics {
    var sum = ServiceStatistics()
    for replica in replicas { replica.addStatistics(to: &sum) }
    (sum.counts.submitted, sum.counts.refused) = directory.withLock { ($0.count, $0.refused) }
    return sum
  }
}
