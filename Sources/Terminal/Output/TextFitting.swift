extension String {
  /// The text up to its first line break.
  var firstLine: String { String(prefix { $0 != "\n" }) }

  /// The text without spaces at its end.
  var trimmedEnd: String {
    var kept = self[...]
    while kept.last == " " { kept.removeLast() }
    return String(kept)
  }
}
