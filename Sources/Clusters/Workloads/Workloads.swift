public import Base
import Serving

/// What draws requests for a seed: equal seeds give equal requests.
public protocol Workload: Sendable {
  /// Draws the requests for a seed.
  func trace(seed: UInt64) throws(Problem) -> Trace
}

/// Requests that come whether or not earlier ones have ended.
public struct OpenWorkload: Workload {
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
public struct ClosedLoopWorkload: Workload {
  /// How many users there are: so many requests at most are open at once.
  public var users: Int
  /// Requests of each user.
  public var requestsPerUser: Int
  /// Mean seconds between an answer and the user's next request; exponential.
  public var thinkSeconds: Double
  /// Seconds over which the users' first requests are spread evenly; 0 lets all come at once.
  public var rampSeconds: Double
  /// How long requests are.
  public var lengths: Lengths

  /// Creates a workload.
  public init(
    users: Int, requestsPerUser: Int, thinkSeconds: Double = 0, rampSeconds: Double = 0,
    lengths: Lengths
  ) {
    precondition(users >= 1 && requestsPerUser >= 1 && thinkSeconds >= 0 && rampSeconds >= 0)
    self.rampSeconds = rampSeconds
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
          at: round == 0 ? rampSeconds * Double(user) / Double(users) : think, promptTokens: prompt,
          outputTokens: output,
          follows: round == 0 ? -1 : (round - 1) * users + user)
      }
    }
    return trace
  }
}
