public import Base
public import Serving

/// Requests as they come, column by column: what a trace file holds and what a workload makes.
///
/// Arrivals are in order. A request may instead follow another: then its time counts from the end of
/// that one (closed loops and the turns of a session).
public struct Trace: Sendable {
  /// What it is called in reports.
  public var name: String
  /// Seconds from the start, ascending; for a request that follows another, seconds after its end.
  public internal(set) var arrivals: ContiguousArray<Double> = []
  /// Tokens of each prompt.
  public internal(set) var promptTokens: ContiguousArray<Int32> = []
  /// Tokens of each answer.
  public internal(set) var outputTokens: ContiguousArray<Int32> = []
  /// Which class of service each belongs to; empty where there is one.
  public internal(set) var slaClasses: ContiguousArray<Int32> = []
  /// Which LoRA adapter each runs with; empty where none does.
  public internal(set) var adapters: ContiguousArray<Int32> = []
  /// Which names each prompt begins with; empty where nothing is shared.
  public internal(set) var prefixRanges: ContiguousArray<PrefixRange> = []
  /// The names of the beginnings.
  public internal(set) var prefixes = PrefixIDs()
  /// The request that each one follows, or -1; empty where none does.
  public internal(set) var follows: ContiguousArray<Int32> = []

  /// Creates an empty trace.
  public init(name: String = "trace") { self.name = name }

  /// How many requests there are.
  public var count: Int { arrivals.count }
  /// The seconds from the first to the last arrival, those that follow others left out.
  public var durationSeconds: Double {
    guard let last = (0..<count).last(where: { !isFollowing($0) }) else { return 0 }
    return arrivals[last] - arrivals[0]
  }
  /// Tokens of all prompts.
  public var totalPromptTokens: Int { promptTokens.reduce(0) { $0 + Int($1) } }
  /// Tokens of all answers.
  public var totalOutputTokens: Int { outputTokens.reduce(0) { $0 + Int($1) } }

  /// True when a request's time counts from the end of another.
  public func isFollowing(_ index: Int) -> Bool { !follows.isEmpty && follows[index] >= 0 }

  /// One request as the schedulers see it.
  public func request(_ index: Int, arrival: Double, classes: [SLAClass]) -> Request {
    let slaClass = slaClasses.isEmpty ? 0 : slaClasses[index]
    return Request(
      id: Int32(index), promptTokens: promptTokens[index], outputTokens: outputTokens[index],
      // The bits of numbers that are not negative order as the numbers do.
      rank: Int64(bitPattern: arrival.bitPattern),
      priority: classes.isEmpty ? 0 : classes[Int(slaClass)].priority,
      adapter: adapters.isEmpty ? 0 : adapters[index], slaClass: slaClass,
      prefix: index < prefixRanges.count ? prefixRanges[index] : PrefixRange())
  }

  // MARK: Making

  /// Puts a request behind the last.
  ///
  /// Arrivals are seconds from the start, in order, or seconds after the end of the request that it
  /// follows, an earlier one.
  public mutating func append(
    at arrival: Double, promptTokens prompt: Int, outputTokens output: Int, follows leader: Int = -1
  ) throws(Problem) {
    // Problems count requests from 1, as people and Lua do.
    guard arrival >= 0, arrival.isFinite else {
      throw Problem("request \(count + 1) arrives at \(arrival) s", fix: "times count from 0")
    }
    guard let prompt32 = Int32(exactly: prompt), let output32 = Int32(exactly: output),
      prompt >= 1, output >= 1, prompt + output < 1 << 30
    else {
      throw Problem(
        "request \(count + 1) has \(prompt) and \(output) tokens",
        fix: "a prompt and an answer have at least 1 and together fewer than 2^30")
    }
    guard leader >= -1, leader < count else {
      throw Problem(
        "request \(count + 1) follows request \(leader + 1)", fix: "it must follow an earlier one")
    }
    if leader < 0, let last = lastFree, arrival < arrivals[last] {
      throw Problem(
        "request \(count + 1) arrives at \(arrival) s, before request \(last + 1)",
        fix: "sort them first")
    }
    if leader >= 0, follows.isEmpty { follows = ContiguousArray(repeating: -1, count: count) }
    if leader >= 0 || !follows.isEmpty { follows.append(Int32(leader)) }
    if leader < 0 { lastFree = count }
    arrivals.append(arrival)
    promptTokens.append(prompt32)
    outputTokens.append(output32)
  }

  /// The last request that follows none.
  private var lastFree: Int?

  /// Gives every request a class of service.
  public mutating func setClasses(_ classes: [Int]) throws(Problem) {
    guard classes.count == count, classes.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
      throw Problem("\(classes.count) classes for \(count) requests", fix: "give each one, from 0")
    }
    slaClasses = ContiguousArray(classes.map(Int32.init))
  }

  /// Gives every request a LoRA adapter; 0 is none.
  public mutating func setAdapters(_ adapters: [Int]) throws(Problem) {
    guard adapters.count == count, adapters.allSatisfy({ $0 >= 0 && $0 < 1 << 30 }) else {
      throw Problem(
        "\(adapters.count) adapters for \(count) requests", fix: "give each one, from 0")
    }
    self.adapters = ContiguousArray(adapters.map(Int32.init))
  }

  /// Names the beginning of the last request.
  mutating func setLastPrefix(_ ids: some Collection<UInt64>, tokens: Int) {
    setLastPrefix(from: prefixes.ids.count, tokens: tokens)
    prefixes.ids.append(contentsOf: ids)
  }

  /// Names the beginning of the last request by names that stand from a place on, or will.
  mutating func setLastPrefix(from start: Int, tokens: Int) {
    while prefixRanges.count < count - 1 { prefixRanges.append(PrefixRange()) }
    prefixRanges.append(PrefixRange(start: Int32(start), tokens: Int32(tokens)))
  }
}
