import Base
import Figures
import LuaBridge
import Simulation

extension SimulationObject {
  /// What `timeline` may be told.
  typealias TimelineOptions = Named<String, String?, Double?, Double?>

  static var timelineOptions: Argument<TimelineOptions> {
    .named(
      .choice(
        "by", "what has a lane of its own", among: ["resource", "process"], default: "resource"),
      .optional(.string("title", "heading of the drawing")),
      .optional(.number("from_seconds", "what ended before is left out", unit: .seconds)),
      .optional(.number("to_seconds", "what began after is left out", unit: .seconds)))
  }

  /// Records spans from now on.
  func record() {
    if simulator.timeline == nil { simulator.timeline = Timeline() }
  }

  /// Draws what was recorded, as the options say.
  func drawing(_ options: TimelineOptions) throws(Problem) -> Figure {
    let (lanes, title, from, to) = options.values
    return try drawing(
      byProcess: lanes == "process", title: title ?? "",
      from: from ?? -.infinity, to: to ?? .infinity)
  }

  /// Draws what was recorded between two times, one lane for each unit or for each process.
  func drawing(
    byProcess isByProcess: Bool = false, title: String = "", from start: Double = -.infinity,
    to end: Double = .infinity
  ) throws(Problem) -> Figure {
    guard let timeline = simulator.timeline else {
      throw Problem(
        "nothing was recorded", fix: "call record() before the run, or sim.new{ record = true }")
    }
    let seen = timeline.spans.filter { $0.end >= start && $0.start <= end }
    let spans = isByProcess ? Self.byProcess(seen) : Self.byResource(seen)
    let left = timeline.droppedCount
    return .timeline(
      TimelineChart(
        title, subtitle: left == 0 ? "" : "\(left) spans beyond the first are not drawn",
        spans: spans,
        instants: timeline.marks.filter { $0.time >= start && $0.time <= end }.map { mark in
          TimelineChart.Instant(lane: mark.track, time: mark.time, label: mark.label)
        }))
  }

  /// One lane for each unit of a resource, in the order of their names and numbers.
  private static func byResource(_ spans: [Timeline.Span]) -> [TimelineChart.Span] {
    let holds = spans.filter { $0.kind == .hold || $0.kind == .work }
    return holds.sorted { ($0.resource, $0.unit, $0.start) < ($1.resource, $1.unit, $1.start) }
      .map { span in
        TimelineChart.Span(lane: span.track, start: span.start, end: span.end, label: span.label)
      }
  }

  /// One lane for each process: its waits, what it holds, and its sleeps outside of that.
  private static func byProcess(_ spans: [Timeline.Span]) -> [TimelineChart.Span] {
    var holds: [String: [Timeline.Span]] = [:]
    for span in spans where span.kind == .hold { holds[span.label, default: []].append(span) }
    func isHeld(_ span: Timeline.Span) -> Bool {
      holds[span.track]?.contains { $0.start <= span.start && $0.end >= span.end } ?? false
    }
    let drawn = spans.filter { $0.kind != .sleep || !isHeld($0) }.map { span in
      let isHold = span.kind == .hold
      return TimelineChart.Span(
        lane: isHold ? span.label : span.track, start: span.start, end: span.end,
        label: isHold ? span.track : "", group: isHold ? "holds \(span.resource)" : span.label)
    }
    return drawn.sorted { $0.start < $1.start }
  }
}

extension Timeline.Span {
  /// The name of the resource, without the number of the unit.
  fileprivate var resource: String {
    unit == 0 ? track : String(track.prefix(upTo: track.lastIndex(of: " ") ?? track.endIndex))
  }

  /// The number of the unit; 0 where the resource has one only.
  fileprivate var unit: Int {
    guard let space = track.lastIndex(of: " ") else { return 0 }
    return Int(track[track.index(after: space)...]) ?? 0
  }
}
