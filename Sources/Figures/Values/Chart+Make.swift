import Base

extension Chart {
  /// Creates bars: one per name, one mark per series.
  public static func bars(
    _ title: String = "", names: [String], series: [(name: String, values: [Double])],
    value: Axis = Axis(), layout: BarLayout = .grouped, isHorizontal: Bool = false
  ) -> Chart {
    let places = names.indices.map(Double.init)
    var chart = Chart(
      title, x: Axis(kind: .categories(names)), y: value,
      marks: series.map { Mark(.bars(Series(x: places, y: $0.values)), name: $0.name) })
    chart.barLayout = layout
    chart.isHorizontal = isHorizontal
    if isHorizontal {
      let rows = Double(names.count * (layout == .grouped ? max(1, series.count) : 1))
      chart.size = Size(width: 640, height: min(900, max(140, 90 + rows * 24)))
    }
    return chart
  }

  /// Creates the histogram of values; on a log x axis bins have equal ratios.
  public static func histogram(
    _ title: String = "", values: [Double], rule: BinRule = .automatic, x: Axis = Axis()
  ) -> Chart {
    let histogram = Histogram(values, rule: rule, isLogarithmic: x.kind == .log)
    var chart = Chart(
      title, x: x, y: Axis("count"),
      marks: [
        Mark(.bins(edges: histogram.edges, heights: histogram.counts.map(Double.init)))
      ])
    if let first = histogram.edges.first, let last = histogram.edges.last {
      chart.x.minimum = x.minimum ?? first
      chart.x.maximum = x.maximum ?? last
    }
    if histogram.leftOut > 0 {
      chart.subtitle = "\(histogram.leftOut) of \(values.count) values have no bin"
    }
    return chart
  }

  /// Creates the histograms of several samples over common bins, drawn as outlines.
  public static func histograms(
    _ title: String = "", samples: [(name: String, values: [Double])],
    rule: BinRule = .automatic, x: Axis = Axis()
  ) -> Chart {
    guard samples.count != 1 else {
      var chart = histogram(title, values: samples[0].values, rule: rule, x: x)
      chart.marks[0].name = samples[0].name
      return chart
    }
    let isLog = x.kind == .log
    let all = Histogram(samples.flatMap(\.values), rule: rule, isLogarithmic: isLog)
    let marks = samples.map { sample in
      let counts = all.counting(sample.values)
      // Down to nothing at both ends, so that the outline is closed.
      let outline = Series(
        x: (all.edges.first.map { [$0] } ?? []) + all.edges, y: [0] + counts.map(Double.init) + [0])
      return Mark(.step(outline), name: sample.name)
    }
    var chart = Chart(title, x: x, y: Axis("count", minimum: 0), marks: marks)
    // Outlines all end at nothing: names there would tell nothing.
    chart.legend = .top
    if all.leftOut > 0 { chart.subtitle = "\(all.leftOut) values have no bin" }
    return chart
  }

  /// Creates the share of values at or below x for each sample; the complement counts those above.
  ///
  /// A complement on a log y axis shows how heavy the tail is: it ends at the last value but one,
  /// because nothing lies above the last.
  public static func cumulative(
    _ title: String = "", samples: [(name: String, values: [Double])], x: Axis = Axis(),
    isComplement: Bool = false, hasLogShare: Bool = false
  ) -> Chart {
    var share = Axis(
      isComplement ? "share of values above" : "share of values at or below",
      kind: hasLogShare ? .log : .linear, maximum: 1)
    if !hasLogShare { share.minimum = 0 }
    let marks = samples.map { sample in
      Mark(
        .step(cumulativeSteps(sample.values, isComplement, hasLogShare, isLogX: x.kind == .log)),
        name: sample.name)
    }
    return Chart(title, x: x, y: share, marks: marks)
  }

  private static func cumulativeSteps(
    _ values: [Double], _ isComplement: Bool, _ hasLogShare: Bool, isLogX: Bool
  ) -> Series {
    let sorted = Quantiles(values).sorted.filter { $0.isFinite && (!isLogX || $0 > 0) }
    guard let first = sorted.first else { return Series(x: [], y: []) }
    var steps = Series(x: [first], y: [isComplement ? 1 : 0])
    let n = Double(sorted.count)
    for (index, value) in sorted.enumerated() {
      if index + 1 < sorted.count, sorted[index + 1] == value { continue }
      let share = Double(index + 1) / n
      if isComplement, hasLogShare, index + 1 == sorted.count { continue }
      steps.x.append(value)
      steps.y.append(isComplement ? 1 - share : share)
    }
    return steps
  }
}
