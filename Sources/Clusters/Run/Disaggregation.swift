import Base
public import Serving

/// Prompts and answers on different replicas, so that long prompts do not hold answers up.
///
/// A request goes to a replica that only reads prompts. With its first token its keys and values move to
/// one that only answers, which takes a time of its own; the blocks it leaves are free when that begins.
/// Autoscalers and drains see the replicas that answer.
public struct Disaggregation: Sendable {
  /// Replicas that read prompts; as many as the cluster has replicas answer.
  public var prefillReplicas = 1
  /// How long their steps take, as on devices of another kind; nothing for the cluster's own.
  public var prefillCost: (any CostModel)?
  /// What their steps may use; nothing for the cluster's own.
  public var prefillBudget: StepBudget?
  /// What a transfer takes whatever its size, in seconds.
  public var latencySeconds = 1e-3
  /// What each token of the prompt adds, in seconds: its bytes over the link's rate.
  public var secondsPerToken = 0.0
  /// Picks the replica of each answer; those of prompts are picked by the cluster's router.
  public var router: any Router = LeastOutstandingRouter()

  /// Creates the defaults.
  public init() {}

  func check() throws(Problem) {
    guard prefillReplicas >= 1 else {
      throw Problem("\(prefillReplicas) replicas for prompts", fix: "at least 1 must be there")
    }
    guard latencySeconds >= 0, secondsPerToken >= 0, (latencySeconds + secondsPerToken).isFinite
    else {
      throw Problem(
        "a transfer of \(latencySeconds) s and \(secondsPerToken) s per token",
        fix: "neither may be below 0")
    }
  }
}

extension Cluster {
  /// The replicas that only read prompts and take requests; none where each does both.
  public var promptReplicas: ReplicaViews { ReplicaViews(replicas: readyForPrompts) }

  /// How long steps of replicas take that only read prompts.
  var promptCost: any CostModel {
    if let own = options.disaggregation?.prefillCost { own } else { cost }
  }

  /// What those steps may use.
  var promptBudget: StepBudget { options.disaggregation?.prefillBudget ?? budget }

  func addPrefillReplica() {
    let replica = makeReplica(isForPrompts: true)
    replica.phase = .ready
    readyForPrompts.append(replica)
  }

  /// Sends what was computed for a request to a replica that answers.
  func transfer(_ index: Int) {
    guard let apart = options.disaggregation else { preconditionFailure("nothing is apart") }
    let seconds = apart.latencySeconds + apart.secondsPerToken * Double(trace.promptTokens[index])
    records[index].prefillReplica = records[index].replica
    schedule(.handover, index, at: time + seconds)
  }

  /// Gives a request, its prompt computed, to a replica that answers.
  func handOver(_ index: Int) {
    let request = trace.request(
      index, arrival: records[index].arrivedAt, classes: options.classes)
    let views = ReplicaViews(replicas: ready)
    let place =
      outsideAnswerRouter?.ask(request, prefixes: trace.prefixes, among: views)
      ?? ownAnswerRouter.pick(request, prefixes: trace.prefixes, among: views)
    guard place >= 0 else { return askAgain(.handover, index) }
    precondition(place < ready.count, "the router picked \(place) of \(ready.count)")
    let replica = ready[place]
    give(request, to: replica) { state, request in
      guard let slot = state.submit(computed: request) else { return false }
      replica.noteArrival(slot, lastToken: records[index].firstTokenAt - requestSeconds)
      return true
    }
  }
}

extension Request {
  /// The request for whoever reads its prompt only.
  var withOneToken: Request {
    var request = self
    request.outputTokens = 1
    return request
  }
}
