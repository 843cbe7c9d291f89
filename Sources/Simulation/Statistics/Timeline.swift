/// What happened when, recorded for a drawing: spans on tracks, marks and levels.
public final class Timeline {
  /// Something that lasted.
  public struct Span: Hashable, Sendable {
    /// What sort of thing lasted.
    public enum Kind: String, Sendable, CaseIterable { case hold, wait, sleep, work }

    /// The row it is drawn in: a unit of a resource, or a process.
    public let track: String
    /// What stands on it.
    public let label: String
    /// What sort of thing lasted; drawings colour by it.
    public let kind: Kind
    /// When it began, in seconds.
    public let start: Double
    /// When it ended, in seconds.
    public let end: Double

    /// Creates a span.
    public init(track: String, label: String, kind: Kind, start: Double, end: Double) {
      self.track = track
      self.label = label
      self.kind = kind
      self.start = start
      self.end = end
    }
  }

  /// Something that happened at one moment.
  public struct Mark: Hashable, Sendable {
    /// The row it is drawn in.
    public let track: String
    /// What stands beside it.
    public let label: String
    /// When, in seconds.
    public let time: Double
  }

  /// The spans in the order they ended.
  public private(set) var spans: [Span] = []
  /// The marks in the order they happened.
  public private(set) var marks: [Mark] = []
  /// The rows in the order they first appeared.
  public private(set) var tracks: [String] = []
  /// How many spans and marks are kept at most.
  public let limit: Int
  /// How many were not kept because the limit was reached.
  public private(set) var droppedCount = 0
  private var known: Set<String> = []

  /// Creates an empty timeline.
  public init(limit: Int = 100_000) { self.limit = limit }

  /// Adds something that lasted.
  public func add(_ span: Span) {
    guard hasRoom(for: span.track) else { return }
    spans.append(span)
  }

  /// Adds something that happened at one moment.
  public func mark(track: String, _ label: String, at time: Double) {
    guard hasRoom(for: track) else { return }
    marks.append(Mark(track: track, label: label, time: time))
  }

  /// The spans of one sort only.
  public func spans(of kind: Span.Kind) -> [Span] { spans.filter { $0.kind == kind } }

  private func hasRoom(for track: String) -> Bool {
    guard spans.count + marks.count < limit else {
      droppedCount += 1
      return false
    }
    if known.insert(track).inserted { tracks.append(track) }
    return true
  }
}
