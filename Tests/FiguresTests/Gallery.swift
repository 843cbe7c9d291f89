import Base
import Figures
import Glibc

/// Figures of every kind with the data that people bring, for golden files and for looking at.
enum Gallery {
  /// All figures by the name of their file.
  static let all: [(name: String, figure: Figure)] = [
    ("line", line), ("lines", lines), ("scatter", scatter), ("bars", bars),
    ("grouped-bars", groupedBars), ("stacked-bars", stackedBars), ("lying-bars", lyingBars),
    ("long-names", longNames), ("histogram", histogram), ("cdf", cdf), ("tail", tail),
    ("band", band), ("log-log", logLog), ("calendar", calendar), ("attention", attention),
    ("signed-heatmap", signedHeatmap), ("large-heatmap", largeHeatmap), ("timeline", timeline),
    ("table", table), ("mig", mig), ("blocks", blocks), ("row", row), ("column", column),
    ("empty", .chart(Chart("Nothing yet", x: Axis("time", unit: "s"), y: Axis("load")))),
    ("density", density), ("walk", walk),
  ]

  private static func normals(_ count: Int, seed: UInt64, stream: UInt64 = 0) -> [Double] {
    var random = SeededRandom(seed: seed, stream: stream)
    return (0..<count).map { _ in random.nextNormal() }
  }

  static let line = Figure.chart(
    Chart(
      "Loss falls fast, then slowly", subtitle: "two-layer perceptron, Adam, batch 64",
      x: Axis("step"), y: Axis("loss", unit: "nats"),
      marks: [
        Mark(
          .line(
            Series(
              x: (0..<400).map(Double.init),
              y: zip(0..<400, normals(400, seed: 1)).map { step, noise in
                0.4 + 1.9 * exp(-Double(step) / 60) + 0.03 * noise
              })), name: "")
      ]))

  static let lines = Figure.chart(
    Chart(
      "Queueing delay explodes near saturation", subtitle: "mean time in system, M/M/c",
      x: Axis("utilisation"), y: Axis("time in system", unit: "s"),
      marks: [(1, 0.04), (2, 0.02), (4, 0.0105)].map { servers, base in
        let x = (1...48).map { Double($0) / 50 }
        return Mark(
          .line(Series(x: x, y: x.map { base + base * $0 * Double(servers) / (1 - $0) * 0.2 })),
          name: "\(servers) server\(servers == 1 ? "" : "s")")
      } + [Mark(.horizontalRule(0.2), name: "SLO 200 ms")]))

  static let scatter = Figure.chart(
    Chart(
      "Longer prompts take longer to start", x: Axis("prompt length", unit: "tokens"),
      y: Axis("time to first token", unit: "s"),
      marks: ["cold", "warm"].enumerated().map { index, name in
        let a = normals(160, seed: 5, stream: UInt64(index))
        let b = normals(160, seed: 6, stream: UInt64(index))
        let x = a.map { 700 + 220 * $0 }
        return Mark(
          .scatter(
            Series(
              x: x, y: zip(x, b).map { max(0.005, $0 * (index == 0 ? 6e-4 : 2e-4) + 0.04 * $1) })),
          name: name)
      }))

  static let bars = Figure.chart(
    .bars(
      "Next token after “The capital of France is”",
      names: [" Paris", " the", " a", " located", " 巴黎"],
      series: [("", [0.61, 0.12, 0.07, 0.03, 0.008])], value: Axis("probability")))

  static let groupedBars = Figure.chart(
    .bars(
      "Throughput by batch size", names: ["1", "4", "16", "64", "256"],
      series: [
        ("A100", [62, 240, 900, 2700, 4100]), ("H100", [95, 370, 1400, 4600, 7900]),
        ("B200", [150, 600, 2300, 8000, 15_200]),
      ], value: Axis("throughput", unit: "tokens/s")))

  static let stackedBars = Figure.chart(
    .bars(
      "Where a step's time goes", names: ["prefill", "decode 1", "decode 64", "decode 256"],
      series: [
        ("attention", [4, 0.5, 2, 7]), ("matmul", [11, 3, 3.6, 5]),
        ("sampling", [0.2, 0.2, 0.8, 2]),
      ].map { ($0.0, $0.1.map { $0 / 1000 }) }, value: Axis("time", unit: "s"), layout: .stacked))

  static let lyingBars = Figure.chart(
    .bars(
      "Memory bandwidth of devices",
      names: ["H200-SXM5-141GB", "H100-SXM5-80GB", "A100-SXM4-80GB", "L40S", "T4"],
      series: [("", [4.8e12, 3.35e12, 2.039e12, 8.64e11, 3.2e11])],
      value: Axis("bandwidth", unit: "B/s"), isHorizontal: true))

  static let longNames = Figure.chart(
    .bars(
      "Time per policy",
      names: [
        "round-robin", "least-loaded", "prefix-cache", "power-of-two-choices", "session-affinity",
        "consistent-hash", "random", "weighted-random", "latency-aware",
      ],
      series: [("p50", [3, 2, 1, 2, 4, 3, 3, 4, 2]), ("p99", [9, 7, 3, 8, 12, 9, 11, 10, 6])],
      value: Axis("latency", unit: "ms")))

  static let histogram = Figure.chart(
    .histogram(
      "Response times of 2,000 requests",
      values: normals(2000, seed: 2).map { 0.24 + 0.06 * $0 + ($0 > 1.5 ? 0.1 * $0 : 0) },
      x: Axis("latency", unit: "s")))

  static let cdf = Figure.chart(
    .cumulative(
      "Time to first token",
      samples: [
        ("round-robin", normals(800, seed: 3).map { exp($0 * 0.9 - 1.2) }),
        ("prefix-cache", normals(800, seed: 4).map { exp($0 * 0.6 - 2) }),
      ], x: Axis("latency", unit: "s", kind: .log)))

  static let tail = Figure.chart(
    .cumulative(
      "The tail above p99", samples: [("requests", normals(5000, seed: 9).map { exp($0) / 100 })],
      x: Axis("latency", unit: "s", kind: .log), isComplement: true, hasLogShare: true))

  static let band = Figure.chart(
    {
      let x = (0...60).map { Double($0) }
      let middle = x.map { 40 + 25 * sin($0 / 8) }
      let ready = x.map { (45 + 20 * sin(($0 - 4) / 8)).rounded() }
      var chart = Chart(
        "Replicas follow the load", x: Axis("time", unit: "min"), y: Axis("replicas"))
      let low = middle.map { $0 - 9 }
      let high = middle.map { $0 + 9 }
      chart.marks.append(
        Mark(.band(x: x, low: low, high: high), name: "p10 to p90", paint: .series(0)))
      chart.marks.append(Mark(.line(Series(x: x, y: middle)), name: "median", paint: .series(0)))
      chart.marks.append(Mark(.step(Series(x: x, y: ready)), name: "ready", paint: .series(1)))
      chart.marks.append(Mark(.verticalRule(30), name: "deploy"))
      chart.marks.append(Mark(.labels([PlacedText(x: 12.5, y: 65, "first peak")])))
      return chart
    }())

  static let logLog = Figure.chart(
    {
      let x: [Double] = (0...80).map { pow(10, Double($0) / 20 - 1) }
      var chart = Chart(
        "Roofline of two devices", subtitle: "dense BF16",
        x: Axis("intensity", unit: "FLOP/B", kind: .log),
        y: Axis("attainable", unit: "FLOP/s", kind: .log))
      for (name, peak, bandwidth) in [("H100", 9.89e14, 3.35e12), ("A100", 3.12e14, 2.04e12)] {
        let y = x.map { min(peak, $0 * bandwidth) }
        chart.marks.append(Mark(.line(Series(x: x, y: y)), name: name))
      }
      let kernels: [(Double, Double, String)] = [
        (1, 3e12, "decode"), (64, 1.7e14, "batch 64"), (900, 7e14, "prefill"),
      ]
      let dots = Series(x: kernels.map(\.0), y: kernels.map(\.1))
      chart.marks.append(Mark(.scatter(dots), paint: .ink))
      chart.marks.append(
        Mark(.labels(kernels.map { PlacedText(x: $0.0, y: $0.1, $0.2) }), paint: .ink))
      return chart
    }())

  static let calendar = Figure.chart(
    {
      let quarters = (0..<384).map(Double.init)
      let rate = quarters.map { q -> Double in
        let day = 600 * sin(q / 15.3)
        return 820 + day + 60 * sin(q * 1.7)
      }
      let x = quarters.map { 1_700_000_000 + $0 * 900 }
      return Chart(
        "Requests over four days", x: Axis(kind: .time), y: Axis("rate", unit: "requests/s"),
        marks: [Mark(.line(Series(x: x, y: rate)))])
    }())

  static let attention = Figure.heatmap(
    {
      let tokens = ["<s>", "The", " capital", " of", " France", " 是", "巴黎", "。"]
      let rows = tokens.indices.map { i -> [Double] in
        let raw = tokens.indices.map { j -> Double in
          let sink = j == 0 ? 0.6 : 0.0
          let distance = abs(Double(i - j) - 1)
          return j > i ? 0 : exp(-distance * 0.7) + sink
        }
        let total = raw.reduce(0, +)
        return raw.map { $0 / total }
      }
      return Heatmap(
        "Attention of head 3, layer 7", subtitle: "each row adds to 1", rows: rows,
        rowLabels: tokens, columnLabels: tokens, x: Axis("key"), y: Axis("query"),
        color: Axis("weight"))
    }())

  static let signedHeatmap = Figure.heatmap(
    {
      var rows = (0..<12).map { i -> [Double] in
        (0..<30).map { j -> Double in sin(Double(i * j) / 9) * Double(j) / 6 }
      }
      rows[4][7] = .nan
      return Heatmap(
        "Change of logits", rows: rows, x: Axis("position"), y: Axis("layer"),
        color: Axis("Δ", unit: "logits"))
    }())

  static let largeHeatmap = Figure.heatmap(
    {
      let rows = (0..<200).map { i -> [Double] in
        (0..<300).map { j -> Double in
          let (x, y) = (Double(j) - 150, Double(i) - 100)
          return sin((x * x + y * y).squareRoot() / 6) + 1.2
        }
      }
      return Heatmap("Interference", rows: rows, color: Axis("amplitude"))
    }())

  static let timeline = Figure.timeline(
    {
      var spans: [TimelineChart.Span] = []
      for request in 0..<6 {
        let start = Double(request) * 0.35
        let lane = "request \(request + 1)"
        spans.append(
          .init(lane: lane, start: start, end: start + 0.2, label: "wait", group: "queued"))
        spans.append(
          .init(
            lane: lane, start: start + 0.2, end: start + 0.75, label: "512 tokens", group: "prefill"
          ))
        spans.append(
          .init(
            lane: lane, start: start + 0.75, end: start + 1.4 + Double(request % 3) * 0.5,
            label: "decode", group: "decode"))
      }
      return TimelineChart(
        "Continuous batching on one replica", spans: spans,
        instants: [.init(lane: "request 4", time: 2.2, label: "preempted")])
    }())

  static let table = Figure.table(
    TableFigure(
      "Devices",
      columns: [
        .init("device"), .init("memory", unit: "GiB"), .init("bandwidth", unit: "TB/s"),
        .init("BF16", unit: "TFLOP/s"), .init("说明"),
      ],
      rows: [
        [.text("H100-SXM5-80GB"), .number(80), .number(3.35), .number(989.4), .text("训练与推理")],
        [.text("A100-SXM4-80GB"), .number(80), .number(2.039), .number(312), .text("上一代")],
        [.text("T4"), .number(16), .number(0.32), .number(.nan), .empty],
      ]))

  static let mig = Figure.grid(
    CellGrid(
      "MIG slices of an H100",
      rows: [
        [
          .init("3g.40gb", group: "tenant A", span: 4),
          .init("2g.20gb", group: "tenant B", span: 2),
          .init("1g.10gb", group: "tenant C"), .init("free"),
        ],
        [
          .init("3 compute slices", group: "tenant A", span: 3), .init("idle"),
          .init("2", group: "tenant B", span: 2), .init("1", group: "tenant C"),
        ],
      ], rowLabels: ["memory", "compute"]))

  static let blocks = Figure.grid(
    CellGrid(
      "KV blocks",
      cells: (0..<180).map { index in
        CellGrid.Cell(
          group: index < 60
            ? "seq 1" : index < 75 ? "shared prefix" : index < 130 ? "seq 2" : "free")
      }, columns: 36, groupPaints: ["free": .faint]))

  static let row = Figure.row(
    [small(line), small(histogram)], title: "Training and serving, side by side")
  static let column = Figure.column([mig, small(cdf)])

  private static func small(_ figure: Figure) -> Figure {
    guard case .chart(var chart) = figure else { return figure }
    chart.size = Size(width: 400, height: 280)
    return .chart(chart)
  }

  static let density = Figure.chart(
    Chart(
      "Forty thousand points", x: Axis("first"), y: Axis("second"),
      marks: [Mark(.scatter(Series(x: normals(40_000, seed: 11), y: normals(40_000, seed: 12))))])
  )

  static let walk = Figure.chart(
    {
      var sum = 0.0
      let places = normals(100_000, seed: 13).map { step in
        sum += step
        return sum
      }
      return Chart(
        "A long walk", x: Axis("step"), y: Axis("place"),
        marks: [Mark(.line(Series(places)))])
    }())
}
