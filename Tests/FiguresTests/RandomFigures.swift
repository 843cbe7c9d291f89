import Base
import Figures

/// Figures of every kind from a seed, with the worst numbers and names that people bring.
struct RandomFigures {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func figure(depth: Int = 0) -> Figure {
    switch random.nextInteger(below: depth > 1 ? 5 : 6) {
    case 0: .chart(chart())
    case 1: .heatmap(heatmap())
    case 2: .timeline(timeline())
    case 3: .table(table())
    case 4: .grid(grid())
    default:
      .arrangement(
        Arrangement(
          random.nextInteger(below: 2) == 0 ? .row : .column,
          many(3) { $0.figure(depth: depth + 1) }, title: name()))
    }
  }

  private mutating func chart() -> Chart {
    var chart = Chart(name(), subtitle: name(), x: axis(), y: axis(), marks: many(4) { $0.mark() })
    chart.isHorizontal = random.nextInteger(below: 4) == 0
    chart.barLayout = random.nextInteger(below: 2) == 0 ? .grouped : .stacked
    chart.size = Size(width: number(), height: number())
    return chart
  }

  private mutating func axis() -> Axis {
    let kinds: [Axis.Kind] = [
      .linear, .linear, .log, .time, .categories(many(6) { $0.name() }), .categories([]),
    ]
    let units = ["", "s", "B/s", "tokens", "<&>"]
    return Axis(
      name(), unit: units[random.nextInteger(below: units.count)],
      kind: kinds[random.nextInteger(below: kinds.count)],
      minimum: random.nextInteger(below: 5) == 0 ? number() : nil,
      maximum: random.nextInteger(below: 5) == 0 ? number() : nil)
  }

  private mutating func mark() -> Mark {
    let series = Series(x: numbers(), y: numbers())
    let shapes: [Mark.Shape] = [
      .line(series), .step(series), .scatter(series), .bars(series),
      .bins(edges: numbers().sorted(by: <), heights: numbers()),
      .band(x: numbers(), low: numbers(), high: numbers()), .horizontalRule(number()),
      .verticalRule(number()),
      .labels(many(4) { PlacedText(x: $0.number(), y: $0.number(), $0.name()) }),
    ]
    return Mark(shapes[random.nextInteger(below: shapes.count)], name: name())
  }

  private mutating func heatmap() -> Heatmap {
    var map = Heatmap(
      name(), rows: many(9) { $0.numbers() }, rowLabels: many(5) { $0.name() },
      columnLabels: many(5) { $0.name() }, x: axis(), y: axis(), color: axis())
    if random.nextInteger(below: 3) == 0 { map.size = Size(width: number(), height: number()) }
    return map
  }

  private mutating func timeline() -> TimelineChart {
    TimelineChart(
      name(), x: axis(), lanes: many(3) { $0.name() },
      spans: many(12) {
        .init(
          lane: $0.name(), start: $0.number(), end: $0.number(), label: $0.name(), group: $0.name())
      }, instants: many(4) { .init(lane: $0.name(), time: $0.number(), label: $0.name()) },
      width: number())
  }

  private mutating func table() -> TableFigure {
    TableFigure(
      name(), columns: many(5) { .init($0.name()) },
      rows: many(6) { figures in
        figures.many(6) {
          $0.random.nextInteger(below: 2) == 0 ? .number($0.number()) : .text($0.name())
        }
      }, rowLimit: random.nextInteger(below: 5))
  }

  private mutating func grid() -> CellGrid {
    CellGrid(
      name(),
      rows: many(5) { figures in
        figures.many(9) {
          .init($0.name(), group: $0.name(), span: $0.random.nextInteger(below: 4))
        }
      }, rowLabels: many(5) { $0.name() }, columnLabels: many(5) { $0.name() }, width: number())
  }

  private mutating func many<Element>(_ most: Int, _ make: (inout RandomFigures) -> Element)
    -> [Element]
  {
    let count = random.nextInteger(below: most + 1)
    var elements: [Element] = []
    for _ in 0..<count { elements.append(make(&self)) }
    return elements
  }

  private mutating func numbers() -> [Double] {
    let isEqual = random.nextInteger(below: 8) == 0
    let first = number()
    return many(30) { isEqual ? first : $0.number() }
  }

  private mutating func number() -> Double {
    let awkward: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e308, -1e308, .leastNonzeroMagnitude, 1e-300,
      1e15, 0.1, 255,
    ]
    switch random.nextInteger(below: 6) {
    case 0: return awkward[random.nextInteger(below: awkward.count)]
    case 1: return random.nextNormal() * 1e6
    case 2: return random.nextUniform() * 1e-6
    case 3: return 1.7e9 + random.nextUniform() * 1e7
    default: return random.nextNormal() * 100 + 200
    }
  }

  private mutating func name() -> String {
    let names = [
      "", "load", "a", "<script>alert('x')</script>", "A & B \"quoted\"", "吞吐量（每秒）", "👩‍👩‍👧 family",
      "line\nbreak\ttab", "nul\u{0}bell\u{7}", "@ID@", "]]>", "e\u{301}", " leading", "]{}\\",
      "a name that is so long that it cannot stand anywhere without being cut or wrapped somewhere",
    ]
    return names[random.nextInteger(below: names.count)]
  }
}
