import Base
import TestSupport
import Testing

@testable import Inference

/// Sequences in a pool beside a plain model: lists of tokens, and what each position must hold.
private struct CacheModel {
  static let size = 4
  let pool: KVPool
  var sequences: [KVSequence] = []
  var random: SeededRandom

  init(limit: Int?, seed: UInt64) throws {
    let shape = KVShape(layers: 1, heads: 1, keyWidth: 4, valueWidth: 4)
    pool = try KVPool(shape, blockSize: Self.size, limit: limit)
    random = SeededRandom(seed: seed)
  }

  /// What stands for the keys and values of the last of some tokens: they depend on all before.
  static func mark(_ tokens: ArraySlice<TokenID>, _ variant: Int) -> UInt64 {
    tokens.reduce(UInt64(truncatingIfNeeded: variant) &+ 77) {
      ($0 ^ UInt64($1 + 1)) &* 0x100_0000_01B3
    }
  }

  static func place(_ sequence: KVSequence, _ position: Int) -> UnsafeMutableRawPointer? {
    // A block of 4 positions of 8 floats has room for one number of 8 bytes each.
    sequence.addresses[position / size].map { $0 + position % size * 8 }
  }

  /// Runs tokens as an executor does; false where there is no room.
  func run(_ sequence: KVSequence, _ tokens: [TokenID]) -> Bool {
    let before = (sequence.blocks, sequence.tokens, pool.heldBlocks)
    let needed = sequence.blocksNeeded(for: tokens.count)
    let available = pool.availableBlocks
    guard (try? sequence.reserve(tokens.count)) != nil else {
      #expect(needed > available ?? .max)
      #expect(sequence.blocks.count == before.0.count && sequence.tokens == before.1)
      #expect(pool.heldBlocks == before.2)
      return false
    }
    #expect(needed <= available ?? .max)
    let all = sequence.tokens + tokens
    for position in sequence.count..<all.count {
      Self.place(sequence, position)?.storeBytes(
        of: Self.mark(all[...position], sequence.variant), as: UInt64.self)
    }
    sequence.commit(tokens)
    return true
  }

  mutating func change() {
    // Three tokens only, so that sequences often begin alike.
    func tokens(_ count: Int) -> [TokenID] {
      (0..<count).map { _ in TokenID(random.nextInteger(below: 3)) }
    }
    guard !sequences.isEmpty, random.nextInteger(below: 6) > 0 else {
      let fresh = KVSequence(pool, variant: random.nextInteger(below: 2))
      let prompt = tokens(1 + random.nextInteger(below: 14))
      let taken = fresh.adopt(beginningOf: prompt)
      #expect(taken < prompt.count && taken % Self.size == 0)
      if run(fresh, Array(prompt[taken...])) { sequences.append(fresh) }
      return
    }
    let chosen = random.nextInteger(below: sequences.count)
    switch random.nextInteger(below: 6) {
    case 0: sequences.append(sequences[chosen].fork())
    case 1: sequences.remove(at: chosen)
    case 2: sequences[chosen].truncate(to: random.nextInteger(below: sequences[chosen].count + 1))
    default: _ = run(sequences[chosen], tokens(1 + random.nextInteger(below: 6)))
    }
  }

  func check() {
    for sequence in sequences {
      for position in 0..<sequence.count {
        let held = Self.place(sequence, position)?.load(as: UInt64.self)
        #expect(held == Self.mark(sequence.tokens[...position], sequence.variant))
      }
      #expect(sequence.blocks.count == (sequence.count + Self.size - 1) / Self.size)
    }
    var holders = [Int](repeating: 0, count: pool.holders.count)
    for block in sequences.flatMap(\.blocks) { holders[block] += 1 }
    #expect(pool.holders == holders)
    #expect(pool.heldBlocks == holders.count { $0 > 0 })
    #expect(pool.keptBlocks <= holders.count { $0 == 0 })
    if let limit = pool.limit { #expect(holders.count <= limit) }
  }
}

@Suite struct KVSequenceTests {
  @Test(
    "any order of forks, cuts and runs keeps every position's content", arguments: [5, 12, nil])
  func orders(limit: Int?) throws {
    for seed in 0..<UInt64(trials(400, fast: 40)) {
      var model = try CacheModel(limit: limit, seed: seed)
      for _ in 0..<60 {
        model.change()
        model.check()
      }
      model.sequences = []
      #expect(model.pool.heldBlocks == 0)
      model.pool.dropKept()
      #expect(model.pool.keptBlocks == 0)
      if let limit { #expect(model.pool.availableBlocks == limit) }
    }
  }

  @Test func `without a limit a pool does not grow by what it remembers`() throws {
    let model = try CacheModel(limit: nil, seed: 0)
    for round in 0..<200 {
      let sequence = KVSequence(model.pool)
      #expect(model.run(sequence, (0..<16).map { TokenID(round * 16 + $0) }))
    }
    #expect(model.pool.heldBlocks == 0)
    #expect(model.pool.holders.count < 60)
  }

  @Test func `what was used longest ago is forgotten first`() throws {
    let model = try CacheModel(limit: 4, seed: 0)
    func read(_ first: TokenID) -> Int {
      let sequence = KVSequence(model.pool)
      let prompt = (0..<5).map { first + $0 }
      let taken = sequence.adopt(beginningOf: prompt)
      #expect(model.run(sequence, Array(prompt[taken...])))
      return taken
    }
    #expect([0, 10, 20].map(read) == [0, 0, 0])
    // 0 was touched again, so 10 makes room.
    #expect(read(0) == 4)
    #expect(read(30) == 0)
    #expect([0, 20, 30].map(read) == [4, 4, 4])
    #expect(read(10) == 0)
  }

  @Test("a beginning found again gives the same logits bit for bit", arguments: KVFormat.allCases)
  func reuse(format: KVFormat) throws {
    let engine = try SessionTests.engine("q4_1", arithmetic: .fast)
    let pool = try engine.makePool(format: format, blockSize: 8)
    let executor = StepExecutor(engine, pool)
    let prompt = SessionTests.prompt(45)
    let first = Session(executor)
    let whole = try first.logits(after: prompt)
    // Held by another, kept by nobody, and cut back inside of a block.
    let second = Session(executor)
    #expect(second.reuse(prompt) == 40)
    #expect(try second.logits(after: Array(prompt[40...])) == whole)
    let forked = first.fork()
    #expect(forked.reuse(prompt) == 44)
    #expect(try forked.logits(after: Array(prompt[44...])) == whole)
    first.cache.truncate(to: 13)
    #expect(try first.logits(after: Array(prompt[13...])) == whole)
    #expect(
      try SessionTests.engine("q4_1", arithmetic: .fast).makeSession(format: format)
        .logits(after: prompt) == whole)
  }
}
