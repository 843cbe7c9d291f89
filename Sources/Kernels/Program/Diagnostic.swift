public import Base

/// What a front end has to say about one place of a source text.
public struct Diagnostic: Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    case error, warning, note
  }

  /// How bad it is.
  public let severity: Severity
  /// One sentence without a full stop: what was expected and what is so.
  public let message: String
  /// Where the caret points.
  public let location: SourceLocation
  /// Just behind the last underlined character; on another line only the caret is drawn.
  public let end: SourceLocation
  /// Further places that explain it.
  public var notes: [Diagnostic]

  /// Creates a diagnostic.
  public init(
    _ severity: Severity = .error, _ message: String, at location: SourceLocation,
    end: SourceLocation? = nil, notes: [Diagnostic] = []
  ) {
    self.severity = severity
    self.message = message
    self.location = location
    self.end = end ?? location
    self.notes = notes
  }

  /// The message with file, line and column, the source line and a caret below it; notes follow.
  public func text(in files: [SourceFile]) -> String {
    var lines = ["\(place(in: files))\(severity.rawValue): \(message)"]
    lines += excerpt(in: files)
    lines += notes.map { $0.text(in: files) }
    return lines.joined(separator: "\n")
  }

  private func place(in files: [SourceFile]) -> String {
    guard location.line > 0, files.indices.contains(location.file) else { return "" }
    return "\(files[location.file].name):\(location.line):\(location.column): "
  }

  private func excerpt(in files: [SourceFile]) -> [String] {
    guard files.indices.contains(location.file),
      files[location.file].lines.indices.contains(location.line - 1)
    else { return [] }
    let line = Array(files[location.file].lines[location.line - 1])
    let column = min(max(location.column - 1, 0), line.count)
    // A long line is cut to a window around the caret so that the caret stays below its place.
    let first = column > 100 ? column - 60 : 0
    let shown = line[first..<min(line.count, first + 160)]
    let pad = line[first..<column].map { $0 == "\t" ? "\t" : " " }.joined()
    let sameLine = end.file == location.file && end.line == location.line
    let length = sameLine ? min(max(end.column - location.column, 1), 160) : 1
    let caret =
      "^" + String(repeating: "~", count: min(length - 1, max(line.count - column - 1, 0)))
    return ["  " + String(shown), "  " + pad + caret]
  }
}

/// What a front end said about a source, in the order of its discovery.
public struct DiagnosticList: Sendable {
  /// All of it.
  public private(set) var items: [Diagnostic] = []
  /// After so many errors the rest is dropped: it mostly repeats them.
  public static let errorLimit = 20

  /// Creates an empty list.
  public init() {}

  /// How many errors were kept.
  public private(set) var errors = 0

  /// True once there is an error.
  public var hasErrors: Bool { errors > 0 }

  /// True when no further error is kept.
  public var isFull: Bool { errors >= Self.errorLimit }

  /// Adds a diagnostic, unless the same was said of the same place.
  public mutating func append(_ diagnostic: Diagnostic) {
    guard !isFull || diagnostic.severity != .error else { return }
    guard !items.suffix(40).contains(where: { $0.isRepeated(by: diagnostic) }) else { return }
    if diagnostic.severity == .error { errors += 1 }
    items.append(diagnostic)
  }

  /// Adds an error.
  public mutating func error(
    _ message: String, at location: SourceLocation, end: SourceLocation? = nil
  ) {
    append(Diagnostic(.error, message, at: location, end: end))
  }

  /// All errors as one, with their excerpts.
  public func problem(in files: [SourceFile]) -> Problem? {
    guard hasErrors else { return nil }
    let errors = items.filter { $0.severity == .error }.map { $0.text(in: files) }
    return Problem(errors.joined(separator: "\n"))
  }
}

extension Diagnostic {
  fileprivate func isRepeated(by other: Diagnostic) -> Bool {
    severity == other.severity && location == other.location && message == other.message
  }
}
