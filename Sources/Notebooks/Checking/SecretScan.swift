/// Finds what looks like a password or an access key, in sources and in outputs.
enum SecretScan {
  /// Beginnings that services give their keys, and how long the rest is at least.
  private static let prefixes: [(text: String, rest: Int, what: String)] = [
    ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"), ("gho_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"), ("glpat-", 20, "a GitLab token"),
    ("sk-ant-", 20, "an Anthropic key"), ("sk-proj-", 20, "an OpenAI key"),
    ("sk-", 40, "an API key"),
    ("hf_", 30, "a Hugging Face token"), ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("AIza", 35, "a Google key"), ("pypi-AgEI", 30, "a PyPI token"), ("npm_", 36, "an npm token"),
  ]
  private static let names = ["password", "passwd", "secret", "api_key", "apikey", "access_token"]

  static func findings(in notebook: Notebook) -> [NotebookLinter.Finding] {
    notebook.cells.indices.flatMap { index in
      let cell = notebook.cells[index]
      var findings = scan(cell.source, index, "")
      for output in cell.outputs where output.kind != .other {
        findings += scan(output.text, index, " in an output").map { finding in
          var finding = finding
          finding.line = nil
          return finding
        }
      }
      return findings
    }
  }

  private static func scan(_ text: String, _ cell: Int, _ place: String) -> [NotebookLinter.Finding]
  {
    var findings: [NotebookLinter.Finding] = []
    for (row, line) in NotebookText.rows(text).enumerated() {
      guard let what = secret(in: line) else { continue }
      findings.append(
        NotebookLinter.Finding(
          severity: .error, rule: "secrets", cell: cell, line: row + 1,
          message: "this looks like \(what)\(place)"))
    }
    return findings
  }

  private static func secret(in line: String) -> String? {
    if line.contains("-----BEGIN"), line.contains("PRIVATE KEY-----") { return "a private key" }
    let words = line.utf8.split { byte in !isKeyByte(byte) }
    for word in words {
      let text = String(decoding: Array(word), as: UTF8.self)
      for prefix in prefixes
      where text.hasPrefix(prefix.text) && text.utf8.count >= prefix.text.utf8.count + prefix.rest {
        return prefix.what
      }
    }
    return assignedPassword(line)
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20 || byte == 0x5F || byte == 0x2D
  }

  /// A name such as `password` that is set to a text of eight characters or more.
  private static func assignedPassword(_ line: String) -> String? {
    let lower = line.lowercased()
    guard names.contains(where: lower.contains), let equals = line.firstIndex(of: "=") else {
      return nil
    }
    guard names.contains(where: lower.prefix(line[..<equals].count).contains) else { return nil }
    let value = NotebookText.trimmed(line[line.index(after: equals)...])
    guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
    let text = value.dropFirst().prefix { $0 != quote }
    let isPlaceholder = text.contains("<") || text.contains("…") || Set(text).count < 4
    return text.count >= 8 && !isPlaceholder ? "a password in the open" : nil
  }
}
