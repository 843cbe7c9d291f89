import Base
import LuaBridge
import Simulation

/// Numbers kept one and all, as Lua holds them.
final class StatisticsObject: CustomStringConvertible {
  var observations: Observations

  init(_ observations: Observations = Observations()) { self.observations = observations }

  var description: String {
    guard observations.count > 0 else { return "statistics of no numbers" }
    func shown(_ value: Double?) -> String { value.map { "\(rounded($0))" } ?? "-" }
    return "statistics of \(observations.count) numbers: mean \(shown(observations.mean)), "
      + "deviation \(shown(observations.standardDeviation)), min \(shown(observations.minimum)), "
      + "p50 \(shown(observations.percentile(50))), p99 \(shown(observations.percentile(99))), "
      + "max \(shown(observations.maximum))"
  }

  /// Four significant digits.
  private func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    var scale = 1.0
    while abs(value) * scale < 1000 { scale *= 10 }
    while abs(value) * scale >= 10_000 { scale /= 10 }
    return (value * scale).rounded() / scale
  }
}

extension StatisticsObject: LuaExported {
  static let luaName = "sim.Statistics"
  static let exported = Exported<StatisticsObject>(
    "Numbers kept one and all, with exact quantiles.",
    example: "sim.statistics{ 3, 1, 2 }:p(50)"
  ) {
    property("count", "How many numbers there are.") { $0.observations.count }
    property("mean", "Their mean; nil when there is none.") {
      $0.observations.count > 0 ? $0.observations.mean : nil
    }
    property("standard_deviation", "The unbiased standard deviation.") {
      $0.observations.standardDeviation
    }
    property("variance", "The unbiased variance.") { $0.observations.summary.variance }
    property("sum", "Their sum.") { $0.observations.summary.sum }
    property("min", "The least; nil when there is none.") { $0.observations.minimum }
    property("max", "The greatest; nil when there is none.") { $0.observations.maximum }
    property("values", "The numbers in the order they came.") { $0.observations.values }
    method("add", "Takes numbers in.", .rest("numbers", "what to take in", of: Double.self)) {
      for value in $1.values { $0.observations.add(value) }
    }.example("local s = sim.statistics() s:add(1, 2)")
    method(
      "p", "The exact percentile.", .number("percent", unit: .percent, range: 0...100)
    ) { $0.observations.percentile($1) }
    method(
      "quantile", "The exact quantile.", .number("share", unit: .ratio, range: 0...1)
    ) { $0.observations.quantile($1) }
    method(
      "share_at_most", "The share of the numbers at or below a value.", .number("value")
    ) { $0.observations.share(atOrBelow: $1) }
    method(
      "histogram", "How many numbers fall into equal bins, as a list of tables.", .state,
      .integer("bins", "how many bins", default: 10, range: 1...100_000)
    ) { statistics, state, bins in
      statistics.observations.histogram(bins: bins).bins.map { bin in
        state.makeTable(fields: [
          "lower": .number(bin.lower), "upper": .number(bin.upper), "count": .integer(bin.count),
        ])
      }
    }
    method(
      "interval", "The range that holds the true mean, by the means of batches.", .state,
      .named(
        .number("confidence", unit: .ratio, default: 0.95, range: 0.5...0.9999),
        .integer("batches", "1 where the numbers are independent", default: 20, range: 1...10_000))
    ) { statistics, state, options in
      let (confidence, batches) = options.values
      let observations = statistics.observations
      let interval =
        batches == 1
        ? ConfidenceInterval(ofIndependent: observations.values, confidence: confidence)
        : observations.batchMeans(batches: batches, confidence: confidence)
      guard let interval else {
        throw Problem("\(observations.count) numbers are too few for \(batches) batches")
      }
      return state.makeTable(fields: [
        "mean": .number(interval.mean), "lower": .number(interval.lower),
        "upper": .number(interval.upper), "half_width": .number(interval.halfWidth),
      ])
    }
    method("__mime", "What a notebook shows of it: a histogram.", .state) {
      $0.shownForms(in: $1)
    }
    method("reset", "Forgets all numbers.") { $0.observations = Observations() }
    metamethod(.length, "How many numbers there are.") { $0.observations.count }
  }
}
