/// The colours of figures: categories, sequences and values around a middle.
///
/// Categories are Okabe and Ito's palette, told apart by all common forms of colour blindness.
/// Yellow is darkened on light ground, blue and green are lightened on dark ground, so that thin
/// lines stay visible.
public enum Palette {
  /// How many category colours there are.
  public static let categories = 8

  static let light: [Color] = [
    Color(0x0072B2), Color(0xD55E00), Color(0x009E73), Color(0xE69F00), Color(0xCC79A7),
    Color(0x56B4E9), Color(0x6E7781), Color(0xA89200),
  ]
  static let dark: [Color] = [
    Color(0x4DA6E0), Color(0xF0803C), Color(0x2FC79A), Color(0xF2B233), Color(0xE19AC4),
    Color(0x9AD4F5), Color(0x9AA4AF), Color(0xF0E442),
  ]
}

/// A run of colours from low to high, for heat maps.
public enum ColorRamp: String, Sendable, CaseIterable {
  /// Dark violet over green to yellow: even steps for the eye, also in grey.
  case viridis
  /// Dark blue over grey to yellow: the same to colour-blind eyes.
  case cividis
  /// White to dark blue, for print.
  case blues
  /// Blue over white to red, for values on both sides of a middle.
  case diverging

  /// The colour at a fraction from 0 to 1; values outside take the ends.
  public func color(at fraction: Double) -> Color {
    let stops = stops
    let position = (fraction.isNaN ? 0 : min(1, max(0, fraction))) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    return stops[index].mixed(with: stops[index + 1], position - Double(index))
  }

  // Sampled evenly from matplotlib's viridis and cividis, ColorBrewer's Blues and RdBu.
  private var stops: [Color] {
    switch self {
    case .viridis: Self.viridisStops
    case .cividis: Self.cividisStops
    case .blues: Self.bluesStops
    case .diverging: Self.divergingStops
    }
  }
  private static let viridisStops: [Color] = [
    Color(0x440154), Color(0x482878), Color(0x3E4A89), Color(0x31688E), Color(0x26828E),
    Color(0x1F9E89), Color(0x35B779), Color(0x6DCD59), Color(0xB4DE2C), Color(0xFDE725),
  ]
  private static let cividisStops: [Color] = [
    Color(0x00224E), Color(0x123570), Color(0x3B496C), Color(0x575D6D), Color(0x707173),
    Color(0x8A8678), Color(0xA59C74), Color(0xC3B369), Color(0xE1CC55), Color(0xFEE838),
  ]
  private static let bluesStops: [Color] = [
    Color(0xF7FBFF), Color(0xDEEBF7), Color(0xC6DBEF), Color(0x9ECAE1), Color(0x6BAED6),
    Color(0x4292C6), Color(0x2171B5), Color(0x08519C), Color(0x08306B),
  ]
  private static let divergingStops: [Color] = [
    Color(0x053061), Color(0x2166AC), Color(0x4393C3), Color(0x92C5DE), Color(0xD1E5F0),
    Color(0xF7F7F7), Color(0xFDDBC7), Color(0xF4A582), Color(0xD6604D), Color(0xB2182B),
    Color(0x67001F),
  ]
}
