public import Base
import Clusters

/// What is measured at an endpoint to fit a cost model.
public struct ProbeOptions: Sendable {
  /// Tokens of the prompts that are read alone.
  public var promptTokens = [16, 64, 128, 256, 512]
  /// How many sequences decode together.
  public var batches = [1, 2, 4, 8, 16]
  /// Tokens of the prompts that they go on from.
  public var contexts = [16, 256]
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
}

/// A cost model that was fitted to a live endpoint, with what it was fitted to.
public struct EndpointCalibration: Sendable {
  /// What was measured.
  public let observations: [CostObservation]
  /// What was fitted.
  public let model: FittedCostModel

  /// Takes measurements and what was fitted to them.
  public init(observations: [CostObservation], model: FittedCostModel) {
    self.observations = observations
    self.model = model
  }

  /// The relative error of each measurement.
  public var errors: [Double] {
    observations.map { model.seconds(of: $0) / $0.seconds - 1 }
  }

  /// The mean size of the relative errors.
  public var meanError: Double {
    errors.reduce(0) { $0 + abs($1) } / Double(max(1, errors.count))
  }
}

extension Endpoint {
  /// Measures prompts read alone and sequences that decode together, and fits a cost model to them.
  ///
  /// The server should have nothing else to do meanwhile. Prompts have nothing in common, so that no
  /// prefix cache helps.
  public func calibrate(
    _ options: ProbeOptions = ProbeOptions(), onProgress: (String) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws(Problem) -> EndpointCalibration {
    guard options.repeats >= 1, options.outputTokens >= 4 else {
      throw Problem(
        "\(options.repeats) repeats of \(options.outputTokens) tokens",
        fix: "measure at least once, with at least 4 tokens of answer")
    }
    let model = try resolvedModel(shouldStop: shouldStop)
    // Prompts of another run must not be in the cache: the clock numbers them.
    let seed = UInt64(bitPattern: Int64(monotonicSeconds() * 1e6)) &+ options.replay.seed
    var probe = Probe(self, model, options, seed: seed)
    // What a server does once, it has done then.
    _ = try probe.run(1, prompt: 16, output: 4, shouldStop)
    var observations: [CostObservation] = []
    for tokens in options.promptTokens {
      onProgress("a prompt of \(tokens) tokens")
      observations.append(try probe.prefill(tokens, shouldStop))
    }
    for context in options.contexts {
      for batch in options.batches {
        onProgress("\(batch) sequences behind \(context) tokens")
        observations.append(try probe.decode(batch, context: context, shouldStop))
      }
    }
    return EndpointCalibration(
      observations: observations, model: try FittedCostModel(fitting: observations))
  }
}

/// Measures single steps of a server from outside.
private struct Probe {
  private let endpoint: Endpoint
  private let model: String
  private let options: ProbeOptions
  private let maker: PromptMaker
  private var number = 0

  init(_ endpoint: Endpoint, _ model: String, _ options: ProbeOptions, seed: UInt64) {
    self.endpoint = endpoint
    self.model = model
    self.options = options
    maker = PromptMaker(form: options.replay.form, seed: seed)
  }

  /// The time from a prompt to its first token.
  mutating func prefill(_ tokens: Int, _ shouldStop: () -> Bool) throws(Problem) -> CostObservation
  {
    var times: [Double] = []
    var read = tokens
    for _ in 0..<options.repeats {
      let done = try run(1, prompt: tokens, output: 1, shouldStop)[0].record
      read = done.promptTokens
      times.append(done.firstTokenAt - done.sentAt)
    }
    var observation = CostObservation("prefill of \(tokens) tokens", seconds: median(times))
    observation.steps = Double((read + options.stepTokens - 1) / options.stepTokens)
    observation.prefillTokens = Double(read)
    observation.prefillPairs = Double(read) * Double(read + 1) / 2
    observation.requests = 1
    return observation
  }

  /// The time of a step in which so many sequences decode.
  mutating func decode(_ batch: Int, context: Int, _ shouldStop: () -> Bool) throws(Problem)
    -> CostObservation
  {
    var steps: [(seconds: Double, context: Double)] = []
    for _ in 0..<options.repeats {
      // The first has its tokens while the last prompts are still read: so all go on longer.
      let output = options.outputTokens + batch
      if let step = steady(try run(batch, prompt: context, output: output, shouldStop)) {
        steps.append(step)
      }
    }
    guard !steps.isEmpty else {
      throw Problem(
        "\(batch) sequences never decoded together",
        fix: "let the server run that many at once, or measure smaller batches")
    }
    var observation = CostObservation(
      "\(batch) sequences behind \(context) tokens", seconds: median(steps.map(\.seconds)))
    observation.decodes = Double(batch)
    observation.decodeContext = median(steps.map(\.context))
    return observation
  }

  /// The mean step while all sequences decode: from the last first token to the first end.
  private func steady(_ done: [CompletionTransfer]) -> (seconds: Double, context: Double)? {
    let from = done.map(\.record.firstTokenAt).max() ?? .nan
    let to = done.compactMap(\.times.last).min() ?? .nan
    guard to > from else { return nil }
    var (tokens, context) = (0.0, 0.0)
    for request in done {
      // Some tokens have no text of their own: pieces stand for so many tokens each.
      let each = Double(request.record.outputTokens) / Double(max(1, request.times.count))
      let inside = Double(request.times.count { $0 > from && $0 <= to }) * each
      let before = Double(request.times.count { $0 <= from }) * each
      tokens += inside / Double(done.count)
      context += Double(request.record.promptTokens) + before + inside / 2
    }
    return tokens >= 1 ? ((to - from) / tokens, context) : nil
  }

  /// Sends some requests at once and waits for all of them.
  mutating func run(_ count: Int, prompt: Int, output: Int, _ shouldStop: () -> Bool)
    throws(Problem) -> [CompletionTransfer]
  {
    let loop = try TransferLoop()
    let start = monotonicSeconds()
    var requests: [CompletionTransfer] = []
    for _ in 0..<count {
      number += 1
      let order = CompletionTransfer.Order(
        model: model, prompt: maker.prompt(prompt, number: number), maxTokens: output)
      requests.append(
        try CompletionTransfer(
          order, endpoint, arrivedAt: 0, start: start,
          limits: TransferLimits(
            timeoutSeconds: options.replay.timeoutSeconds,
            silenceSeconds: options.replay.silenceSeconds)))
    }
    for request in requests { try loop.add(request.transfer) }
    while loop.count > 0 { try loop.run(seconds: 0.1, shouldStop: shouldStop) }
    for request in requests {
      if let failure = request.record.failure {
        throw Problem(
          "\(endpoint.url): a probe of \(prompt) tokens failed: \(failure)", kind: .system)
      }
    }
    return requests
  }

  private func median(_ values: [Double]) -> Double { Quantiles(values).at(0.5) ?? .nan }
}
