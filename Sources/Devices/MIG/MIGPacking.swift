public import Base

/// What somebody wants of a GPU: a profile, or so much memory and so many multiprocessors.
public enum MIGRequest: Hashable, Sendable {
  /// An instance of this profile.
  case profile(String)
  /// The smallest instance with at least this much memory (in GiB) and so many multiprocessors.
  case needs(memoryGiB: Double, multiprocessors: Int)
}

/// Where a list of requests goes on equal GPUs.
public struct MIGPacking: Sendable {
  /// One GPU's part of it.
  public struct Cut: Sendable {
    /// The instances that are created, by place.
    public let layout: MIGLayout
    /// An order in which the driver's own choice of places gives the set; nil where places must be
    /// asked for.
    public let automaticOrder: [MIGProfile]?
  }

  /// The GPUs that are used.
  public let cuts: [Cut]
  /// The requests that found no place, as profiles.
  public let unplaced: [MIGProfile]
  /// Memory slices of the used GPUs that stay free.
  public let freeMemorySlices: Int
  /// Compute slices of the used GPUs that stay free.
  public let freeComputeSlices: Int
}

extension MIGScheme {
  /// The profile that serves a request with the least memory, then the fewest compute slices.
  public func profile(for request: MIGRequest) throws(Problem) -> MIGProfile {
    switch request {
    case .profile(let name): return try profile(name)
    case .needs(let memoryGiB, let wanted):
      let fitting = profiles.filter { profile in
        !profile.hasMediaExtensions && multiprocessors(of: profile) >= wanted
          && Double(memory(of: profile).count) >= memoryGiB * 1_073_741_824
      }
      guard let best = fitting.min(by: { ($0.size, $0.slices) < ($1.size, $1.slices) }) else {
        throw Problem(
          "no MIG profile of \(board) has \(memoryGiB) GiB and \(wanted) multiprocessors",
          fix: "the largest is \(profiles.last?.name ?? "none")")
      }
      return best
    }
  }

  /// Packs requests onto as few GPUs as they take, with the least left free on those.
  ///
  /// Every set of profiles that a GPU can hold is known (a few hundred), so the fewest GPUs are found by
  /// search over what is still wanted; beyond the search's budget the largest requests go first.
  ///
  /// - Parameters:
  ///   - requests: What is wanted.
  ///   - gpus: How many GPUs there are.
  /// - Returns: How each used GPU is cut, and what found no place.
  /// - Throws: A problem for a request that no profile serves.
  public func pack(_ requests: [MIGRequest], gpus: Int = 1) throws(Problem) -> MIGPacking {
    var wanted = [Int](repeating: 0, count: profiles.count)
    for request in requests {
      let profile = try profile(for: request)
      if let index = profiles.firstIndex(of: profile) { wanted[index] += 1 }
    }
    var search = PackingSearch(scheme: self, wanted: wanted)
    let fills = search.run(wanted, gpus: gpus)
    for fill in fills { for index in wanted.indices { wanted[index] -= fill[index] } }
    let cuts = fills.map { cut($0) }
    let used = cuts.flatMap(\.layout.parts)
    return MIGPacking(
      cuts: cuts,
      unplaced: zip(profiles, wanted).flatMap { Array(repeating: $0, count: $1) },
      freeMemorySlices: cuts.count * memorySlices - used.reduce(0) { $0 + $1.profile.size },
      freeComputeSlices: cuts.count * computeSlices - used.reduce(0) { $0 + $1.profile.slices })
  }

  private func cut(_ counts: [Int]) -> MIGPacking.Cut {
    let set = zip(profiles, counts).flatMap { Array(repeating: $0, count: $1) }
    let empty = MIGPartition(self)
    let order = empty.creationOrder(for: set)
    let layout = order.map { empty.layout(creating: $0) } ?? empty.layout(holding: set)
    return MIGPacking.Cut(layout: layout ?? MIGLayout([]), automaticOrder: order)
  }
}

/// Finds the fewest GPUs for counts of profiles.
private struct PackingSearch {
  /// The sets of profiles one GPU can hold, as counts by profile.
  private let fills: [[Int]]
  private let sizes: [Int]
  private var best: [[Int]: [[Int]]] = [:]
  private var budget = 20_000

  init(scheme: MIGScheme, wanted: [Int]) {
    let used = zip(scheme.profiles, wanted).filter { $1 > 0 }.map(\.0)
    var sets: Set<[Int]> = []
    for layout in scheme.layouts(of: used) {
      var counts = [Int](repeating: 0, count: scheme.profiles.count)
      for part in layout.parts {
        if let index = scheme.profiles.firstIndex(of: part.profile) { counts[index] += 1 }
      }
      sets.insert(counts)
    }
    let sizes = scheme.profiles.map(\.size)
    self.sizes = sizes
    // The fullest first; the order of equals is fixed, so that a run repeats.
    let weight = { (counts: [Int]) in zip(counts, sizes).reduce(0) { $0 + $1.0 * $1.1 } }
    fills = sets.sorted { a, b in
      let (left, right) = (weight(a), weight(b))
      return left == right ? b.lexicographicallyPrecedes(a) : left > right
    }
  }

  mutating func run(_ wanted: [Int], gpus: Int) -> [[Int]] {
    let all = fewest(wanted)
    guard all.count > gpus else { return all }
    // Too few GPUs: keep those that hold the most.
    return Array(all.sorted { weight($0) > weight($1) }.prefix(gpus))
  }

  private mutating func fewest(_ wanted: [Int]) -> [[Int]] {
    guard wanted.contains(where: { $0 > 0 }) else { return [] }
    if let known = best[wanted] { return known }
    budget -= 1
    let choices = maximalFills(wanted)
    guard budget > 0 else { return greedy(wanted) }
    var answer: [[Int]]?
    let least = (weight(wanted) + fullest - 1) / fullest
    for fill in choices {
      let rest = fewest(zip(wanted, fill).map { $0 - $1 })
      if answer.map({ rest.count + 1 < $0.count }) ?? true { answer = [fill] + rest }
      if let answer, answer.count <= least { break }
    }
    best[wanted] = answer
    return answer ?? []
  }

  private var fullest: Int { fills.first.map(weight) ?? 1 }

  /// The memory slices of a set.
  private func weight(_ counts: [Int]) -> Int { zip(counts, sizes).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The sets that take nothing that is not wanted and into which nothing more that is wanted fits.
  private func maximalFills(_ wanted: [Int]) -> [[Int]] {
    var kept: [[Int]] = []
    for fill in fills where zip(fill, wanted).allSatisfy({ $0 <= $1 }) {
      if !kept.contains(where: { larger in zip(fill, larger).allSatisfy { $0 <= $1 } }) {
        kept.append(fill)
      }
    }
    return kept
  }

  private func greedy(_ wanted: [Int]) -> [[Int]] {
    var rest = wanted
    var chosen: [[Int]] = []
    while rest.contains(where: { $0 > 0 }) {
      guard let fill = fills.first(where: { zip($0, rest).allSatisfy { $0 <= $1 } }) else { break }
      chosen.append(fill)
      rest = zip(rest, fill).map { $0 - $1 }
    }
    return chosen
  }
}
