public import Base
import Serving

extension Cluster {
  /// Ends a request before it has all its tokens, as when its user has gone.
  ///
  /// In the middle of a step it ends with the step.
  public func cancel(request index: Int) throws(Problem) {
    guard index >= 0, index < trace.count else {
      throw Problem("request \(index + 1) of \(trace.count)", fix: "name one that exists")
    }
    let record = records[index]
    guard !record.arrivedAt.isNaN else {
      throw Problem("request \(index + 1) has not come yet at \(time) s")
    }
    guard record.finishedAt.isNaN, !record.isCancelled, record.replica >= 0 else {
      throw Problem("request \(index + 1) has ended already")
    }
    let replica = replicas[Int(record.replica)]
    guard let slot = replica.state.slot(ofRequest: Int32(index)) else {
      throw Problem("request \(index + 1) is on no replica")
    }
    records[index].isCancelled = true
    guard !replica.state.view(slot).isInFlight else { return replica.state.shorten(slot) }
    replica.noteLeaving(slot)
    try replica.state.cancel(slot)
    end(Int32(index), replica)
    if replica.phase == .draining, replica.state.isIdle { stop(replica) }
    planAnew()
  }
}
