import Base
import Serving

/// Requests that are sent together, and maybe one more beside them.
struct ProbeRequests: Hashable {
  /// How many are sent at once.
  var count = 1
  /// Tokens of each one's prompt, and of its answer.
  var prompt: Int, output: Int
  /// The prompt of a request for one token that is sent once all others have some.
  var latePrompt: Int?

  /// Pieces that all others have by then.
  static let piecesBeforeLate = 3
}

/// When the pieces of an answer came, in seconds since the first request was sent.
struct ProbeAnswer {
  var promptTokens: Int, outputTokens: Int
  var sentAt: Double, firstTokenAt: Double
  var times: [Double]
}

/// What answers probes.
protocol ProbeTarget {
  /// Sends requests and gives an answer for each, the late one's last, if it was sent at all.
  func answers(to probe: ProbeRequests, shouldStop: () -> Bool) throws(Problem) -> [ProbeAnswer]
}

/// What one probe measures.
private enum Probe: Hashable {
  case prefill(tokens: Int)
  case decode(batch: Int, context: Int)
  case mixed(tokens: Int, beside: Int)

  var name: String {
    switch self {
    case .prefill(let tokens): "prefill \(tokens)"
    case .decode(let batch, let context): "decode \(batch) behind \(context)"
    case .mixed(let tokens, let batch): "prefill \(tokens) beside \(batch)"
    }
  }

  /// How many sequences decode together, where that is what it measures.
  var batch: Int? {
    guard case .decode(let batch, _) = self else { return nil }
    return batch
  }
}

/// Probes that are measured in turns, so that a busy moment spoils one repeat of some and not all
/// repeats of one.
struct ProbeSeries<Target: ProbeTarget> {
  private let options: ProbeOptions
  private let target: Target

  init(_ options: ProbeOptions, _ target: Target) {
    self.options = options
    self.target = target
  }

  private var probes: [Probe] {
    let batches = Set(options.batches).sorted()
    let few = Set(batches.prefix(1) + batches.dropFirst(batches.count / 2).prefix(1)).sorted()
    return options.promptTokens.map { .prefill(tokens: $0) }
      + options.contexts.flatMap { context in
        options.batches.map { .decode(batch: $0, context: context) }
      }
      + few.flatMap { batch in
        options.mixedTokens.filter { $0 + batch <= options.stepTokens }
          .map { .mixed(tokens: $0, beside: batch) }
      }
  }

  func calibrate(onProgress: (String) -> Void, shouldStop: () -> Bool) throws(Problem)
    -> EndpointCalibration
  {
    // What a server does once, it has done then.
    _ = try target.answers(to: ProbeRequests(prompt: 16, output: 4), shouldStop: shouldStop)
    var samples: [Probe: [CostObservation]] = [:]
    for turn in 1...options.repeats {
      // What the first turn did not see, later ones will not.
      for probe in probes where turn == 1 || samples[probe] != nil {
        onProgress("\(turn) of \(options.repeats): \(probe.name)")
        if let sample = try measure(probe, shouldStop) {
          samples[probe, default: []].append(sample)
        }
      }
    }
    let observations = probes.compactMap { samples[$0].map(middle) }
    return EndpointCalibration(try CostFit(observations), noticed: missing(samples.keys))
  }

  /// The repeat with the median time.
  private func middle(_ repeats: [CostObservation]) -> CostObservation {
    let sorted = repeats.sorted { $0.seconds < $1.seconds }
    var middle = sorted[(sorted.count - 1) / 2]
    middle.spread = (sorted[sorted.count - 1].seconds - sorted[0].seconds) / middle.seconds
    return middle
  }

  /// What was never seen, which tells how many sequences the server runs at once.
  private func missing(_ seen: Dictionary<Probe, [CostObservation]>.Keys) -> [String] {
    let wanted = probes.compactMap(\.batch).max() ?? 1
    let most = seen.compactMap(\.batch).max() ?? 1
    guard most < wanted else { return [] }
    return [
      "\(wanted) sequences never decoded together, \(most) did: simulate with max_sequences = "
        + "\(most)"
    ]
  }

  // MARK: Measuring

  private func measure(_ probe: Probe, _ shouldStop: () -> Bool) throws(Problem)
    -> CostObservation?
  {
    switch probe {
    case .prefill(let tokens):
      let requests = ProbeRequests(prompt: tokens, output: 1)
      return prefill(probe, try target.answers(to: requests, shouldStop: shouldStop)[0])
    case .decode(let batch, let context):
      // The first has its tokens while the last prompts are still read: so all go on longer.
      let reading = max(1, (context + options.stepTokens - 1) / options.stepTokens)
      let requests = ProbeRequests(
        count: batch, prompt: context, output: options.outputTokens + batch * reading)
      return decode(probe, try target.answers(to: requests, shouldStop: shouldStop))
    case .mixed(let tokens, let batch):
      let requests = ProbeRequests(
        count: batch, prompt: 16, output: options.outputTokens + batch, latePrompt: tokens)
      return mixed(probe, try target.answers(to: requests, shouldStop: shouldStop), batch)
    }
  }

  /// The time from a prompt to its first token.
  private func prefill(_ probe: Probe, _ done: ProbeAnswer) -> CostObservation {
    var (steps, read) = ([StepShape](), 0)
    while read < done.promptTokens {
      let tokens = min(options.stepTokens, done.promptTokens - read)
      steps.append(shape(prompt: tokens, context: read))
      read += tokens
    }
    return CostObservation(
      probe.name, steps: steps, requests: 1, seconds: done.firstTokenAt - done.sentAt)
  }

  /// The mean step while all sequences decode: from the last first token to the first end.
  private func decode(_ probe: Probe, _ done: [ProbeAnswer]) -> CostObservation? {
    let from = done.map(\.firstTokenAt).max() ?? .nan
    let to = done.compactMap(\.times.last).min() ?? .nan
    guard to > from else { return nil }
    var (tokens, context) = (0.0, 0.0)
    for answer in done {
      // Some tokens have no text of their own: pieces stand for so many tokens each.
      let each = Double(answer.outputTokens) / Double(max(1, answer.times.count))
      let inside = Double(answer.times.count { $0 > from && $0 <= to }) * each
      let before = Double(answer.times.count { $0 <= from }) * each
      tokens += inside / Double(done.count)
      context += Double(answer.promptTokens) + before + inside / 2
    }
    guard tokens >= 1 else { return nil }
    return CostObservation(
      probe.name, steps: [shape(decodes: done.count, context: Int(context.rounded()))],
      seconds: (to - from) / tokens)
  }

  /// The step that reads a prompt beside sequences that decode: how long those had no token.
  private func mixed(_ probe: Probe, _ done: [ProbeAnswer], _ batch: Int) -> CostObservation? {
    guard done.count == batch + 1, let late = done.last else { return nil }
    var gaps: [(seconds: Double, isTogether: Bool)] = []
    var context = 0
    for answer in done.dropLast() {
      let usual = usualGap(answer.times)
      // Pieces of one step come one after the other.
      guard let end = answer.times.firstIndex(where: { $0 > late.firstTokenAt - usual / 2 }),
        end > 0
      else { return nil }
      gaps.append(
        (
          answer.times[end] - answer.times[end - 1],
          answer.times[end] < late.firstTokenAt + usual / 2
        ))
      context += answer.promptTokens + end
    }
    let seconds = Quantiles(gaps.map(\.seconds)).at(0.5) ?? .nan
    var together = shape(prompt: late.promptTokens, context: 0)
    let decoding = shape(decodes: batch, context: context)
    var steps = [together, decoding]
    if gaps.count(where: \.isTogether) * 2 > gaps.count {
      together.tokens += batch
      (together.decodes, together.decodeContext) = (batch, context)
      steps = [together]
    }
    return CostObservation(probe.name, steps: steps, seconds: seconds)
  }

  private func usualGap(_ times: [Double]) -> Double {
    Quantiles(zip(times.dropFirst(), times).map { $0 - $1 }).at(0.5) ?? 0
  }

  private func shape(prompt tokens: Int, context: Int) -> StepShape {
    var shape = StepShape()
    shape.add(PrefillItem(slot: 0, tokens: Int32(tokens), context: Int32(context)))
    return shape
  }

  private func shape(decodes: Int, context: Int) -> StepShape {
    var shape = StepShape()
    (shape.tokens, shape.decodes, shape.decodeContext) = (decodes, decodes, context)
    return shape
  }
}
