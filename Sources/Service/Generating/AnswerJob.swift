import Base
import Inference
import Synchronization

/// One request of a client on its way: all of its answers, gathered or passed on as they come.
final class AnswerJob: Sendable {
  /// What does not change.
  struct Plan: Sendable {
    var shape: AnswerShape
    var head: AnswerHead
    var prompts: [[TokenID]]
    /// Put before the answers, one for each prompt; empty where nothing is.
    var echoes: [String]
    /// What is told of the tokens of prompts that are put before their answers.
    var promptScores: [[TokenLogprob]] = []
    var options: GenerationOptions
    var n: Int
    var logprobs: Int?
    var streams: Bool
    var includesUsage: Bool
    var repeatsUsage: Bool

    var answerCount: Int { prompts.count * n }
    var promptTokens: Int { prompts.reduce(0) { $0 + $1.count } }
  }

  private struct State {
    var answers: [Answer]
    var tickets: [TextTicket] = []
    var unfinished: Int
    /// True once all parts were taken and pieces may be sent.
    var isOpen = false
    var isOver = false
    var early: [[UInt8]] = []
    var failure: APIError?
  }

  private let plan: Plan
  private let model: any LanguageModel
  private let writer: any ResponseWriter
  /// True once the server is to end, which is why answers fail then.
  private let isStopping: @Sendable () -> Bool
  private let state: Mutex<State>

  init(
    _ plan: Plan, _ model: any LanguageModel, _ writer: any ResponseWriter,
    isStopping: @escaping @Sendable () -> Bool
  ) {
    self.isStopping = isStopping
    self.plan = plan
    self.model = model
    self.writer = writer
    let answers = (0..<plan.answerCount).map { index in
      Answer(
        index: index, echo: plan.echoes.isEmpty ? "" : plan.echoes[index / plan.n],
        promptTokens: plan.prompts[index / plan.n].count,
        promptScores: plan.promptScores.isEmpty ? [] : plan.promptScores[index / plan.n])
    }
    state = Mutex(State(answers: answers, unfinished: plan.answerCount))
  }

  /// Hands all parts to the model, or none of them.
  func start() throws(APIError) {
    do throws(SubmitFailure) {
      let tickets = try model.submit((0..<plan.answerCount).map(part))
      state.withLock { $0.tickets = tickets }
    } catch {
      throw .refused(error)
    }
    writer.whenGone { [self] in cancelAll() }
    open()
  }

  private func part(_ index: Int) -> TextPart {
    var options = plan.options
    // Answers to one prompt differ by their random streams; the first has the seed that was given.
    options.sampling.seed &+= UInt64(index % plan.n) &* 0x9E37_79B9_7F4A_7C15
    return TextPart(plan.prompts[index / plan.n], options, isFurther: index % plan.n > 0) {
      [self] event in take(event, index)
    }
  }

  private func open() {
    if plan.streams { writer.startStream(type: "text/event-stream; charset=utf-8") }
    let isDone = state.withLock { state in
      state.isOpen = true
      if plan.streams {
        for answer in state.answers {
          for piece in plan.shape.opening(answer, plan) { writer.write(SSE.data(piece)) }
        }
        for piece in state.early { writer.write(piece) }
        state.early = []
      }
      return state.unfinished == 0
    }
    if isDone { finish() }
  }

  private func cancelAll() {
    let tickets = state.withLock { state in
      state.isOver = true
      return state.tickets
    }
    for ticket in tickets { model.cancel(ticket) }
  }

  // MARK: Events

  private func take(_ event: TextEvent, _ index: Int) {
    let (isDone, isRead) = state.withLock { state -> (Bool, Bool) in
      state.answers[index].add(event, alternatives: plan.logprobs, model)
      if let end = event.end {
        state.unfinished -= 1
        state.failure = state.failure ?? .ended(end, isStopping: isStopping())
      }
      guard !state.isOver else { return (false, true) }
      let isRead = plan.streams ? pass(event, index, &state) : true
      return (state.unfinished == 0 && state.isOpen, isRead)
    }
    if !isRead { cancelAll() }
    if isDone { finish() }
  }

  /// Sends what came on to a client that reads along; false when it does not.
  private func pass(_ event: TextEvent, _ index: Int, _ state: inout State) -> Bool {
    guard let piece = plan.shape.piece(event, state.answers[index], plan, model) else {
      return true
    }
    let bytes = SSE.data(piece)
    guard state.isOpen else {
      state.early.append(bytes)
      return true
    }
    return writer.write(bytes)
  }

  private func finish() {
    let (answers, failure) = state.withLock { state -> ([Answer], APIError?) in
      state.isOver = true
      return (state.answers, state.failure)
    }
    let usage = Usage(plan.promptTokens, answers)
    guard plan.streams else {
      let answer = HTTPResponse(json: plan.shape.whole(answers, plan, usage, model))
      return writer.respond(failure?.response ?? answer)
    }
    if let failure {
      writer.write(SSE.data(failure.json))
    } else if plan.includesUsage {
      writer.write(SSE.data(plan.shape.usagePiece(plan, usage)))
    }
    writer.write(SSE.done)
    writer.end()
  }
}

extension APIError {
  /// Why a request was not taken.
  static func refused(_ failure: SubmitFailure) -> APIError {
    switch failure {
    case .overloaded(let reason): .overloaded(reason)
    case .stopping: .stopping
    case .invalid(let problem): APIError(400, problem.description, code: "invalid_value")
    }
  }

  /// What is told to a client whose answer did not end by itself.
  fileprivate static func ended(_ end: TextEvent.End, isStopping: Bool) -> APIError? {
    switch end {
    case .stop, .length: nil
    case _ where isStopping: .stopping
    case .cancelled:
      APIError(500, "the request was cancelled", type: "server_error", code: "cancelled")
    case .failed(let reason):
      APIError(500, reason, type: "server_error", code: "generation_failed")
    }
  }
}
