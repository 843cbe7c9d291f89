import Base
import Clusters
import Figures
import LuaBridge

/// Times of many requests or tokens: all of them in order, or counted between close bounds.
final class TimesObject {
  private enum Source {
    case sorted(Quantiles)
    case histogram(LogHistogram)
  }

  /// What they are times of, as in "TTFT".
  let name: String
  private let source: Source

  /// Takes all times, NaN left out.
  init(_ name: String, _ values: some Sequence<Double>) {
    self.name = name
    source = .sorted(Quantiles(values))
  }

  /// Takes what a histogram counted.
  init(_ name: String, _ histogram: LogHistogram) {
    self.name = name
    source = .histogram(histogram)
  }

  var spread: Clusters.Spread {
    switch source {
    case .sorted(let quantiles): Clusters.Spread(quantiles)
    case .histogram(let histogram): Clusters.Spread(histogram)
    }
  }

  var count: Int {
    switch source {
    case .sorted(let quantiles): quantiles.sorted.count
    case .histogram(let histogram): histogram.count
    }
  }

  /// The quantile at a share; nothing when there are no times.
  func quantile(_ share: Double) -> Double? {
    switch source {
    case .sorted(let quantiles): quantiles.at(share)
    case .histogram(let histogram): histogram.count == 0 ? nil : histogram.quantile(share)
    }
  }

  /// All times in ascending order, or 1001 quantiles of what was counted.
  var values: [Double] {
    switch source {
    case .sorted(let quantiles): return quantiles.sorted
    case .histogram(let histogram):
      guard histogram.count > 0 else { return [] }
      return (0...1000).map { histogram.quantile(Double($0) / 1000) }
    }
  }

  /// The share of times at or below a bound; nothing when there are none.
  func share(atMost bound: Double) -> Double? {
    guard count > 0 else { return nil }
    switch source {
    case .sorted(let quantiles):
      return Double(quantiles.sorted.prefix { $0 <= bound }.count) / Double(count)
    case .histogram(let histogram):
      if bound >= histogram.largest { return 1 }
      return histogram.distribution.last { $0.value <= bound }?.share ?? 0
    }
  }

  /// The share of times at or below each, as a picture.
  var picture: Figure {
    .chart(.cumulative(name, samples: [(name, values)], x: Axis("time", unit: "s")))
  }
}

extension TimesObject: CustomStringConvertible {
  var description: String {
    let spread = spread
    guard spread.count > 0 else { return "\(name) of nothing" }
    let parts = [
      ("mean", spread.mean), ("p50", spread.p50), ("p90", spread.p90), ("p95", spread.p95),
      ("p99", spread.p99), ("max", spread.largest),
    ]
    return "\(name) of \(spread.count): "
      + parts.map { "\($0) \(ShownNumber.time($1))" }.joined(separator: ", ")
  }
}

extension TimesObject: LuaExported {
  static let luaName = "cluster.Times"

  static let exported = Exported<TimesObject>(
    "Times of many requests or tokens, with their quantiles.",
    detail: "Times from token to token are counted between bounds that are 0.8 % apart; all others "
      + "are exact.",
    example: ResultObject.small + ".ttft_seconds:p(95)"
  ) {
    property("name", "What they are times of.") { $0.name }
    property("count", "How many there are.") { $0.count }
    property("mean", "Their mean; nil when there is none.", unit: .seconds) {
      $0.count > 0 ? $0.spread.mean : nil
    }
    property("min", "The least; nil when there is none.", unit: .seconds) { $0.quantile(0) }
    property("max", "The largest; nil when there is none.", unit: .seconds) {
      $0.count > 0 ? $0.spread.largest : nil
    }
    property("values", "The times in ascending order, for pictures.", unit: .seconds) { $0.values }
    metamethod(.length, "How many there are.") { $0.count }
    method(
      "p", "The percentile; nil when there is none.",
      .number("percent", unit: .percent, range: 0...100)
    ) { $0.quantile($1 / 100) }.unit(.seconds)
    method(
      "share_at_most", "The share of times at or below a bound; nil when there is none.",
      .number("seconds", unit: .seconds)
    ) { $0.share(atMost: $1) }.unit(.ratio)
    method("figure", "The share of times at or below each, as a picture.") { $0.picture }
    method("__mime", "The forms that a notebook shows.", .state) { times, state in
      var forms = FigureDisplay.forms(times.picture, state)
      forms["text/plain"] = times.description
      return forms
    }
  }
}
