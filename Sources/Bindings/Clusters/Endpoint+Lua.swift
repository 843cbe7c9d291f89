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
      + "lays what it did beside a simulation of the same trace.",
    example: #"cluster.endpoint "http://127.0.0.1:8000/v1""#
  ) {
    property("url", "Where its routes begin.") { $0.endpoint.url }
    property("model", "The model that is asked for; nil where that is found out.") {
      $0.endpoint.model
    }
    method(
      "models", "Asks which models it has.", .state,
      .named(.number("timeout_seconds", unit: .seconds, default: 10, range: 0.01...))
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
    method(
      "calibrate", "Measures the server step by step and fits a cost model to it.", .state,
      .named(
        .value(
          "prompt_tokens", "prompts that are read alone", of: [Int].self,
          default: [16, 64, 128, 256, 512], defaultText: "{ 16, 64, 128, 256, 512 }"),
        .value(
          "batches", "how many sequences decode together", of: [Int].self,
          default: [1, 2, 4, 8, 16], defaultText: "{ 1, 2, 4, 8, 16 }"),
        .value(
          "contexts", "tokens of the prompts that they go on from", of: [Int].self,
          default: [16, 256], defaultText: "{ 16, 256 }"),
        .integer(
          "output_tokens", "tokens that each decodes", unit: .tokens, default: 24,
          range: 4...100_000),
        .integer(
          "step_tokens", "tokens of a step that reads prompts, as the server is set up",
          unit: .tokens, default: 2048, range: 1...10_000_000),
        .integer("repeats", "how often each is measured", default: 3, range: 1...1000),
        promptForm)
    ) { object, state, options in
      try state.requireNetwork("cluster.Endpoint:calibrate")
      var probes = ProbeOptions()
      let (prompts, batches, contexts, output, step, repeats, form) = options.values
      (probes.promptTokens, probes.batches, probes.contexts) = (prompts, batches, contexts)
      (probes.outputTokens, probes.stepTokens, probes.repeats) = (output, step, repeats)
      probes.replay.form = PromptForm(rawValue: form) ?? .tokens
      try probes.check()
      return CalibrationObject(
        try object.endpoint.calibrate(probes, shouldStop: state.stopQuestion))
    }
    .example("pcall(function() return \(nobody):calibrate() end)")
    method(
      "compare", "Lays what was measured beside a simulation of the same trace.", .state,
      .value("measured", "what a replay gave", of: MeasurementObject.self),
      .value("simulated", "what a service's replay gave", of: ResultObject.self)
    ) { _, state, measured, simulated in measured.table(beside: simulated, in: state) }
    .example(
      "\(nobody):compare(\(nobody):replay(cluster.workload{ rate = 100, count = 2 }), "
        + "cluster.service{ cost = {} }:replay(cluster.workload{ rate = 100, count = 2 }))")
  }

  private static var promptForm: Argument<String> {
    .choice(
      "prompts", "how prompts are made up: of exact token numbers, or of words",
      among: PromptForm.allCases.map(\.rawValue), default: PromptForm.tokens.rawValue)
  }

  private typealias Replay = Named<Int, String, Int, Double, Double>

  private static var replayOptions: Argument<Replay> {
    .named(
      .integer("seed", "of the tokens of prompts", default: 1),
      promptForm,
      .integer("concurrency", "the most requests at once", default: 1024, range: 1...65_536),
      .number(
        "timeout_seconds", "how long a request may take", unit: .seconds, default: 600,
        range: 0.01...),
      .number(
        "silence_seconds", "how long nothing may come of one", unit: .seconds, default: 60,
        range: 1...))
  }
}

extension ReplayOptions {
  fileprivate init(_ options: Named<Int, String, Int, Double, Double>) {
    self.init()
    let (number, form, concurrency, timeout, silence) = options.values
    seed = UInt64(bitPattern: Int64(number))
    self.form = PromptForm(rawValue: form) ?? .tokens
    self.concurrency = concurrency
    timeoutSeconds = timeout
    silenceSeconds = silence
  }
}

extension ProbeOptions {
  fileprivate func check() throws(Problem) {
    for (name, values) in [
      ("prompt_tokens", promptTokens), ("batches", batches), ("contexts", contexts),
    ] where values.contains(where: { $0 < 1 || $0 > 1_000_000 }) {
      throw Problem(
        "\(name) = { \(values.map { "\($0)" }.joined(separator: ", ")) }",
        fix: "give numbers from 1")
    }
  }
}

extension LuaState {
  /// Refuses a call that talks to other programs where the code that runs is restricted.
  func requireNetwork(_ call: String) throws(Problem) { try requireFileAccess(call) }
}
