/// Points in order: the k-th is `(x[k], y[k])`.
public struct Series: Hashable, Sendable {
  /// The horizontal coordinates.
  public var x: [Double]
  /// The vertical coordinates; surplus elements of the longer array are ignored.
  public var y: [Double]

  /// Creates points from their coordinates.
  public init(x: [Double], y: [Double]) {
    self.x = x
    self.y = y
  }

  /// Creates points whose x counts from 1.
  public init(_ y: [Double]) {
    self.init(x: y.indices.map { Double($0 + 1) }, y: y)
  }

  /// How many points there are.
  public var count: Int { min(x.count, y.count) }
}

/// Text at a point of a chart.
public struct PlacedText: Hashable, Sendable {
  /// Where it stands, in the values of the axes.
  public var x, y: Double
  /// What it says.
  public var text: String

  /// Creates a text at a point.
  public init(x: Double, y: Double, _ text: String) {
    self.x = x
    self.y = y
    self.text = text
  }
}

/// One layer of a chart: data, how it is drawn, and what it is called.
public struct Mark: Hashable, Sendable {
  /// How data is drawn.
  public enum Shape: Hashable, Sendable {
    /// Points joined in order; a point that is not a number breaks the line.
    case line(Series)
    /// As a line, but each value holds until the next point.
    case step(Series)
    /// A dot at each point.
    case scatter(Series)
    /// A bar at each point from 0; bars of several marks share their places by `Chart.barLayout`.
    case bars(Series)
    /// Touching bars between neighbouring edges; one height fewer than edges.
    case bins(edges: [Double], heights: [Double])
    /// The area between two curves; an area from 0 has zeros as its lower curve.
    case band(x: [Double], low: [Double], high: [Double])
    /// A line across the chart at one value of y, as for a limit.
    case horizontalRule(Double)
    /// A line across the chart at one value of x.
    case verticalRule(Double)
    /// Texts at points.
    case labels([PlacedText])
  }

  /// How the data is drawn, and the data.
  public var shape: Shape
  /// What legends and direct labels call it; empty for nothing.
  public var name: String
  /// Its colour; nil takes the next category colour, or grey for rules and texts.
  public var paint: Paint?
  /// True draws a line dashed.
  public var isDashed: Bool

  /// Creates a layer.
  public init(_ shape: Shape, name: String = "", paint: Paint? = nil, isDashed: Bool = false) {
    self.shape = shape
    self.name = name
    self.paint = paint
    self.isDashed = isDashed
  }
}
