public import Base
import Serving
import Simulation

/// Conversations: each turn's prompt is all that was said before and something new, and it begins with
/// the instructions that its group of conversations shares.
public struct SessionWorkload: Workload {
  /// How many conversations there are.
  public var sessions: Int
  /// Turns of each.
  public var turns: ClosedRange<Int>
  /// Tokens of the instructions that a group shares.
  public var sharedTokens: Int
  /// How many different instructions there are, as applications that share one service have them.
  public var groups: Int
  /// How uneven groups are by Zipf's law; 0 makes them alike.
  public var groupSkew: Double
  /// New tokens of each turn's prompt.
  public var promptTokens: ClosedRange<Int>
  /// Tokens of each answer.
  public var outputTokens: ClosedRange<Int>
  /// When conversations begin.
  public var arrivals: Arrivals
  /// Mean seconds between an answer and the next turn; exponential.
  public var thinkSeconds: Double

  /// Creates a workload; without `arrivals` conversations begin at random, so many per second.
  public init(
    sessions: Int, turns: ClosedRange<Int> = 1...8, sharedTokens: Int = 512, groups: Int = 1,
    groupSkew: Double = 0, promptTokens: ClosedRange<Int> = 20...200,
    outputTokens: ClosedRange<Int> = 50...400, sessionsPerSecond: Double = 1,
    thinkSeconds: Double = 10, arrivals: Arrivals? = nil
  ) {
    precondition(sessions >= 1 && turns.lowerBound >= 1 && sharedTokens >= 0 && groups >= 1)
    precondition(promptTokens.lowerBound >= 1 && outputTokens.lowerBound >= 1 && groupSkew >= 0)
    self.sessions = sessions
    self.turns = turns
    self.sharedTokens = sharedTokens
    self.groups = groups
    self.groupSkew = groupSkew
    self.promptTokens = promptTokens
    self.outputTokens = outputTokens
    self.arrivals = arrivals ?? .poisson(perSecond: sessionsPerSecond)
    self.thinkSeconds = thinkSeconds
  }

  /// Draws the requests for a seed.
  public func trace(seed: UInt64) throws(Problem) -> Trace {
    var random = SeededRandom(seed: seed, named: "sessions")
    var groupRandom = SeededRandom(seed: seed, named: "session groups")
    let popularity = Zipf(count: groups, exponent: groupSkew)
    var trace = Trace(name: "\(sessions) sessions")
    for (session, start) in try arrivals.times(sessions, seed: seed).enumerated() {
      let group = Int(popularity.sample(&groupRandom)) - 1
      try addSession(session, group, at: start, &trace, &random)
    }
    return trace
  }

  private func addSession(
    _ session: Int, _ group: Int, at start: Double, _ trace: inout Trace,
    _ random: inout SeededRandom
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
    addNames(session, group, tokens: context, &trace)
  }

  private func addNames(_ session: Int, _ group: Int, tokens: Int, _ trace: inout Trace) {
    let size = trace.prefixes.tokensPerID
    var name: UInt64 = 0
    for block in 0..<((tokens + size - 1) / size) {
      let isShared = (block + 1) * size <= sharedTokens
      let content = isShared ? UInt64(group) << 20 | UInt64(block) : UInt64(session + 1) << 32
      name = PrefixIDs.chain(name, content)
      trace.prefixes.ids.append(name)
    }
  }
}
