/// The spans of a timeline in rows: overlapping spans of one lane lie below one another.
struct LaneRows {
  /// A lane with its rows of spans, each row free of overlaps and sorted by start.
  struct Lane {
    var name: String
    var rows: [[TimelineChart.Span]]
    var instants: [TimelineChart.Instant]
  }

  private(set) var lanes: [Lane] = []
  private(set) var notes: [String] = []
  /// The first start and the last end.
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity

  /// The most lanes and rows that a picture shows.
  static let laneLimit = 200
  static let rowLimit = 24

  init(_ timeline: TimelineChart) {
    var names: [String] = []
    var spans: [String: [TimelineChart.Span]] = [:]
    var instants: [String: [TimelineChart.Instant]] = [:]
    var known: Set<String> = []
    func meet(_ name: String) { if known.insert(name).inserted { names.append(name) } }
    var bad = 0
    timeline.lanes.forEach(meet)
    for span in timeline.spans {
      meet(span.lane)
      guard span.start.isFinite, span.end.isFinite else { bad += 1; continue }
      var span = span
      if span.end < span.start { (span.start, span.end) = (span.end, span.start) }
      include(span.start, span.end)
      spans[span.lane, default: []].append(span)
    }
    for instant in timeline.instants {
      meet(instant.lane)
      guard instant.time.isFinite else { bad += 1; continue }
      include(instant.time, instant.time)
      instants[instant.lane, default: []].append(instant)
    }
    if bad > 0 { notes.append("\(bad) without a finite time are left out") }
    if names.count > Self.laneLimit {
      notes.append("\(names.count - Self.laneLimit) more lanes are not shown")
    }
    lanes = names.prefix(Self.laneLimit).map { name in
      Lane(name: name, rows: Self.rows(spans[name] ?? []), instants: instants[name] ?? [])
    }
    let cut = lanes.filter { $0.rows.count > Self.rowLimit }
    if !cut.isEmpty {
      notes.append("lanes with more than \(Self.rowLimit) spans at once are cut")
      for index in lanes.indices {
        lanes[index].rows = Array(lanes[index].rows.prefix(Self.rowLimit))
      }
    }
  }

  private mutating func include(_ start: Double, _ end: Double) {
    low = min(low, start)
    high = max(high, end)
  }

  /// Each span goes into the first row that is free at its start.
  private static func rows(_ spans: [TimelineChart.Span]) -> [[TimelineChart.Span]] {
    var rows: [[TimelineChart.Span]] = []
    var ends: [Double] = []
    for span in spans.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let free = ends.firstIndex(where: { $0 <= span.start }) {
        rows[free].append(span)
        ends[free] = span.end
      } else if ends.count <= rowLimit {
        rows.append([span])
        ends.append(span.end)
      }
    }
    return rows
  }

  /// The time axis with the ends that the data or the figure ask for.
  func scale(_ axis: Axis) -> Scale {
    let (low, high) = low > high ? (0, 1) : (low, high)
    let kind: Axis.Kind = axis.kind == .time || axis.kind == .log ? axis.kind : .linear
    // Time that starts near zero is read from zero.
    let start = kind == .linear && low > 0 && low < high * 0.1 ? 0 : low
    return Scale(kind: kind, low: axis.minimum ?? start, high: axis.maximum ?? high)
  }
}
