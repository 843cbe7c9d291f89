public import Base
import Serving

extension Trace {
  /// The requests of some places only; the first arrival stays where it was unless it is moved.
  public func sliced(_ range: Range<Int>, startingAtZero: Bool = true) throws(Problem) -> Trace {
    guard range.lowerBound >= 0, range.upperBound <= count, !range.isEmpty else {
      throw Problem(
        "requests \(range.lowerBound + 1) to \(range.upperBound) of \(count)",
        fix: "numbers go from 1 to \(count)")
    }
    guard follows.isEmpty else {
      throw Problem("\(name) has requests that follow others and cannot be sliced")
    }
    let origin = startingAtZero ? arrivals[range.lowerBound] : 0
    return changed(range.map { $0 }) { $0 - origin }
  }

  /// The requests that come in a span of time, counted from its beginning.
  public func sliced(seconds: Range<Double>) throws(Problem) -> Trace {
    guard follows.isEmpty else {
      throw Problem("\(name) has requests that follow others and cannot be sliced")
    }
    let places = (0..<count).filter { seconds.contains(arrivals[$0]) }
    guard !places.isEmpty else {
      throw Problem(
        "\(name) has no request from \(seconds.lowerBound) to \(seconds.upperBound) s",
        fix: "it lasts \(ShownNumber.time(durationSeconds))")
    }
    return changed(places) { $0 - seconds.lowerBound }
  }

  /// The same requests with times between them multiplied: 0.5 brings them twice as fast.
  ///
  /// What comes so long after the end of another is scaled as well.
  public func scaled(time factor: Double) throws(Problem) -> Trace {
    guard factor >= 0, factor.isFinite else {
      throw Problem("times multiplied by \(factor)", fix: "the factor is at least 0")
    }
    var trace = self
    for index in 0..<count { trace.arrivals[index] *= factor }
    return trace
  }

  /// The same requests at a mean rate.
  public func scaled(toRequestsPerSecond rate: Double) throws(Problem) -> Trace {
    guard rate > 0, durationSeconds > 0 else {
      throw Problem("\(name) cannot come \(rate) times per second", fix: "the rate is above 0")
    }
    return try scaled(time: Double(count) / durationSeconds / rate)
  }

  /// The same requests with prompts cut so that none has more tokens than a model takes.
  public func clipped(toTokens limit: Int) throws(Problem) -> Trace {
    guard let most = outputTokens.max(), Int(most) < limit else {
      throw Problem("\(name) has answers of \(limit) tokens or more", fix: "use a larger limit")
    }
    var trace = self
    for index in 0..<count {
      let room = Int32(clamping: limit) - outputTokens[index]
      trace.promptTokens[index] = min(promptTokens[index], room)
    }
    for index in trace.prefixRanges.indices {
      let most = trace.promptTokens[index] + trace.outputTokens[index]
      trace.prefixRanges[index].tokens = min(trace.prefixRanges[index].tokens, most)
    }
    return trace
  }

  private func changed(_ places: [Int], _ time: (Double) -> Double) -> Trace {
    var trace = Trace(name: name)
    func pick<Value>(_ column: ContiguousArray<Value>) -> ContiguousArray<Value> {
      column.isEmpty ? [] : ContiguousArray(places.map { column[$0] })
    }
    trace.arrivals = ContiguousArray(places.map { time(arrivals[$0]) })
    trace.promptTokens = pick(promptTokens)
    trace.outputTokens = pick(outputTokens)
    trace.slaClasses = pick(slaClasses)
    trace.adapters = pick(adapters)
    if !prefixRanges.isEmpty {
      // Requests behind the last one with a name have no entry.
      trace.prefixRanges = ContiguousArray(
        places.map { $0 < prefixRanges.count ? prefixRanges[$0] : PrefixRange() })
    }
    trace.prefixes = prefixes
    return trace
  }
}
