import Base
import Clusters
import Figures
import LuaBridge
import Serving

extension TraceObject: CustomStringConvertible {
  var description: String {
    let span =
      trace.follows.isEmpty || trace.durationSeconds > 0
      ? " in \(ShownNumber.time(trace.durationSeconds))" : ""
    let (prompt, output) = (trace.totalPromptTokens, trace.totalOutputTokens)
    return "\(trace.name): \(trace.count) requests\(span), "
      + "\(ShownNumber.text(Double(prompt) / Double(max(1, trace.count)))) prompt and "
      + "\(ShownNumber.text(Double(output) / Double(max(1, trace.count)))) output tokens on average"
  }
}

extension TraceObject: LuaExported {
  static let luaName = "cluster.Trace"

  private static let small = "cluster.workload{ rate = 2, count = 50 }"

  static let exported = Exported<TraceObject>(
    "Requests that come: when, with how many tokens, and what they share.",
    example: small
  ) {
    property("name", "What reports call it.") { $0.trace.name }
    property("count", "How many requests there are.", unit: .requests) { $0.trace.count }
    property("duration_seconds", "From the first to the last arrival.", unit: .seconds) {
      $0.trace.durationSeconds
    }
    property("arrival_seconds", "When each request comes, a list.", unit: .seconds) {
      Array($0.trace.arrivals)
    }
    property("prompt_tokens", "Tokens of each prompt, a list.", unit: .tokens) {
      $0.trace.promptTokens.map { Int($0) }
    }
    property("output_tokens", "Tokens of each answer, a list.", unit: .tokens) {
      $0.trace.outputTokens.map { Int($0) }
    }
    metamethod(.length, "How many requests there are.") { $0.trace.count }
    method("request", "One request as a table.", .state, .integer("number", "from 1", range: 1...))
    {
      trace, state, number in try trace.row(number, in: state)
    }.example(small + ":request(1)")
    looking
    changing
  }

  @MemberBuilder private static var looking: [ExportedMember] {
    method("summary", "What it looks like in numbers, as a table that shows itself.", .state) {
      trace, state in TraceTables.summary(try TraceSummary(trace.trace), trace.trace, in: state)
    }.example(small + ":summary()")
    method(
      "prefix_reuse", "How much of its prompts a prefix cache would have.", .state,
      .named(
        .optional(
          .integer("capacity", "names of beginnings that fit; all by itself", range: 1...)))
    ) { trace, state, options in
      let reuse = PrefixReuse(trace.trace, capacity: options.values)
      return state.makeTable(fields: [
        "asked": .integer(reuse.names.asked), "hit": .integer(reuse.names.hit),
        "ratio": .number(reuse.names.ratio),
      ])
    }
    .returns("{asked: integer, hit: integer, ratio: number}")
    .example(
      #"cluster.workload{ arrivals = "sessions", sessions = 5 }:prefix_reuse{ capacity = 100 }"#)
    method("figure", "Arrivals over time and the spread of lengths, as a picture.") {
      TraceTables.picture($0.trace)
    }.example(small + ":figure()")
    method("__mime", "The forms that a notebook shows.", .state) { trace, state in
      var forms = FigureDisplay.forms(TraceTables.picture(trace.trace), state)
      forms["text/plain"] = trace.description
      return forms
    }
  }

  @MemberBuilder private static var changing: [ExportedMember] {
    method(
      "slice", "Some of its requests, by their numbers or by time; times count from the slice.",
      .named(
        .optional(.integer("first", "the number of the first", range: 1...)),
        .optional(.integer("last", "the number of the last", range: 1...)),
        .optional(.number("from_seconds", "where it begins", unit: .seconds, range: 0...)),
        .optional(.number("to_seconds", "where it ends", unit: .seconds, range: 0...)))
    ) { trace, options in
      let (first, last, from, to) = options.values
      return TraceObject(try trace.sliced(first, last, from, to))
    }.example(small + ":slice{ first = 1, last = 10 }")
    method(
      "scale", "The same requests faster or slower.",
      .named(
        .optional(
          .number("rate", "the mean rate they get", unit: .requestsPerSecond, range: 1e-9...1e9)),
        .optional(
          .number("time", "what times are multiplied by; 0.5 is twice as fast", range: 0...1e9)))
    ) { trace, options in
      let (rate, time) = options.values
      return TraceObject(try trace.scaled(rate, time))
    }.example(small + ":scale{ rate = 4 }")
    method(
      "clip", "The same requests with prompts cut to a model's context.",
      .integer("tokens", "the most of prompt and answer together", unit: .tokens, range: 2...)
    ) { TraceObject(try $0.trace.clipped(toTokens: $1)) }.example(small + ":clip(32768)")
    method(
      "classify", "The same requests with classes of service, or with LoRA adapters.",
      .named(
        .optional(
          .value("classes", "the number of each request's class, from 1", of: [Int].self)),
        .optional(
          .value("adapters", "the number of each request's adapter; 0 is none", of: [Int].self)))
    ) { trace, options in
      let (classes, adapters) = options.values
      var changed = trace.trace
      if let classes { try changed.setClasses(classes.map { $0 - 1 }) }
      if let adapters { try changed.setAdapters(adapters) }
      return TraceObject(changed)
    }.example("cluster.workload{ rate = 2, count = 2 }:classify{ classes = { 1, 2 } }")
    method(
      "save", "Writes it to a file.", .state, .string("path"),
      .named(
        .choice(
          "format", "the form of the file", among: TraceFormat.catalog.names, default: "seconds"))
    ) { trace, state, path, options in
      try state.requireFileAccess("cluster.Trace:save")
      try trace.trace.save(path, format: TraceFormat.catalog[options.values])
    }.example(small + #":save(os.tmpname() .. ".csv")"#)
  }

  private func row(_ number: Int, in state: LuaState) throws -> LuaTable {
    guard number <= trace.count else {
      throw Problem("there is no request \(number)", fix: "numbers go from 1 to \(trace.count)")
    }
    let index = number - 1
    let follows = trace.isFollowing(index) ? LuaValue.integer(Int(trace.follows[index]) + 1) : .nil
    return state.makeTable(fields: [
      "arrival_seconds": .number(trace.arrivals[index]),
      "prompt_tokens": .integer(Int(trace.promptTokens[index])),
      "output_tokens": .integer(Int(trace.outputTokens[index])), "follows": follows,
      "class": trace.slaClasses.isEmpty ? .nil : .integer(Int(trace.slaClasses[index]) + 1),
      "adapter": trace.adapters.isEmpty ? .nil : .integer(Int(trace.adapters[index])),
    ])
  }

  private func scaled(_ rate: Double?, _ time: Double?) throws -> Trace {
    switch (rate, time) {
    case (let rate?, nil): try trace.scaled(toRequestsPerSecond: rate)
    case (nil, let time?): try trace.scaled(time: time)
    default: throw Problem("scale takes rate or time", fix: "give one of them")
    }
  }

  private func sliced(_ first: Int?, _ last: Int?, _ from: Double?, _ to: Double?) throws -> Trace {
    let (byNumber, byTime) = (first != nil || last != nil, from != nil || to != nil)
    guard byNumber != byTime else {
      throw Problem("slice takes first and last, or from_seconds and to_seconds")
    }
    if byTime {
      let (from, to) = (from ?? 0, to ?? .infinity)
      guard from < to else { throw Problem("slice from \(from) s to \(to) s is empty") }
      return try trace.sliced(seconds: from..<to)
    }
    let (first, last) = (first ?? 1, last ?? trace.count)
    guard first <= last else { throw Problem("slice from request \(first) to \(last) is empty") }
    return try trace.sliced((first - 1)..<last)
  }
}

/// Traces as tables and pictures.
enum TraceTables {
  static func summary(_ summary: TraceSummary, _ trace: Trace, in state: LuaState) -> ClusterTable {
    func row(_ name: String, _ lengths: TraceSummary.Lengths) -> [(String, LuaValue)] {
      [
        ("of", .text(name)), ("mean", .number(lengths.mean)),
        ("deviation", .number(lengths.deviation)), ("least", .number(lengths.least)),
        ("p50", .number(lengths.p50)), ("p90", .number(lengths.p90)), ("p95", .number(lengths.p95)),
        ("p99", .number(lengths.p99)), ("largest", .number(lengths.largest)),
        ("total", .integer(lengths.total)),
      ]
    }
    let names = ["mean", "deviation", "least", "p50", "p90", "p95", "p99", "largest"]
    return ClusterTable(
      [row("prompt tokens", summary.promptTokens), row("output tokens", summary.outputTokens)],
      columns: [.init("of", shown: "")] + names.map { .init($0, decimals: 0) },
      title: "\(trace.name): \(summary.requests) requests in "
        + ShownNumber.time(summary.durationSeconds),
      subtitle: "\(ShownNumber.text(summary.meanRate)) requests/s, gaps vary by "
        + "\(ShownNumber.text(summary.interarrivalVariation)), at most \(summary.peakPerSecond) in "
        + "a second, correlation of lengths \(ShownNumber.text(summary.correlation))",
      fields: [
        "requests": .integer(summary.requests),
        "duration_seconds": .number(summary.durationSeconds),
        "mean_rate": .number(summary.meanRate),
        "interarrival_variation": .number(summary.interarrivalVariation),
        "fano_per_second": .number(summary.fanoPerSecond),
        "peak_per_second": .integer(summary.peakPerSecond),
        "peak_to_mean_per_minute": .number(summary.peakToMeanPerMinute),
        "correlation": .number(summary.correlation),
        "prefix_names": .integer(summary.prefixNames),
        "unique_prefix_names": .integer(summary.uniquePrefixNames),
        "tokens_per_name": .integer(summary.tokensPerName),
      ], in: state)
  }

  /// Arrivals per piece of time, and how lengths are spread.
  static func picture(_ trace: Trace) -> Figure {
    let lengths = Figure.chart(
      .cumulative(
        "Lengths",
        samples: [
          ("prompt", trace.promptTokens.map(Double.init)),
          ("output", trace.outputTokens.map(Double.init)),
        ], x: Axis("tokens", kind: .log)))
    let arrivals = (0..<trace.count).filter { !trace.isFollowing($0) }.map { trace.arrivals[$0] }
    guard trace.durationSeconds > 0 else { return lengths }
    let chart = Chart.histogram(
      "Arrivals of \(trace.name)", values: arrivals, rule: .count(60), x: Axis("time", unit: "s"))
    return .arrangement(Arrangement(.row, [.chart(chart), lengths]))
  }
}
