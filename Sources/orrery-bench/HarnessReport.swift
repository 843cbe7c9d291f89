import Base

extension Quantity {
  /// A figure with a unit that keeps it short, as in "12.5 ms" or "8.1 M/s".
  func text(_ value: Double) -> String {
    switch self {
    case .seconds: scaled(value, [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")])
    case .nanoseconds:
      scaled(value * 1e-9, [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")])
    case .perSecond: scaled(value, [(1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1, "/s")])
    case .bytes: scaled(value, [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")])
    case .share: "\(short(value * 100)) %"
    }
  }
}

private func scaled(_ value: Double, _ units: [(size: Double, name: String)]) -> String {
  let unit = units.first { abs(value) >= $0.size } ?? units[units.count - 1]
  return "\(short(value / unit.size)) \(unit.name)"
}

/// Three significant digits, without an exponent between 0.001 and a million.
func short(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "\(value)" }
  var step = 1.0
  while abs(value) / step >= 1000 { step *= 10 }
  while abs(value) / step < 100 { step /= 10 }
  let digits =
    step < 1 ? (value / step).rounded() / (1 / step).rounded() : (value / step).rounded() * step
  return digits == digits.rounded() && abs(digits) < 1e15 ? "\(Int(digits))" : "\(digits)"
}

/// The table that people read.
func table(_ results: [CaseResult]) -> String {
  let head = ["case", "ours", "peer", "peer's", "ratio", "bar", "verdict"]
  let rows = results.map { result in
    let subject = result.subject
    let peer = subject.peer.map { "\($0.name) \($0.version)" } ?? "-"
    return [
      subject.name, result.oursMedian.map(subject.quantity.text) ?? "-", peer,
      result.peerMedian.map(subject.quantity.text) ?? "-", result.ratio.map(short) ?? "-",
      subject.bar.text(subject.quantity),
      result.verdict == .missed ? "MISSED" : result.verdict.rawValue,
    ]
  }
  let all = [head] + rows
  let widths = head.indices.map { column in all.map { $0[column].displayWidth }.max() ?? 0 }
  let rule = widths.map { String(repeating: "-", count: $0) }
  var lines = ([head, rule] + rows).map { row in
    row.indices.map { column in
      row[column].padded(
        toWidth: widths[column], alignRight: (1...4).contains(column) && column != 2)
    }.joined(separator: "  ")
  }
  for result in results where !result.note.isEmpty {
    lines.append("\(result.subject.name): \(result.note)")
  }
  return lines.joined(separator: "\n")
}

/// The same for programs.
func json(_ suites: [(name: String, results: [CaseResult])]) -> JSONValue {
  .object([
    "ok": .boolean(suites.allSatisfy { $0.results.allSatisfy { $0.verdict == .ok } }),
    "suites": .array(
      suites.map { suite in
        .object(["suite": .string(suite.name), "cases": .array(suite.results.map(json))])
      }),
  ])
}

private func json(_ result: CaseResult) -> JSONValue {
  let subject = result.subject
  var peer: JSONValue = .null
  if let named = subject.peer {
    peer = .object([
      "name": .string(named.name), "version": .string(named.version),
      "value": result.peerMedian.map(JSONValue.number) ?? .null,
      "runs": .array(result.peers.map(JSONValue.number)),
    ])
  }
  return .object([
    "case": .string(subject.name), "quantity": .string(subject.quantity.rawValue),
    "ours": result.oursMedian.map(JSONValue.number) ?? .null,
    "runs": .array(result.ours.map(JSONValue.number)), "peer": peer,
    "ratio": result.ratio.map(JSONValue.number) ?? .null,
    "bar": .string(subject.bar.text(subject.quantity)),
    "verdict": .string(result.verdict.rawValue), "note": .string(result.note),
  ])
}
