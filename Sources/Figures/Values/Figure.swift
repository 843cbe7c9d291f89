/// One picture as a neutral value: it knows numbers, names and units, not what they are about.
public indirect enum Figure: Hashable, Sendable {
  /// Lines, dots, bars, areas over two axes.
  case chart(Chart)
  /// A matrix of colours.
  case heatmap(Heatmap)
  /// Spans in lanes over time.
  case timeline(TimelineChart)
  /// Text and numbers in columns.
  case table(TableFigure)
  /// Named cells coloured by group.
  case grid(CellGrid)
  /// Several figures as one.
  case arrangement(Arrangement)

  /// The heading; empty for none.
  public var title: String {
    switch self {
    case .chart(let figure): figure.title
    case .heatmap(let figure): figure.title
    case .timeline(let figure): figure.title
    case .table(let figure): figure.title
    case .grid(let figure): figure.title
    case .arrangement(let figure): figure.title
    }
  }

  /// The second line; empty for none.
  public var subtitle: String {
    switch self {
    case .chart(let figure): figure.subtitle
    case .heatmap(let figure): figure.subtitle
    case .timeline(let figure): figure.subtitle
    case .table(let figure): figure.subtitle
    case .grid(let figure): figure.subtitle
    case .arrangement(let figure): figure.subtitle
    }
  }

  /// Places figures side by side.
  public static func row(_ parts: [Figure], title: String = "") -> Figure {
    .arrangement(Arrangement(.row, parts, title: title))
  }

  /// Places figures one above the other.
  public static func column(_ parts: [Figure], title: String = "") -> Figure {
    .arrangement(Arrangement(.column, parts, title: title))
  }
}
