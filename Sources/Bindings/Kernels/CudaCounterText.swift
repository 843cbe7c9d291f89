import Kernels

/// Counters in lines of text.
enum CudaCounterText {
  /// The accesses of a set by their names.
  static func accesses(_ set: CounterSet) -> [(name: String, counts: AccessCounts)] {
    [
      ("global_load", set.globalLoad), ("global_store", set.globalStore),
      ("global_atomic", set.globalAtomic), ("shared_load", set.sharedLoad),
      ("shared_store", set.sharedStore), ("shared_atomic", set.sharedAtomic),
      ("local_load", set.localLoad), ("local_store", set.localStore),
      ("constant_load", set.constantLoad), ("texture", set.texture),
    ]
  }

  /// What was issued, then a line for each kind of access that was made.
  static func lines(_ counters: Counters) -> [String] {
    let total = counters.total
    let head =
      "\(count(total.warpInstructions)) warp instructions, "
      + "\(Quantity.digits(total.averageActiveLanes)) active lanes, "
      + "\(total.divergentBranches) of \(total.branches) branches diverged, "
      + "\(Quantity.digits(counters.arithmeticIntensity)) FLOP/B"
    let made = accesses(total).filter { $0.counts.requests > 0 }
    return [head] + made.map { "\($0.name): \(line($0.counts))" }
  }

  /// One kind of access: how many requests, and what each of them took.
  static func line(_ counts: AccessCounts) -> String {
    guard counts.requests > 0 else { return "no requests" }
    var words = [counted(counts.requests, "request")]
    if counts.sectors > 0 {
      let each = Quantity.digits(counts.sectorsPerRequest)
      words += ["\(each) sector\(each == "1" ? "" : "s") each", use(counts)]
    }
    if counts.wavefronts > 0 {
      let each = Quantity.digits(counts.wavefrontsPerRequest)
      words += [
        "\(each) wavefront\(each == "1" ? "" : "s") each", counted(counts.conflicts, "conflict"),
      ]
    }
    return words.joined(separator: ", ")
  }

  /// How much of what moved was asked for; lanes that share bytes ask for more than moves.
  private static func use(_ counts: AccessCounts) -> String {
    counts.efficiency > 1
      ? "broadcast: \(Quantity.digits(counts.efficiency)) B asked for per B moved"
      : "\(Quantity.digits(100 * counts.efficiency)) % used"
  }

  private static func counted(_ number: Int, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A count with its thousands marked off, or as a rounded number where it is long.
  private static func count(_ number: Int) -> String {
    number < 10_000_000 ? grouped(number) : Quantity.text(Double(number), "")
  }

  private static func grouped(_ number: Int) -> String {
    number < 1000
      ? "\(number)" : grouped(number / 1000) + "," + "\(1000 + number % 1000)".dropFirst()
  }
}
