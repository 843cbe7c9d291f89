public import Base
import Serving
import Simulation

extension Cluster {
  /// Starts a replica, which takes requests after so many seconds, or after those of the options.
  @discardableResult
  public func addReplica(startSeconds: Double? = nil) -> Replica {
    let delay = startSeconds ?? options.startSeconds
    let replica = makeReplica()
    if delay <= 0 {
      makeReady(replica)
    } else {
      schedule(.replicaReady, replica.id, at: time + delay)
    }
    return replica
  }

  func makeReplica(isForPrompts: Bool = false) -> Replica {
    let state = ServingState(
      blockCount: options.blockCount, blockSize: options.blockSize, isCaching: options.isCaching,
      prefixes: trace.prefixes, for: scheduler)
    let replica = Replica(
      id: replicas.count, phase: .starting, state: state, stages: options.stages, at: time,
      isForPrompts: isForPrompts)
    replicas.append(replica)
    places.append(Unmanaged.passUnretained(replica))
    return replica
  }

  /// Lets a replica finish what it has and takes it away then; the last one stays.
  public func drainReplica(_ id: Int) throws(Problem) {
    guard let place = ready.firstIndex(where: { $0.id == id }) else {
      throw Problem(
        "replica \(id) does not take requests",
        fix: "those that do are \(ready.map { String($0.id) }.joined(separator: ", "))")
    }
    guard ready.count > 1 else {
      throw Problem("replica \(id) is the last one that takes requests")
    }
    let replica = ready.remove(at: place)
    replica.phase = .draining
    if replica.state.isIdle { stop(replica) }
  }

  /// Lets replicas plan at this instant what they could not, as when they have another scheduler.
  func planAnew() {
    for replica in replicas where replica.hasFreeStage && !replica.state.isIdle {
      schedule(.plan, replica.id, at: time)
    }
    if !isDone { scheduleAutoscaling() }
  }

  func makeReady(_ replica: Replica) {
    guard replica.phase == .starting else { return }
    replica.phase = .ready
    ready.append(replica)
  }

  func stop(_ replica: Replica) {
    replica.phase = .stopped
    replica.stoppedAt = time
  }

  // MARK: Autoscaling

  func scheduleAutoscaling() {
    guard let autoscaler, !hasQuestion else { return }
    hasQuestion = true
    schedule(.autoscale, 0, at: time + autoscaler.intervalSeconds)
  }

  /// True when nothing but questions of the autoscaler would happen: no number of replicas helps requests
  /// whose scheduler plans nothing for them.
  private var isStalled: Bool {
    stepEnds.nextTime() == .infinity && events.nextTime() == nil && cursor == trace.count
      && idle.isEmpty
  }

  /// Asks the autoscaler and does what it says; ends with the last request.
  func autoscale() {
    guard var asked = autoscaler, !isDone, !isStalled else { return hasQuestion = false }
    let starting = replicas.count { $0.phase == .starting }
    let view = ClusterView(
      time: time, ready: ready.count, starting: starting, openRequests: openCount,
      waitingRequests: ready.reduce(0) { $0 + $1.state.waitingCount },
      arrivedRequests: arrivedCount, startSeconds: options.startSeconds)
    // It may look at the cluster while it is asked, so it is not asked in its place.
    let wanted = asked.desiredReplicas(view)
    autoscaler = asked
    guard wanted >= 0 else { return askAgain(.autoscale, 0) }
    hasQuestion = false
    let limits = options.replicaLimits
    scale(to: min(max(wanted, limits.lowerBound), limits.upperBound), starting: starting)
    scheduleAutoscaling()
  }

  private func scale(to wanted: Int, starting: Int) {
    let have = ready.count + starting
    if wanted > have {
      for _ in have..<wanted { addReplica() }
    } else if wanted < have {
      cancelStarting(have - wanted)
      while ready.count > max(1, wanted), let last = ready.popLast() {
        last.phase = .draining
        if last.state.isIdle { stop(last) }
      }
    }
  }

  /// Takes back replicas that do not run yet, the latest first.
  private func cancelStarting(_ count: Int) {
    var left = count
    for replica in replicas.reversed() where replica.phase == .starting && left > 0 {
      stop(replica)
      left -= 1
    }
  }
}
