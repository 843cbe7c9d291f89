@_spi(_Unicode) import Swift

/// SentencePiece's normaliser as a table: what letters become, mostly by NFKC.
///
/// It looks at letters as people see them (grapheme clusters). A short cluster that begins with an
/// entry of the table becomes that entry's text as a whole, anything else goes code by code: this is
/// what Hugging Face's tokenizers do, and models were trained on it.
struct LetterReplacements: Sendable {
  private let table: [Unicode.Scalar: [Unicode.Scalar]]

  /// Clusters of more bytes go code by code.
  private static let longestCluster = 5

  init(_ table: [Unicode.Scalar: [Unicode.Scalar]]) { self.table = table }

  /// The text with its letters replaced.
  func apply(_ text: Substring) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for cluster in text {
      let codes = cluster.unicodeScalars
      if codes.count > 1, cluster.utf8.count <= Self.longestCluster,
        let entry = firstEntry(Array(codes))
      {
        result.append(contentsOf: entry)
        continue
      }
      for code in codes {
        if !(0x20..<0x7F).contains(code.value), let entry = table[code] {
          result.append(contentsOf: entry)
        } else {
          result.append(code)
        }
      }
    }
    return result
  }

  /// What the shortest prefix that has an entry becomes.
  ///
  /// Files list single codes; the entries for sequences are those that Unicode composes into one.
  private func firstEntry(_ codes: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    if let entry = table[codes[0]] { return entry }
    for length in 2...codes.count {
      var prefix = String.UnicodeScalarView()
      prefix.append(contentsOf: codes[..<length])
      let composed = Array(String(prefix)._nfc)
      if composed.count == 1 { return table[composed[0]] ?? composed }
    }
    return nil
  }
}
