import Base
import Clusters
import Glibc
import LuaBridge
import Simulation

/// Requests that are made up, as Lua describes them.
enum WorkloadArgument {
  static let kinds = [
    "poisson", "constant", "gamma", "burst", "on_off", "spikes", "diurnal", "profile", "together",
    "closed", "sessions",
  ]

  /// The most requests of a trace that is made up.
  private static let mostRequests = 20_000_000
  /// The most tokens of a prompt or an answer: both together are below 2^30.
  private static let mostTokens = Double(1 << 29)

  static let parameters: [Parameter] =
    [
      Parameter(
        name: "arrivals", kind: .choice(kinds), defaultValue: "\"poisson\"",
        summary: "when requests come"),
      number("rate", "requests, or sessions, per second", .requestsPerSecond, 1, 1e-9...1e9),
      integer("count", "how many requests come", 1000, 1...mostRequests),
      length("prompt_tokens", "{ median = 700, sigma = 0.9 }"),
      length("output_tokens", "{ median = 150, sigma = 0.7 }"),
      Parameter(
        name: "like", kind: .object(TraceObject.luaName), isOptional: true,
        summary: "a trace whose pairs of lengths are drawn"),
      integer("seed", "what the draws follow from", 0, nil),
      Parameter(name: "name", kind: .string, isOptional: true, summary: "what reports call it"),
    ] + shapes + [
      Parameter(
        name: "total_tokens", kind: .table("table"), isOptional: true,
        summary: "{ least, most, exponent, prompt_per_output }: prompt and answer together, by "
          + "Zipf's law")
    ] + users

  private static let shapes: [Parameter] = [
    number(
      "variation", "gamma: deviation of the gaps over their mean; above 1 in bursts", nil, 2,
      1e-3...100),
    number("burst_rate", "burst: the rate in bursts", .requestsPerSecond, nil, 1e-9...1e9),
    number("burst_seconds", "burst: how long a burst is", .seconds, 10, 1e-6...1e9),
    number("on_seconds", "on_off: mean length of spells with requests", .seconds, 10, 1e-6...1e9),
    number("off_seconds", "on_off: mean length of spells without", .seconds, 10, 1e-6...1e9),
    integer("spike_requests", "spikes: how many come at once", 50, 1...10_000_000),
    number(
      "period_seconds", "burst, spikes, diurnal, profile: from one to the next", .seconds, nil,
      1e-6...1e9),
    number("swing", "diurnal: how far the rate goes up and down", .ratio, 0.8, 0...1),
    Parameter(
      name: "rates", kind: .table("number[]"), isOptional: true,
      summary: "profile: the rates that a period runs through in equal pieces"),
  ]

  private static let users: [Parameter] = [
    integer("users", "closed: users, each with one request at a time", 10, 1...10_000_000),
    integer("requests_per_user", "closed: how many each of them sends", 10, 1...1_000_000),
    number(
      "ramp_seconds", "closed: over which the users' first requests are spread", .seconds, 0,
      0...1e9),
    number(
      "think_seconds", "closed, sessions: mean time before the next request", .seconds, nil,
      0...1e9),
    integer("sessions", "sessions: how many conversations", 100, 1...10_000_000),
    Parameter(
      name: "turns", kind: .table("integer[]"), defaultValue: "{ 1, 8 }",
      summary: "sessions: the fewest and the most turns"),
    integer(
      "shared_tokens", "sessions: instructions that a group begins with", 512, 0...10_000_000),
    integer("groups", "sessions: how many different instructions there are", 1, 1...1_000_000),
    number("group_skew", "sessions: how uneven groups are, by Zipf's law", nil, 0, 0...10),
  ]

  private static func number(
    _ name: String, _ summary: String, _ unit: Base.Unit?, _ fallback: Double?,
    _ range: ClosedRange<Double>
  ) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: unit, defaultValue: fallback.map { ShownNumber.text($0) },
      isOptional: true, range: range, summary: summary)
  }

  private static func integer(
    _ name: String, _ summary: String, _ fallback: Int?, _ range: ClosedRange<Int>?
  ) -> Parameter {
    Parameter(
      name: name, kind: .integer, defaultValue: fallback.map { String($0) }, isOptional: true,
      range: range.map { Double($0.lowerBound)...Double($0.upperBound) }, summary: summary)
  }

  private static func length(_ name: String, _ fallback: String) -> Parameter {
    Parameter(
      name: name, kind: .any, defaultValue: fallback,
      summary: "a number, { least, most }, { median, sigma }, { mean, cv }, or a sim.distribution")
  }

  // MARK: Making

  static func trace(_ options: OptionTable) throws -> Trace {
    let kind = options["arrivals"].text ?? "poisson"
    let seed = UInt64(bitPattern: Int64(options["seed"].integer ?? 0))
    var trace: Trace
    switch kind {
    case "closed":
      let users = options["users"].integer ?? 10
      let each = options["requests_per_user"].integer ?? 10
      guard users * each <= mostRequests else {
        throw Problem(
          "workload: \(users) users with \(each) requests each are \(users * each) requests",
          fix: "lower users or requests_per_user: together at most \(mostRequests)")
      }
      trace = try ClosedLoopWorkload(
        users: users, requestsPerUser: each,
        thinkSeconds: options["think_seconds"].number ?? 0,
        rampSeconds: options["ramp_seconds"].number ?? 0, lengths: lengths(options)
      ).trace(seed: seed)
    case "sessions": trace = try sessions(options).trace(seed: seed)
    default:
      trace = try OpenWorkload(
        arrivals(kind, options), lengths: lengths(options),
        requests: options["count"].integer ?? 1000
      ).trace(seed: seed)
      trace.name = "\(kind) arrivals"
    }
    if let name = options["name"].text { trace.name = name }
    return trace
  }

  private static func arrivals(_ kind: String, _ options: OptionTable) throws -> Arrivals {
    let rate = options["rate"].number ?? 1
    let period = options["period_seconds"].number
    switch kind {
    case "gamma":
      return .gamma(perSecond: rate, variation: options["variation"].number ?? 2)
    case "burst":
      return .burst(
        perSecond: rate, burstPerSecond: options["burst_rate"].number ?? rate * 5,
        burstSeconds: options["burst_seconds"].number ?? 10, periodSeconds: period ?? 60)
    case "diurnal":
      return .diurnal(
        perSecond: rate, swing: options["swing"].number ?? 0.8, periodSeconds: period ?? 86_400)
    case "constant": return .constant(perSecond: rate)
    case "on_off":
      return .onOff(
        perSecond: rate, onSeconds: options["on_seconds"].number ?? 10,
        offSeconds: options["off_seconds"].number ?? 10)
    case "spikes":
      return .spikes(
        perSecond: rate, spikeRequests: options["spike_requests"].integer ?? 50,
        everySeconds: period ?? 60)
    case "profile":
      guard let rates = options["rates"].table?.read(as: [Double].self), !rates.isEmpty else {
        throw Problem("workload: a profile needs rates", fix: "give rates = { 1, 4, 2 }")
      }
      return .profile(perSecond: rates, periodSeconds: period ?? 86_400)
    case "together": return .together
    default: return .poisson(perSecond: rate)
    }
  }

  private static func sessions(_ options: OptionTable) throws -> SessionWorkload {
    func range(_ name: String, _ fallback: ClosedRange<Int>, most: Int) throws -> ClosedRange<Int> {
      switch options[name] {
      case .nil: return fallback
      case .table(let table):
        guard let bounds = table.read(as: [Int].self), bounds.count == 2, bounds[0] >= 1,
          bounds[0] <= bounds[1], bounds[1] <= most
        else { fallthrough }
        return bounds[0]...bounds[1]
      default:
        if let number = options[name].integer, 1...most ~= number { return number...number }
        throw Problem(
          "workload: \(name) of sessions is \(LuaPolicy.shown(options[name]))",
          fix: "give { least, most }, whole numbers from 1 to \(most)")
      }
    }
    let sessions = SessionWorkload(
      sessions: options["sessions"].integer ?? 100, turns: try range("turns", 1...8, most: 10_000),
      sharedTokens: options["shared_tokens"].integer ?? 512,
      groups: options["groups"].integer ?? 1, groupSkew: options["group_skew"].number ?? 0,
      promptTokens: try range("prompt_tokens", 20...200, most: Int(mostTokens)),
      outputTokens: try range("output_tokens", 50...400, most: Int(mostTokens)),
      sessionsPerSecond: options["rate"].number ?? 1,
      thinkSeconds: options["think_seconds"].number ?? 10)
    try check(sessions)
    return sessions
  }

  /// Refuses conversations whose turns or tokens are too many to be kept.
  private static func check(_ sessions: SessionWorkload) throws(Problem) {
    func mean(_ range: ClosedRange<Int>) -> Double {
      (Double(range.lowerBound) + Double(range.upperBound)) / 2
    }
    let (count, turns) = (Double(sessions.sessions), mean(sessions.turns))
    let tokens =
      Double(sessions.sharedTokens)
      + turns * (mean(sessions.promptTokens) + mean(sessions.outputTokens))
    guard count * turns <= Double(mostRequests), count * tokens <= 4e9 else {
      throw Problem(
        "workload: \(sessions.sessions) sessions of \(ShownNumber.text(turns)) turns and "
          + "\(ShownNumber.text(tokens)) tokens on average are too many",
        fix:
          "lower sessions, turns or tokens: together at most \(mostRequests) turns and 4e9 tokens")
    }
  }

  private static func lengths(_ options: OptionTable) throws -> Lengths {
    if case .userdata(let object) = options["like"], let trace = object.object(TraceObject.self) {
      return try Lengths(like: trace.trace)
    }
    if case .table(let table) = options["total_tokens"] {
      let fields = try FieldTable(
        table, "workload: total_tokens", ["least", "most", "exponent", "prompt_per_output"])
      let least = try fields.integer("least", 2...1_000_000_000) ?? 2
      let most = try fields.integer("most", max(2, least)...1_000_000_000) ?? 4096
      return Lengths.zipf(
        tokens: least...max(least, most), exponent: try fields.number("exponent", 0...10) ?? 0.6,
        promptPerOutput: try fields.number("prompt_per_output", 1e-3...1e6) ?? 20)
    }
    let prompt = try law(
      "prompt_tokens", options["prompt_tokens"], LogNormal(mu: log(700), sigma: 0.9), most: 131_072)
    let output = try law(
      "output_tokens", options["output_tokens"], LogNormal(mu: log(150), sigma: 0.7), most: 16_384)
    return Lengths(
      prompt: prompt.law, output: output.law, promptRange: 1...prompt.most,
      outputRange: 1...output.most)
  }

  /// How one kind of length is spread, and the most tokens: so many, or more where more are asked for.
  private static func law(
    _ name: String, _ value: LuaValue, _ fallback: LogNormal, most: Int
  ) throws -> (law: any Distribution, most: Int) {
    if let number = value.number, 1...mostTokens ~= number {
      return (Deterministic(number), max(most, Int(number)))
    }
    if case .nil = value { return (fallback, most) }
    if case .userdata(let object) = value, let made = object.object(DistributionValue.self) {
      return (made.law, most)
    }
    guard case .table(let table) = value else { throw unknown(name, value) }
    if let bounds = table.read(as: [Double].self), bounds.count == 2, table.pairs.count == 2 {
      guard bounds[0] >= 0, bounds[0] < bounds[1], bounds[1] <= mostTokens else {
        throw unknown(name, value)
      }
      return (Uniform(bounds[0], bounds[1]), max(most, Int(bounds[1])))
    }
    let fields = try FieldTable(table, "workload: \(name)", ["median", "sigma", "mean", "cv"])
    func limit(_ middle: Double) -> Int { middle > Double(most) ? Int(mostTokens) : most }
    if let median = try fields.number("median", 1...mostTokens) {
      let sigma = try fields.number("sigma", 0...10) ?? fallback.sigma
      return (LogNormal(mu: log(median), sigma: sigma), limit(median))
    }
    guard let mean = try fields.number("mean", 1...mostTokens) else { throw unknown(name, value) }
    return (
      LogNormal(mean: mean, variation: try fields.number("cv", 1e-9...100) ?? 1), limit(mean)
    )
  }

  private static func unknown(_ name: String, _ value: LuaValue) -> Problem {
    Problem(
      "workload: \(name) is \(LuaPolicy.shown(value))",
      fix: "give a number from 1 to 2^29, { least, most }, { median = 700, sigma = 0.9 }, "
        + "{ mean = 700, cv = 1 } or a sim.distribution")
  }
}
