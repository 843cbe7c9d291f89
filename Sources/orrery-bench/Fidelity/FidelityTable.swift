import Base
import Clusters

/// Predictions beside measurements of one kind, fitted configurations and others apart.
struct FidelityTable {
  /// One measurement and what we say of it.
  struct Entry {
    /// What was measured, for people.
    let name: String
    /// What is fitted or kept out as a whole.
    let configuration: String
    let predicted: Double
    let measured: Double

    /// How far off, as a share of the measured value.
    var error: Double { abs(predicted / measured - 1) }
    var isHeldOut: Bool { FidelityTable.isHeldOut(configuration) }
  }

  /// What must hold over all rows of the table.
  struct Bar {
    var median = Double.infinity
    /// The share of rows within 35 %.
    var within35 = 0.0
  }

  let title: String
  /// False where nothing is fitted to any row.
  var isSplit = true
  var bar = Bar()
  var entries: [Entry] = []
  /// Rows that nothing was said of, by why.
  var skipped: [String: Int] = [:]

  init(_ title: String, bar: Bar = Bar()) {
    self.title = title
    self.bar = bar
  }

  /// A third of the configurations is kept out of every fit, by a hash of their names, and GLM-5 as a
  /// whole: the constants would take in its indexer, which the model leaves out.
  static func isHeldOut(_ configuration: String) -> Bool {
    if configuration.lowercased().contains("glm-5") { return true }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in configuration.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (hash >> 20) % 3 == 0
  }

  /// True when the bar is met on all rows and on those of configurations that nothing was fitted to.
  var isWithinBar: Bool {
    meetsBar(entries) && (!isSplit || meetsBar(entries.filter(\.isHeldOut)))
  }

  private func meetsBar(_ entries: [Entry]) -> Bool {
    guard bar.median.isFinite else { return true }
    guard !entries.isEmpty else { return false }
    return Spread(entries.map(\.error)).p50 <= bar.median && Self.share(entries) >= bar.within35
  }

  private static func share(_ entries: [Entry]) -> Double {
    entries.isEmpty
      ? 1 : Double(entries.count { $0.error <= 0.35 }) / Double(entries.count)
  }

  /// The table as lines: all rows and the two parts; with details the groups, and the worst rows.
  func text(isDetailed: Bool) -> String {
    var lines = ["\(title): \(entries.count) rows"]
    if bar.median.isFinite {
      lines[0] += ", bar: median \(percent(bar.median))"
      if bar.within35 > 0 { lines[0] += ", \(percent(bar.within35)) of rows within 35 %" }
      lines[0] += isWithinBar ? "  ok" : "  MISSED"
    }
    lines.append(row("", ["rows", "bias", "median", "p90", "within 35 %"]))
    lines.append(statistics("all", entries))
    if isSplit {
      lines.append(statistics("fitted", entries.filter { !$0.isHeldOut }))
      lines.append(statistics("not fitted", entries.filter(\.isHeldOut)))
    }
    if isDetailed {
      for group in groups { lines.append(statistics("  \(group.name)", group.entries)) }
    }
    let few = isDetailed ? 0 : 20
    for (reason, count) in skipped.filter({ $0.value > few }).sorted(by: {
      ($1.value, $0.key) < ($0.value, $1.key)
    }) {
      lines.append("  \(count) rows skipped: \(reason.truncated(toWidth: 70))")
    }
    let worst = entries.sorted { $0.error > $1.error }.prefix(isDetailed ? 4 : 0)
    for entry in worst {
      lines.append(
        "  worst: \(entry.name): \(number(entry.predicted)) against \(number(entry.measured))"
          + (entry.isHeldOut ? " (not fitted)" : ""))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Entries by the first word of their names.
  private var groups: [(name: String, entries: [Entry])] {
    let all = Dictionary(grouping: entries) { entry in
      entry.name.split(separator: ",").first.map(String.init) ?? ""
    }
    return all.count < 2 ? [] : all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func statistics(_ name: String, _ entries: [Entry]) -> String {
    let spread = Spread(entries.map(\.error))
    let bias = Spread(entries.map { $0.predicted / $0.measured - 1 }).p50
    return row(
      name,
      [
        "\(entries.count)", percent(bias), percent(spread.p50), percent(spread.p90),
        percent(Self.share(entries)),
      ])
  }

  private func row(_ name: String, _ values: [String]) -> String {
    name.padded(toWidth: 34)
      + values.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
  }

  private func percent(_ share: Double) -> String {
    share.isNaN ? "-" : "\((share * 1000).rounded() / 10) %"
  }

  private func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
