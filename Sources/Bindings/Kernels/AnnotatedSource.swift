import Base
import Figures
import Kernels
import LuaBridge

/// A kernel's source with what each line did, as Lua holds it.
struct AnnotatedSource: CustomStringConvertible {
  /// One line of the source; nil counters where nothing ran.
  struct Line {
    let number: Int
    let text: String
    let set: CounterSet?
  }

  let kernel: String
  /// Warp instructions of the whole launch.
  let total: Int
  let lines: [Line]

  /// The columns before the source: the head, and a line's cells.
  private static let heads = ["issued", "lanes", "sectors", "L1 hits", "waves", "diverged"]

  /// The look of a line: pages frame code, and frames side by side would cut it off.
  private static let plain =
    "white-space:pre;background:none;border:0;padding:0;font-size:12px"

  /// The source line stands last, so that it is never cut.
  var description: String {
    let head =
      "line " + Self.heads.map { $0.padded(toWidth: 9, alignRight: true) }.joined() + "  source"
    let rows = lines.map { line in
      "\(line.number)".padded(toWidth: 4, alignRight: true) + " "
        + cells(line).map { $0.padded(toWidth: 9, alignRight: true) }.joined() + "  " + line.text
    }
    return (["\(kernel), by source line", head] + rows).joined(separator: "\n")
  }

  /// A table whose lines are shaded by the share of instructions that they take.
  var html: String {
    let style = "style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\""
    let heads = (["line"] + Self.heads).map { "<th style=\"text-align:right\">\($0)</th>" }
    let rows = lines.map { line -> String in
      let share = total == 0 ? 0 : Double(line.set?.warpInstructions ?? 0) / Double(total)
      let shade = "background:rgba(230,120,40,\((share * 60).rounded() / 100))"
      let cells = (["\(line.number)"] + cells(line)).map {
        "<td style=\"text-align:right;padding:0 .5em\">\($0)</td>"
      }.joined()
      return "<tr style=\"\(shade)\">\(cells)<td style=\"text-align:left\">"
        + "<code style=\"\(Self.plain)\">\(Figure.escaped(line.text))</code></td></tr>"
    }
    return "<table \(style)><caption>\(Figure.escaped(kernel)) by source line</caption>"
      + "<tr>\(heads.joined())<th style=\"text-align:left\">source</th></tr>"
      + rows.joined() + "</table>"
  }

  /// A line's cells, in the order of the heads.
  private func cells(_ line: Line) -> [String] {
    guard let set = line.set else { return Self.heads.map { _ in "" } }
    var global = AccessCounts()
    var shared = AccessCounts()
    for (name, counts) in CudaCounterText.accesses(set) {
      if name.hasPrefix("global") { global.add(counts) }
      if name.hasPrefix("shared") { shared.add(counts) }
    }
    func shown(_ value: Double, _ condition: Bool, _ unit: String = "") -> String {
      condition ? Self.short(value) + unit : ""
    }
    return [
      Self.short(100 * Double(set.warpInstructions) / Double(max(total, 1))) + " %",
      Self.short(set.averageActiveLanes), shown(global.sectorsPerRequest, global.requests > 0),
      shown(100 * global.l1HitRate, global.l1HitSectors > 0, " %"),
      shown(shared.wavefrontsPerRequest, shared.requests > 0),
      shown(Double(set.divergentBranches), set.branches > 0),
    ]
  }

  /// One decimal, or none where there is nothing behind the point.
  private static func short(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}

extension AnnotatedSource: LuaExported {
  static let luaName = "cuda.Source"

  static let exported = Exported<AnnotatedSource>(
    "A kernel's source with what each line did: share of instructions, lanes, sectors, wavefronts."
  ) {
    metamethod(.length, "How many lines there are.") { $0.lines.count }
    method("__mime", "What a notebook shows of it.") { source in
      ["text/plain": source.description, "text/html": source.html]
    }
  }
}

extension AccessCounts {
  /// Adds what other accesses did.
  fileprivate mutating func add(_ other: AccessCounts) {
    requests += other.requests
    activeLanes += other.activeLanes
    bytesRequested += other.bytesRequested
    sectors += other.sectors
    l1HitSectors += other.l1HitSectors
    wavefronts += other.wavefronts
    idealWavefronts += other.idealWavefronts
  }
}
