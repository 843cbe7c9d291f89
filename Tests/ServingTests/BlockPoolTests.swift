import Base
import Serving
import Testing

@Suite struct BlockPoolTests {
  /// Takes blocks and gives their numbers.
  private func take(_ count: Int, from pool: inout BlockPool) -> [Int32] {
    var table = [Int32](repeating: -1, count: max(count, 1))
    pool.allocate(count, into: &table)
    return Array(table.prefix(count))
  }

  @Test func `a released sequence's last block is taken first, behind those that were free before`()
  {
    var pool = BlockPool(blockCount: 5, isCaching: true)
    let mine = take(3, from: &pool)
    #expect(mine == [0, 1, 2])
    pool.release(mine, count: 3)
    #expect(pool.freeBlocks == [3, 4, 2, 1, 0])
    pool.checkInvariants()
  }

  @Test func `a block that two hold is copied before one writes, and free only when both let go`() {
    var pool = BlockPool(blockCount: 3)
    let block = take(1, from: &pool)[0]
    pool.retain(block)
    let copy = pool.makeWritable(block)
    #expect(copy == 1)
    #expect(pool.referenceCount(of: block) == 1)
    #expect(pool.makeWritable(block) == block)
    pool.release([block, 1], count: 2)
    #expect(pool.freeCount == 3)
    pool.checkInvariants()
  }

  @Test func `nothing is copied when no block is free`() {
    var pool = BlockPool(blockCount: 1)
    let block = take(1, from: &pool)[0]
    pool.retain(block)
    #expect(pool.makeWritable(block) == nil)
    #expect(pool.referenceCount(of: block) == 2)
  }

  @Test func `free blocks stand in the order in which they came, whoever leaves the middle`() {
    for seed in UInt64(0)..<20 {
      var random = SeededRandom(seed: seed)
      var pool = BlockPool(blockCount: 1 + random.nextInteger(below: 40), isCaching: true)
      var queue = pool.freeBlocks
      var held: [[Int32]] = []
      for _ in 0..<2000 {
        switch random.nextInteger(below: 3) {
        case 0 where !queue.isEmpty:
          let count = 1 + random.nextInteger(below: queue.count)
          held.append(take(count, from: &pool))
          #expect(held.last == Array(queue.prefix(count)))
          queue.removeFirst(count)
        case 1 where !queue.isEmpty:
          let block = queue.remove(at: random.nextInteger(below: queue.count))
          pool.retain(block)
          held.append([block])
        case 2 where !held.isEmpty:
          let gone = held.remove(at: random.nextInteger(below: held.count))
          pool.release(gone, count: gone.count)
          queue += gone.reversed()
        default: break
        }
        #expect(pool.freeBlocks == queue)
        #expect(pool.freeCount == queue.count)
      }
      pool.checkInvariants()
    }
  }

  @Test func `blocks in equal blocks out, whatever is taken, shared and given back`() {
    for seed in UInt64(0)..<20 {
      var random = SeededRandom(seed: seed)
      var pool = BlockPool(blockCount: 1 + random.nextInteger(below: 40))
      var held: [[Int32]] = []
      for _ in 0..<200 {
        switch random.nextInteger(below: 3) {
        case 0 where pool.freeCount > 0:
          held.append(take(1 + random.nextInteger(below: pool.freeCount), from: &pool))
        case 1 where !held.isEmpty:
          let shared = held[random.nextInteger(below: held.count)]
          for block in shared { pool.retain(block) }
          held.append(shared)
        case 2 where !held.isEmpty:
          let gone = held.remove(at: random.nextInteger(below: held.count))
          pool.release(gone, count: gone.count)
        default: break
        }
        pool.checkInvariants()
        #expect(pool.usedCount == Set(held.joined()).count, "seed \(seed)")
      }
    }
  }
}
