/// An error meant for a person: what was asked, what is so, and what to do about it.
public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What sort of fault it is; the command line picks its exit status by it.
  public enum Kind: Sendable {
    /// A file, a value or an argument is not what it should be.
    case invalid
    /// Something named does not exist.
    case missing
    /// A limit on memory, time, steps or output was reached.
    case limit
    /// Too much is asked for at once; later it may go.
    case busy
    /// The person or another program asked to stop.
    case interrupted
    /// The operating system refused.
    case system
    /// A command line is not of its form.
    case usage
  }

  /// What sort of fault it is.
  public let kind: Kind
  /// One sentence without a full stop: what was asked and what is so.
  public let message: String
  /// What to do about it, where we know.
  public let fix: String?

  /// Creates an error from its sentence and the likely fix.
  public init(_ message: String, fix: String? = nil, kind: Kind = .invalid) {
    self.message = message
    self.fix = fix
    self.kind = kind
  }

  /// The same error as another sort of fault.
  public func of(_ kind: Kind) -> Problem { Problem(message, fix: fix, kind: kind) }

  /// The sentence, and the fix behind a colon.
  public var description: String {
    guard let fix else { return message }
    return "\(message): \(fix)"
  }
}

extension Problem {
  /// A fault in the bytes of a file: where it is, what was expected there and what stands there.
  public static func inFile(
    _ path: String, at offset: Int, expected: String, found: String
  ) -> Problem {
    Problem("\(path): byte \(offset): expected \(expected), found \(found)")
  }

  /// A name that is not in a list of names, with the nearest ones; one of the same quantity in another
  /// unit stands there with the number, if there is one, in its own unit.
  public static func unknown(
    _ noun: String, _ name: String, value: Double? = nil, among names: [String],
    list: String? = nil
  ) -> Problem {
    let near = nearestNames(to: name, among: names)
    var fix: String
    switch near.count {
    case _ where value?.isFinite ?? false && sameQuantities(as: name, among: names).count == 1:
      let same = sameQuantities(as: name, among: names)[0]
      fix = "did you mean \(same.assignment(of: value ?? 0))?"
    case 0: fix = "there are \(names.prefix(12).joined(separator: ", "))"
    default: fix = "did you mean \(near.map { "\"\($0)\"" }.joined(separator: " or "))?"
    }
    if near.isEmpty, names.count > 12 { fix += " and \(names.count - 12) more" }
    if names.isEmpty { fix = "there are none" }
    if let list { fix += "; \(list)" }
    return Problem("unknown \(noun) \"\(name)\"", fix: fix, kind: .missing)
  }
}
