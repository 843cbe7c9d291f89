public import Base
import Serving

/// Requests that come whether or not earlier ones have ended.
public struct OpenWorkload: Sendable {
  /// When they come.
  public var arrivals: Arrivals
  /// How long they are.
  public var lengths: Lengths
  /// How many come.
  public var requests: Int

  /// Creates a workload.
  public init(_ arrivals: Arrivals, lengths: Lengths, requests: Int) {
    precondition(requests >= 1, "\(requests) requests")
    self.arrivals = arrivals
    self.lengths = lengths
    self.requests = requests
  }

  /// Draws the requests for a seed.
  public func trace(seed: UInt64) throws(Problem) -> Trace {
    var random = SeededRandom(seed: seed, named: "lengths")
    var trace = Trace(name: "open workload")
    for time in try arrivals.times(requests, seed: seed) {
      let (prompt, output) = lengths.sample(&random)
      try trace.append(at: time, promptTokens: prompt, outputTokens: output)
    }
    return trace
  }
}

/// Users who each send a request, wait for the answer, think, and send the next.
public struct ClosedLoopWorkload: Sendable {
  /// How many users there are: so many requests at most are open at once.
  public var users: Int
  /// Requests of each user.
  public var requestsPerUser: Int
  /// Mean seconds between an answer and the user's next request; exponential.
  public var thinkSeconds: Double
  /// How long requests are.
  public var lengths: Lengths

  /// Creates a workload.
  public init(users: Int, requestsPerUser: Int, thinkSeconds: Double = 0, lengths: Lengths) {
    precondition(users >= 1 && requestsPerUser >= 1 && thinkSeconds >= 0)
    self.users = users
    self.requestsPerUser = requestsPerUser
    self.thinkSeconds = thinkSeconds
    self.lengths = lengths
  }

  /// Draws the requests for a seed.
  public func trace(seed: UInt64) throws(Problem) -> Trace {
    var random = SeededRandom(seed: seed, named: "closed loop")
    var trace = Trace(name: "\(users) users")
    for round in 0..<requestsPerUser {
      for user in 0..<users {
        let (prompt, output) = lengths.sample(&random)
        let think = thinkSeconds * random.nextExponential()
        try trace.append(
          at: round == 0 ? 0 : think, promptTokens: prompt, outputTokens: output,
          follows: round == 0 ? -1 : (round - 1) * users + user)
      }
    }
    return trace
  }
}

/// Conversations: each turn's prompt is all that was said before and something new, and all of them begin
/// with the same instructions.
public struct SessionWorkload: Sendable {
  /// How many conversations there are.
  public var sessions: Int
  /// Turns of each.
  public var turns: ClosedRange<Int>
  /// Tokens of the instructions that all share.
  public var sharedTokens: Int
  /// New tokens of each turn's prompt.
  public var promptTokens: ClosedRange<Int>
  /// Tokens of each answer.
  public var outputTokens: ClosedRange<Int>
  /// Conversations that begin per second, at random.
  public var sessionsPerSecond: Double
  /// Mean seconds between an answer and the next turn; exponential.
  public var thinkSeconds: Double

  /// Creates a workload.
  public init(
    sessions: Int, turns: ClosedRange<Int> = 1...8, sharedTokens: Int = 512,
    promptTokens: ClosedRange<Int> = 20...200, outputTokens: ClosedRange<Int> = 50...400,
    sessionsPerSecond: Double = 1, thinkSeconds: Double = 10
  ) {
    precondition(sessions >= 1 && turns.lowerBound >= 1 && sharedTokens >= 0)
    precondition(promptTokens.lowerBound >= 1 && outputTokens.lowerBound >= 1)
    self.sessions = sessions
    self.turns = turns
    self.sharedTokens = sharedTokens
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.sessionsPerSecond = sessionsPerSecond
    self.thinkSeconds = thinkSeconds
  }

  /// Draws the requests for a seed.
  public func trace(seed: UInt64) throws(Problem) -> Trace {
    var random = SeededRandom(seed: seed, named: "sessions")
    var trace = Trace(name: "\(sessions) sessions")
    let starts = try Arrivals.poisson(perSecond: sessionsPerSecond).times(sessions, seed: seed)
    for (session, start) in starts.enumerated() {
      try addSession(session, at: start, &trace, &random)
    }
    return trace
  }

  private func addSession(
    _ session: Int, at start: Double, _ trace: inout Trace, _ random: inout SeededRandom
  ) throws(Problem) {
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + random.nextInteger(below: range.count)
    }
    let first = trace.count
    let names = trace.prefixes.ids.count
    var context = sharedTokens
    for turn in 0..<draw(turns) {
      let (prompt, output) = (context + draw(promptTokens), draw(outputTokens))
      try trace.append(
        at: turn == 0 ? start : thinkSeconds * random.nextExponential(), promptTokens: prompt,
        outputTokens: output, follows: turn == 0 ? -1 : first + turn - 1)
      context = prompt + output
      // All turns use the same names; later ones use more of them.
      trace.setLastPrefix(from: names, tokens: context)
    }
    addNames(session, tokens: context, &trace)
  }

  private func addNames(_ session: Int, tokens: Int, _ trace: inout Trace) {
    let size = trace.prefixes.tokensPerID
    var name: UInt64 = 0
    for block in 0..<((tokens + size - 1) / size) {
      let isShared = (block + 1) * size <= sharedTokens
      name = PrefixIDs.chain(name, isShared ? UInt64(block) : UInt64(session + 1) << 32)
      trace.prefixes.ids.append(name)
    }
  }
}
