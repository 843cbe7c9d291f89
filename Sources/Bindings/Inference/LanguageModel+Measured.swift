import Base
import Figures
import Inference
import LuaBridge

/// What passes take, and how large the values in them are.
extension LanguageModel {
  /// Runs a function, or a generation, and reports what each kind of operation took.
  func profile(
    _ what: Either<LuaFunction, Prompt>, _ maxTokens: Int, _ state: LuaState
  ) throws -> ModelReport {
    let before = executor.profile
    defer { executor.profile = before }
    let (prefill, decode) = (StepProfile(), StepProfile())
    executor.profile = prefill
    switch what {
    case .first(let function): try function.call()
    case .second(let prompt):
      var options = GenerationOptions(maxTokens: maxTokens)
      options.ignoresEnd = true
      _ = try freshSession().generate(
        tokens(of: prompt), options: options, shouldStop: state.stopQuestion,
        onToken: { _ throws(Problem) in self.executor.profile = decode })
    }
    let limits = ProfileReport.Limits.measured(over: engine.packedBytes.count)
    let reports = [ProfileReport(prefill, limits), ProfileReport(decode, limits)]
    guard reports[0].steps > 0 else {
      throw Problem(
        "the function ran nothing through the layers of \(name)",
        fix: "call m:generate, m:logits or the like of this model in it")
    }
    guard case .second = what, reports[1].steps > 0 else {
      let title = if case .second = what { "reading a prompt" } else { "a function" }
      return ProfileSheet(title, reports[0]).report(state)
    }
    let sheets = [ProfileSheet("prefill", reports[0]), ProfileSheet("decode", reports[1])]
    return ProfileSheet.joined(sheets, state)
  }

  /// How large values are behind each layer.
  func activationStatistics(_ prompt: Prompt, _ quiet: Double, _ state: LuaState) throws(Problem)
    -> ModelReport
  {
    let all = try engine.activationStatistics(
      tokens(of: prompt), quiet: quiet, on: executor, shouldStop: state.stopQuestion)
    let table = state.makeTable(
      all.map { layer in
        .table(
          state.makeTable(fields: [
            "mean": .number(layer.mean), "standard_deviation": .number(layer.standardDeviation),
            "rms": .number(layer.rootMeanSquare), "largest": .number(layer.largest),
            "largest_channel": .integer(layer.largestChannel + 1),
            "quiet_share": .number(layer.quietShare),
          ]))
      })
    let shown = TableFigure(
      "Residual stream behind each layer",
      subtitle: "quiet neurons: below \(quiet) of their layer's RMS",
      columns: [
        .init("layer"), .init("mean"), .init("deviation"), .init("RMS"), .init("max |x|"),
        .init("in channel"), .init("quiet neurons", unit: "%", decimals: 1),
      ],
      rows: all.enumerated().map { number, layer in
        [
          .number(Double(number + 1)), .number(layer.mean), .number(layer.standardDeviation),
          .number(layer.rootMeanSquare), .number(layer.largest),
          .number(Double(layer.largestChannel + 1)), .number(layer.quietShare * 100),
        ]
      }, rowLimit: 200)
    return ModelReport(table, shown: shown, picture: Self.picture(all))
  }

  private static func picture(_ all: [ActivationStatistics]) -> Figure {
    let size = Chart(
      "Residual stream behind each layer", x: Axis("layer"),
      y: Axis("magnitude", kind: .log),
      marks: [
        Mark(.line(Series(all.map(\.largest))), name: "max |x|"),
        Mark(.line(Series(all.map(\.rootMeanSquare))), name: "RMS"),
        Mark(.line(Series(all.map { abs($0.mean) })), name: "|mean|"),
      ], size: Size(width: 640, height: 300))
    let quiet = Chart(
      "Neurons near zero", x: Axis("layer"), y: Axis("share", unit: "%", minimum: 0),
      marks: [Mark(.line(Series(all.map { $0.quietShare * 100 })))],
      size: Size(width: 640, height: 220))
    return .column([.chart(size), .chart(quiet)])
  }

  /// The methods that measure.
  @MemberBuilder static var measuredMembers: [ExportedMember] {
    method(
      "profile",
      "What each operator took: time, bytes, multiply-adds, shares of this machine's limits.",
      .state,
      .value(
        "run", "a function that uses the model; or a prompt, text or token ids, to go on from",
        of: Either<LuaFunction, Prompt>.self),
      .named(
        .integer("max_tokens", "tokens to produce behind a prompt", default: 32, range: 1...10_000))
    ) { model, state, what, options in try model.profile(what, options.values, state) }
    .example("llm.load():profile(\"The capital of France is\", { max_tokens = 4 })")
    .detail(
      """
      Element i is { operator, calls, seconds, share, bytes, multiply_adds, bytes_per_second, \
      operations_per_second, bandwidth_share, arithmetic_share }; a multiply-add is two operations. \
      The limits are measured now: reading memory as large as the weights, and multiply-adds of \
      bytes. For a prompt the fields .prefill and .decode are reports of their own. .roofline is \
      the picture; bytes are those of weights and cache, so operators that only touch activations \
      have none.
      """)
    method(
      "activation_statistics",
      "How large values are behind each layer: mean, deviation, RMS, largest, quiet neurons.",
      .state, .value("prompt", "text, or token ids", of: Prompt.self),
      .named(
        .number(
          "quiet", "neurons below this share of their layer's RMS count as near zero",
          default: 0.1, range: 0...10))
    ) { model, state, prompt, options in
      try model.activationStatistics(prompt, options.values, state)
    }
    .example("llm.load():activation_statistics(\"The cat sat because it was tired\")[1].rms")
    .detail(
      """
      Element i is { mean, standard_deviation, rms, largest, largest_channel, quiet_share } of the \
      residual stream behind layer i; quiet_share is about the neurons of its feed-forward block.
      """)
  }
}
