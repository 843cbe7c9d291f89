/// A colour as sRGB bytes.
public struct Color: Hashable, Sendable {
  /// The red, green and blue parts.
  public let red, green, blue: UInt8

  /// Creates a colour from its parts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Creates a colour from a literal such as `0x0072B2`.
  public init(_ rgb: UInt32) {
    self.init(
      red: UInt8(rgb >> 16 & 255), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
  }

  /// Reads "#0072b2" or "#07b"; nil for anything else.
  public init?(hex text: String) {
    guard text.hasPrefix("#") else { return nil }
    var digits = String(text.dropFirst())
    if digits.utf8.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
    guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit),
      let rgb = UInt32(digits, radix: 16)
    else { return nil }
    self.init(rgb)
  }

  /// The colour as "#rrggbb".
  public var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The colour that lies a fraction of the way to another.
  public func mixed(with other: Color, _ fraction: Double) -> Color {
    func part(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * min(1, max(0, fraction))).rounded())
    }
    return Color(
      red: part(red, other.red), green: part(green, other.green), blue: part(blue, other.blue))
  }

  /// How bright the colour looks, from 0 to 1, by the weights of ITU-R BT.709.
  public var brightness: Double {
    (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255
  }

  /// The nearest colour of the terminal palette of 256: the 6×6×6 cube or the 24 greys.
  var palette256: Int {
    func level(_ part: UInt8) -> Int { part < 48 ? 0 : part < 115 ? 1 : (Int(part) - 35) / 40 }
    let (r, g, b) = (level(red), level(green), level(blue))
    if r == g, g == b {
      let grey = (Int(red) + Int(green) + Int(blue)) / 3
      if grey > 8, grey < 238 { return 232 + (grey - 8) / 10 }
    }
    return 16 + 36 * r + 6 * g + b
  }
}

/// What something is painted with: a colour that follows the theme, or one that stays.
public enum Paint: Hashable, Sendable {
  /// The colour of the n-th category, counted from 0; the palette repeats after eight.
  case series(Int)
  /// The same colour in light and dark.
  case fixed(Color)
  /// The colour of text.
  case ink
  /// The colour of secondary text.
  case muted
  /// A light grey for what is empty or free.
  case faint

  /// Reads "#rrggbb" or one of `Paint.names`; nil for anything else.
  public init?(name: String) {
    if let color = Color(hex: name) {
      self = .fixed(color)
    } else if let index = Self.names.firstIndex(of: name) {
      self =
        index < Palette.categories
        ? .series(index) : [.ink, .muted, .faint][index - Palette.categories]
    } else {
      return nil
    }
  }

  /// The names that `init(name:)` reads: the palette in its order, then the text colours.
  public static let names = [
    "blue", "red", "green", "orange", "purple", "sky", "grey", "yellow", "ink", "muted",
    "faint",
  ]
}
