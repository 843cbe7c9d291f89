public import Devices

extension Occupancy {
  /// What is made shared memory where a launch does not say it, in bytes: the least that can be set and
  /// holds the blocks that fit; the rest is first-level cache.
  public func chosenCarveout(on limits: ComputeLimits) -> Int {
    let needed = activeBlocks * sharedPerBlock
    return limits.sharedCarveouts.first { $0 >= needed } ?? limits.sharedPerMultiprocessor
  }
}
