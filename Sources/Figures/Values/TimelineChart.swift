/// Spans and instants in lanes over one time axis (a Gantt chart).
public struct TimelineChart: Hashable, Sendable {
  /// Something that lasts.
  public struct Span: Hashable, Sendable {
    /// The lane it lies in.
    public var lane: String
    /// When it starts and ends.
    public var start, end: Double
    /// What is written into it where it fits.
    public var label: String
    /// What gives it its colour, as in "prefill"; empty takes the lane's colour.
    public var group: String

    /// Creates a span.
    public init(lane: String, start: Double, end: Double, label: String = "", group: String = "") {
      self.lane = lane
      self.start = start
      self.end = end
      self.label = label
      self.group = group
    }
  }

  /// Something that happens at once.
  public struct Instant: Hashable, Sendable {
    /// The lane it lies in.
    public var lane: String
    /// When it happens.
    public var time: Double
    /// What it is.
    public var label: String

    /// Creates an instant.
    public init(lane: String, time: Double, label: String = "") {
      self.lane = lane
      self.time = time
      self.label = label
    }
  }

  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// The time axis.
  public var x: Axis
  /// The lanes from the top; those that only spans and instants name follow in their order.
  public var lanes: [String]
  /// What lasts; overlapping spans of one lane are stacked in rows.
  public var spans: [Span]
  /// What happens at once.
  public var instants: [Instant]
  /// The width of the picture in pixels; the height follows from the lanes.
  public var width: Double

  /// Creates a timeline.
  public init(
    _ title: String = "", subtitle: String = "", x: Axis = Axis("time", unit: "s"),
    lanes: [String] = [], spans: [Span] = [], instants: [Instant] = [], width: Double = 720
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.lanes = lanes
    self.spans = spans
    self.instants = instants
    self.width = width
  }
}
