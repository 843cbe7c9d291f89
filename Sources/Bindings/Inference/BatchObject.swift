import Base
import Inference
import LuaBridge
import Serving

/// Requests of one model that are served together, as Lua holds them.
public final class BatchObject {
  /// What serves them.
  let batcher: Batcher
  /// The model.
  let model: LanguageModel
  /// The functions that want the tokens of a request.
  private var listeners: [BatchRequest.ID: LuaFunction] = [:]

  /// What the scheduler is called.
  let schedulerName: String

  init(_ model: LanguageModel, _ limits: Batcher.Limits, _ scheduler: PolicyChoice<any Scheduler>) {
    self.model = model
    schedulerName = scheduler.name
    batcher = Batcher(model.executor, limits: limits, scheduler: scheduler.policy)
  }

  /// Takes a request.
  func add(
    _ prompt: Prompt, _ options: GenerateOptions, priority: Int
  ) throws(Problem) -> BatchRequest.ID {
    let (onToken, _) = LanguageModel.listener(options)
    let id = try batcher.add(
      model.tokens(of: prompt), options: model.wanted(options),
      adapter: model.adapter(options), priority: Int32(priority))
    listeners[id] = onToken
    return id
  }

  /// A request by its number.
  func request(_ id: BatchRequest.ID) throws(Problem) -> BatchRequest {
    guard let request = batcher.requests[id] else {
      throw Problem("there is no request \(id)", fix: "add gives a request's number")
    }
    return request
  }

  /// Runs a step and tells the listeners; one that answers false ends its request.
  func step(_ state: LuaState) throws -> BatchStep {
    let report: BatchStep
    do throws(Problem) { report = try batcher.step(shouldStop: state.stopQuestion) } catch {
      // A scheduler in Lua failed: what it said is worth more than that it did.
      throw PolicyFaults.of(state).take() ?? error
    }
    for event in report.events {
      if let token = event.token, let listener = listeners[event.request] {
        let answer = try listener.call([.text(token.text), .integer(Int(token.id))])
        if answer.first == .boolean(false) { try batcher.cancel(event.request) }
      }
      if event.isLast { listeners[event.request] = nil }
    }
    return report
  }

  /// Runs steps until nothing is left to do; gives the generations in the order of arrival.
  func run(_ state: LuaState) throws -> [Generation] {
    while !batcher.isIdle { _ = try step(state) }
    return batcher.requests.values.sorted { $0.id < $1.id }.map(\.generation)
  }
}

extension BatchObject: CustomStringConvertible {
  /// One line that says how it stands.
  public var description: String {
    let done = batcher.requests.values.count { $0.phase == .finished }
    return "llm.Batch: \(batcher.runningCount) running, \(batcher.waitingCount) waiting, "
      + "\(done) finished; \(batcher.executor.pool.heldBlocks) KV blocks held"
  }
}
