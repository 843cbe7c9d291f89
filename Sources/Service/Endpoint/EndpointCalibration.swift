public import Base
import Serving

/// What is measured at an endpoint to fit a cost model.
public struct ProbeOptions: Sendable {
  /// Tokens of the prompts that are read alone.
  public var promptTokens = [8, 32, 64, 128, 256, 512]
  /// How many sequences decode together.
  public var batches = [1, 2, 4, 8, 16]
  /// Tokens of the prompts that they go on from.
  public var contexts = [16, 256]
  /// Tokens of the prompts that are read beside sequences that decode.
  public var mixedTokens = [16, 64, 192]
  /// Tokens that each of them decodes.
  public var outputTokens = 24
  /// Tokens of a step that reads a prompt, as the server is set up.
  public var stepTokens = 2048
  /// How often each is measured; the median counts.
  public var repeats = 3
  /// How requests are sent.
  public var replay = ReplayOptions()

  /// Creates the usual probes, which take a CPU server about half a minute.
  public init() {}

  func check() throws(Problem) {
    guard repeats >= 1, outputTokens >= 4, stepTokens >= 1 else {
      throw Problem(
        "\(repeats) repeats of \(outputTokens) tokens in steps of \(stepTokens)",
        fix: "measure at least once, with at least 4 tokens of answer")
    }
    let lists = [
      ("prompt_tokens", promptTokens), ("batches", batches), ("contexts", contexts),
      ("mixed_tokens", mixedTokens),
    ]
    for (name, values) in lists where values.contains(where: { $0 < 1 || $0 > 1_000_000 }) {
      throw Problem(
        "\(name) = { \(values.map { "\($0)" }.joined(separator: ", ")) }",
        fix: "give numbers from 1 to 1000000")
    }
  }
}

/// A cost model that was fitted to a live endpoint, with what it was fitted to.
public struct EndpointCalibration: Sendable {
  /// What was measured and what was fitted.
  public let fit: CostFit
  /// What a reader should know before she believes it, a sentence each.
  public let warnings: [String]

  /// Repeats that are further apart than this make one ask what else the machine did.
  public static let wideSpread = 0.25

  /// Takes a fit and what was noticed while it was measured.
  public init(_ fit: CostFit, noticed: [String] = []) {
    self.fit = fit
    let wide = fit.observations.count { $0.spread > Self.wideSpread }
    guard wide > 0 else {
      warnings = noticed
      return
    }
    let percent = Int((100 * Self.wideSpread).rounded())
    warnings =
      noticed + [
        "the machine was busy: repeats of \(wide) of \(fit.observations.count) measurements are "
          + "more than \(percent) % apart"
      ]
  }
}

extension Endpoint {
  /// Measures prompts read alone, sequences that decode together, and prompts read beside those, and
  /// fits a cost model to the times.
  ///
  /// The server should have nothing else to do meanwhile. Prompts have nothing in common, so that no
  /// prefix cache helps.
  ///
  /// What to expect: where repeats agree and the server is busy up to about two thirds, a simulation with
  /// its scheduler and limits met the means of a trace that was not measured within a tenth. That was
  /// seen against `orrery serve --threads 1` and, one sequence at a time, against the server of
  /// llama-cpp-python, both with SmolLM2-135M and cores of their own. Near saturation small errors of
  /// steps add up in the queue, and on a machine with other work to do errors are as large as the
  /// slowness that comes and goes: the warnings tell, and the held-out errors.
  public func calibrate(
    _ options: ProbeOptions = ProbeOptions(), onProgress: (String) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws(Problem) -> EndpointCalibration {
    try options.check()
    let model = try resolvedModel(shouldStop: shouldStop)
    let target = EndpointProbeTarget(self, model, options.replay)
    return try ProbeSeries(options, target).calibrate(
      onProgress: onProgress, shouldStop: shouldStop)
  }
}

/// Sends the requests of probes to an endpoint.
private final class EndpointProbeTarget: ProbeTarget {
  private let endpoint: Endpoint
  private let model: String
  private let options: ReplayOptions
  private let maker: PromptMaker
  private var number = 0

  init(_ endpoint: Endpoint, _ model: String, _ options: ReplayOptions) {
    self.endpoint = endpoint
    self.model = model
    self.options = options
    maker = PromptMaker(form: options.form, seed: options.freshSeed)
  }

  func answers(to probe: ProbeRequests, shouldStop: () -> Bool) throws(Problem) -> [ProbeAnswer] {
    let loop = try TransferLoop()
    let start = monotonicSeconds()
    var sent: [CompletionTransfer] = []
    for _ in 0..<probe.count {
      sent.append(try request(probe.prompt, probe.output, start: start))
    }
    for request in sent { try loop.add(request.transfer) }
    var late = probe.latePrompt
    while loop.count > 0 {
      try loop.run(seconds: 0.1, shouldStop: shouldStop)
      guard let prompt = late,
        sent.allSatisfy({ $0.times.count >= ProbeRequests.piecesBeforeLate })
      else { continue }
      late = nil
      sent.append(try request(prompt, 1, start: start))
      try loop.add(sent[probe.count].transfer)
    }
    return try sent.map { (request) throws(Problem) in try answer(of: request) }
  }

  private func request(_ prompt: Int, _ output: Int, start: Double) throws(Problem)
    -> CompletionTransfer
  {
    number += 1
    return try CompletionTransfer(
      CompletionTransfer.Order(
        model: model, prompt: maker.prompt(prompt, number: number), maxTokens: output),
      endpoint, arrivedAt: 0, start: start,
      limits: TransferLimits(
        timeoutSeconds: options.timeoutSeconds, silenceSeconds: options.silenceSeconds))
  }

  private func answer(of request: CompletionTransfer) throws(Problem) -> ProbeAnswer {
    let record = request.record
    if let failure = record.failure {
      throw Problem(
        "\(endpoint.url): a probe of \(record.promptTokens) tokens failed: \(failure)",
        kind: .system)
    }
    return ProbeAnswer(
      promptTokens: record.promptTokens, outputTokens: record.outputTokens,
      sentAt: record.sentAt, firstTokenAt: record.firstTokenAt, times: request.times)
  }
}
