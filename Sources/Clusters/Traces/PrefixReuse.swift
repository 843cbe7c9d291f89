public import Serving

/// How much of a trace's prompts a prefix cache would have: requests in the order of the trace, whole
/// names, the least recently used one evicted when there are too many.
public struct PrefixReuse: Hashable, Sendable {
  /// How many names fit; nothing for all.
  public let capacity: Int?
  /// Names that were asked for, and those at the beginning of a prompt that were there.
  public let names: CacheCounts

  /// Runs a trace through a cache of so many names.
  public init(_ trace: Trace, capacity: Int?) {
    self.capacity = capacity
    var (cache, counts) = (RecencyList(), CacheCounts())
    for range in trace.prefixRanges {
      let count = (Int(range.tokens) + trace.prefixes.tokensPerID - 1) / trace.prefixes.tokensPerID
      let ids = trace.prefixes.ids[Int(range.start)..<(Int(range.start) + count)]
      counts.asked += count
      counts.hit += ids.prefix { cache.contains($0) }.count
      for id in ids {
        cache.use(id)
        if let capacity, cache.count > capacity { cache.dropOldest() }
      }
    }
    names = counts
  }
}

/// Names by when they were used last.
private struct RecencyList {
  private var places: [UInt64: Int] = [:]
  private var names: [UInt64] = []
  private var next: [Int] = [0]
  private var previous: [Int] = [0]

  // Entry 0 of the links stands for both ends; the name at place p stands at p - 1.
  var count: Int { places.count }

  func contains(_ name: UInt64) -> Bool { places[name] != nil }

  mutating func use(_ name: UInt64) {
    let place: Int
    if let known = places[name] {
      place = known
      unlink(place)
    } else {
      names.append(name)
      next.append(0)
      previous.append(0)
      place = names.count
      places[name] = place
    }
    let last = previous[0]
    next[last] = place
    previous[place] = last
    next[place] = 0
    previous[0] = place
  }

  mutating func dropOldest() {
    let place = next[0]
    unlink(place)
    places[names[place - 1]] = nil
  }

  private mutating func unlink(_ place: Int) {
    next[previous[place]] = next[place]
    previous[next[place]] = previous[place]
  }
}
