import Glibc

/// The looks that output uses; a palette without colour returns text unchanged.
public enum Style: String, Sendable, CaseIterable {
  case prompt, error, warning, note, heading, key, number, string, keyword, type, muted, match

  /// The SGR parameters: the terminal's own sixteen colours, so that themes and dark mode hold.
  var parameters: String {
    switch self {
    case .prompt: "1;36"
    case .error: "1;31"
    case .warning: "33"
    case .note: "36"
    case .heading: "1"
    case .key: "34"
    case .number: "36"
    case .string: "32"
    case .keyword: "35"
    case .type: "33"
    case .muted: "2"
    case .match: "1;4"
    }
  }
}

/// Colours text for a terminal, or leaves it alone.
public struct Palette: Sendable {
  /// True when text is coloured.
  public let isColoured: Bool

  /// Creates a palette that colours or does not.
  public init(isColoured: Bool) { self.isColoured = isColoured }

  /// A palette that leaves text alone.
  public static let plain = Palette(isColoured: false)

  /// Decides for one output: `CLICOLOR_FORCE` beats `NO_COLOR`, which beats what the device can do.
  public init(isTerminal: Bool, environment: (String) -> String?) {
    let forced = environment("CLICOLOR_FORCE").map { !$0.isEmpty && $0 != "0" } ?? false
    let refused =
      environment("NO_COLOR").map { !$0.isEmpty } ?? false
      || environment("CLICOLOR") == "0" || environment("TERM").map { $0 == "dumb" } ?? true
    isColoured = forced || (isTerminal && !refused)
  }

  /// Decides for a descriptor of this process.
  public init(descriptor: Int32) {
    self.init(isTerminal: isatty(descriptor) == 1) { name in
      getenv(name).map { String(cString: $0) }
    }
  }

  /// The text in a style.
  public func paint(_ text: String, _ style: Style) -> String {
    isColoured && !text.isEmpty ? "\u{1B}[\(style.parameters)m\(text)\u{1B}[0m" : text
  }

  /// The text in a style, each escape between two marks that tell libedit not to count it.
  func paintPrompt(_ text: String, _ style: Style) -> String {
    isColoured ? "\u{1}\u{1B}[\(style.parameters)m\u{1}\(text)\u{1}\u{1B}[0m\u{1}" : text
  }
}
