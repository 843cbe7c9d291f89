/// Figures side by side or one above the other under a common heading.
public struct Arrangement: Hashable, Sendable {
  /// How the parts are placed.
  public enum Direction: Hashable, Sendable {
    /// Side by side.
    case row
    /// One above the other.
    case column
  }

  /// The heading; empty for none.
  public var title: String
  /// A second, quieter line; empty for none.
  public var subtitle: String
  /// How the parts are placed.
  public var direction: Direction
  /// The parts in order.
  public var parts: [Figure]

  /// Creates an arrangement.
  public init(
    _ direction: Direction, _ parts: [Figure], title: String = "", subtitle: String = ""
  ) {
    self.direction = direction
    self.parts = parts
    self.title = title
    self.subtitle = subtitle
  }
}
