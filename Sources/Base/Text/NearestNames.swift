/// Finds the names that a person most likely meant, best first, at most three.
///
/// A name qualifies when it says the same in another unit, differs only in case, starts with what was
/// typed (three letters or more), or lies within a third of its length in edits (a swap of neighbours
/// counts as one).
public func nearestNames(to typed: String, among names: [String], limit: Int = 3) -> [String] {
  let same = sameQuantities(as: typed, among: names).map(\.name)
  let others = plainNearestNames(to: typed, among: names, limit: limit).filter {
    !same.contains($0)
  }
  return Array((same + others).prefix(limit))
}

/// The same without a look at units.
func plainNearestNames(to typed: String, among names: [String], limit: Int) -> [String] {
  let wanted = Array(typed.lowercased().unicodeScalars)
  guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
  var scored: [(score: Int, order: Int, name: String)] = []
  for (order, name) in names.enumerated() where name != typed {
    let candidate = Array(name.lowercased().unicodeScalars)
    if candidate == wanted {
      scored.append((0, order, name))
    } else if wanted.count >= 3, candidate.starts(with: wanted) {
      scored.append((1, order, name))
    } else {
      let allowed = max(1, min(wanted.count, candidate.count) / 3)
      guard abs(candidate.count - wanted.count) <= allowed else { continue }
      let distance = editDistance(wanted, candidate)
      if distance <= allowed, distance < wanted.count { scored.append((1 + distance, order, name)) }
    }
  }
  scored.sort { ($0.score, $0.order) < ($1.score, $1.order) }
  return scored.prefix(limit).map(\.name)
}

/// Counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func editDistance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, beforeLast[j - 1] + 1)
      }
      row.append(best)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
