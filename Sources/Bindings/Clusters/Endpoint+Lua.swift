import Base
import Clusters
import LuaBridge
import Service

/// A server that speaks OpenAI's interface, as Lua holds it.
final class EndpointObject {
  let endpoint: Endpoint

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }
}

extension EndpointObject: CustomStringConvertible {
  var description: String {
    "endpoint \(endpoint.url)" + (endpoint.model.map { ", model \($0)" } ?? "")
  }
}

extension EndpointObject: LuaExported {
  static let luaName = "cluster.Endpoint"

  /// An address at which nobody listens: what is sent there fails at once.
  private static let nobody = #"cluster.endpoint("http://127.0.0.1:9/v1", { model = "none" })"#

  static let exported = Exported<EndpointObject>(
    "A live server that speaks OpenAI's interface: ours (orrery serve), vLLM's, llama.cpp's.",
    detail:
      "`replay` sends it a trace in real time, `calibrate` fits a cost model to it, `compare` "
      + "lays what it did beside a simulation of the same trace.\n\n"
      + "The simulation is that of `cluster.service{ cost = calibration.cost }` with the server's "
      + "scheduler and limits: for orrery serve max_tokens = 256, max_sequences = 64, blocks = 4096, "
      + "for a server that answers one request after the other max_sequences = 1."
      + "",
    example: #"cluster.endpoint "http://127.0.0.1:8000/v1""#
  ) {
    property("url", "Where its routes begin.") { $0.endpoint.url }
    property("model", "The model that is asked for; nil where that is found out.") {
      $0.endpoint.model
    }
    method(
      "models", "Asks which models it has.", .state,
      .named(.number("timeout_seconds", unit: .seconds, default: 10, range: 0.01...1e6))
    ) { object, state, options in
      try state.requireNetwork("cluster.Endpoint:models")
      return try object.endpoint.models(
        timeoutSeconds: options.values, shouldStop: state.stopQuestion)
    }
    .example("pcall(\(nobody).models, \(nobody))")
    replaying
    metamethod(.string, "Where it is.") { $0.description }
  }

  @MemberBuilder private static var replaying: [ExportedMember] {
    method(
      "replay", "Sends a trace in real time and notes when tokens came back.", .state,
      TraceArgument.argument, replayOptions
    ) { object, state, trace, options in
      try state.requireNetwork("cluster.Endpoint:replay")
      return MeasurementObject(
        try object.endpoint.replay(
          trace.trace(), ReplayOptions(options), shouldStop: state.stopQuestion))
    }
    .example("\(nobody):replay(cluster.workload{ rate = 100, count = 2 }).failed")
    calibrating
    method(
      "compare",
      "Lays what was measured beside a simulation of the same trace.", .state,
      .value("measured", "what a replay gave", of: MeasurementObject.self),
      .value("simulated", "what a service's replay gave", of: ResultObject.self)
    ) { _, state, measured, simulated in measured.table(beside: simulated, in: state) }
    .example(
      "\(nobody):compare(\(nobody):replay(cluster.workload{ rate = 100, count = 2 }), "
        + "cluster.service{ cost = {} }:replay(cluster.workload{ rate = 100, count = 2 }))")
  }

  private static var calibrating: ExportedMember {
    method(
      "calibrate", "Measures the server step by step and fits a cost model to it.", .state,
      probes
    ) { object, state, options in
      try state.requireNetwork("cluster.Endpoint:calibrate")
      return CalibrationObject(
        try object.endpoint.calibrate(ProbeOptions(options), shouldStop: state.stopQuestion))
    }
    .example("pcall(function() return \(nobody):calibrate() end)")
  }

  fileprivate typealias Probes = Named<[Int], [Int], [Int], [Int], Int, Int, Int, String>

  private static var probes: Argument<Probes> {
    .named(
      list("prompt_tokens", "prompts that are read alone", ProbeOptions().promptTokens),
      list("batches", "how many sequences decode together", ProbeOptions().batches),
      list("contexts", "tokens of the prompts that they go on from", ProbeOptions().contexts),
      list(
        "mixed_tokens", "prompts that are read beside sequences that decode, in one step",
        ProbeOptions().mixedTokens),
      .integer(
        "output_tokens", "tokens that each decodes", unit: .tokens, default: 24,
        range: 4...100_000),
      .integer(
        "step_tokens",
        "tokens of a step that reads prompts, as the server is set up: 256 by itself "
          + "for orrery serve", unit: .tokens, default: 2048, range: 1...10_000_000),
      .integer(
        "repeats", "how often each is measured, in turns; the median counts", default: 3,
        range: 1...1000),
      promptForm)
  }

  private static func list(_ name: String, _ summary: String, _ values: [Int]) -> Argument<[Int]> {
    let shown = values.map { "\($0)" }.joined(separator: ", ")
    return .value(name, summary, of: [Int].self, default: values, defaultText: "{ \(shown) }")
  }

  private static var promptForm: Argument<String> {
    .choice(
      "prompts", "how prompts are made up: of exact token numbers, or of words",
      among: PromptForm.allCases.map(\.rawValue), default: PromptForm.tokens.rawValue)
  }

  private typealias Replay = Named<Int?, String, Int, Double, Double>

  private static var replayOptions: Argument<Replay> {
    .named(
      .optional(
        .integer(
          "seed",
          "of the tokens of prompts; by itself they differ in every replay, so that no prefix "
            + "cache knows them")),
      promptForm,
      .integer("concurrency", "the most requests at once", default: 1024, range: 1...65_536),
      .number(
        "timeout_seconds", "how long a request may take", unit: .seconds, default: 600,
        range: 0.01...1e6),
      .number(
        "silence_seconds", "how long nothing may come of one", unit: .seconds, default: 60,
        range: 1...1e6))
  }
}

extension ReplayOptions {
  fileprivate init(_ options: Named<Int?, String, Int, Double, Double>) {
    self.init()
    let (number, form, concurrency, timeout, silence) = options.values
    seed = number.map { UInt64(bitPattern: Int64($0)) }
    self.form = PromptForm(rawValue: form) ?? .tokens
    self.concurrency = concurrency
    timeoutSeconds = timeout
    silenceSeconds = silence
  }
}

extension ProbeOptions {
  fileprivate init(_ options: EndpointObject.Probes) {
    self.init()
    let (prompts, batches, contexts, mixed, output, step, repeats, form) = options.values
    (promptTokens, self.batches, self.contexts, mixedTokens) = (prompts, batches, contexts, mixed)
    (outputTokens, stepTokens, self.repeats) = (output, step, repeats)
    replay.form = PromptForm(rawValue: form) ?? .tokens
  }
}

extension LuaState {
  /// Refuses a call that talks to other programs where the code that runs is restricted.
  func requireNetwork(_ call: String) throws(Problem) { try requireFileAccess(call) }
}
