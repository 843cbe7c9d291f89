/// Marks over two axes.
public struct Chart: Hashable, Sendable {
  /// How bars of several marks share one place.
  public enum BarLayout: String, Hashable, Sendable, CaseIterable { case grouped, stacked }
  /// Whether marks are named in a legend.
  public enum Legend: String, Hashable, Sendable, CaseIterable {
    /// Names stand at the ends of lines where they fit, in a row on top otherwise.
    case automatic
    /// Names stand in a row on top.
    case top
    /// Names are not shown.
    case none
  }

  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// The layers, the first at the back.
  public var marks: [Mark]
  /// How bars of several marks share one place.
  public var barLayout: BarLayout
  /// True lays the x axis down the left side, so that bars lie.
  public var isHorizontal: Bool
  /// Whether bars carry their values; nil shows them where they are few.
  public var showsValues: Bool?
  /// Whether marks are named in a legend.
  public var legend: Legend
  /// The size of the picture in pixels.
  public var size: Size

  /// Creates a chart.
  public init(
    _ title: String = "", subtitle: String = "", x: Axis = Axis(), y: Axis = Axis(),
    marks: [Mark] = [], size: Size = Size(width: 640, height: 380)
  ) {
    self.title = title
    self.subtitle = subtitle
    self.x = x
    self.y = y
    self.marks = marks
    self.size = size
    barLayout = .grouped
    isHorizontal = false
    showsValues = nil
    legend = .automatic
  }
}

/// Width and height in pixels.
public struct Size: Hashable, Sendable {
  /// The width in pixels.
  public var width: Double
  /// The height in pixels.
  public var height: Double

  /// Creates a size; what is not a number from 80 to 10,000 is moved into that range.
  public init(width: Double, height: Double) {
    func sane(_ length: Double) -> Double { length.isNaN ? 400 : min(10_000, max(80, length)) }
    self.width = sane(width)
    self.height = sane(height)
  }
}
