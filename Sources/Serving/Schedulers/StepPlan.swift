/// What one step does: who decodes, who computes which part of its known tokens, who is let in and who
/// has to go.
///
/// A scheduler writes it, `ServingState.begin` carries out what it means for blocks and queues, and an
/// executor runs it, with tensors or in virtual time. Slots are those of the state it was made from.
/// Plans are used again from step to step, so none of this allocates.
public final class StepPlan {
  /// How the blocks of a preempted sequence are given up.
  public enum Preemption: UInt8, Sendable, CaseIterable {
    /// They are dropped, and what they held is computed again.
    case recompute
    /// They are copied to host memory and back.
    case swap
    /// They are dropped, and what was computed is taken for the whole prompt from then on: what Vidur
    /// does, to a half-read prompt too.
    case restart
  }

  /// Sequences that get one token each, and as many guesses as `draftTokens` says.
  public internal(set) var decodes = Column<Int32>(capacity: 256)
  /// Sequences that compute known tokens.
  public internal(set) var prefills = Column<PrefillItem>(capacity: 64)
  /// Blocks that sequences get before the step; those of admitted ones are in their items.
  public internal(set) var growth = Column<BlockGrowth>(capacity: 64)
  /// Sequences that give up their blocks before anything else happens, in this order.
  public internal(set) var preempted = Column<Int32>(capacity: 16)
  /// How they give them up.
  public var preemption = Preemption.recompute
  /// Guesses that each decoding sequence verifies.
  public internal(set) var draftTokens = 0
  /// Sums over the items, for cost models.
  public internal(set) var shape = StepShape()
  /// True when the scheduler could not decide: the step does not happen, and the run stops.
  public private(set) var isGivenUp = false

  /// Creates an empty plan.
  public init() {}

  /// True when the step computes nothing.
  public var isEmpty: Bool { decodes.count == 0 && prefills.count == 0 }
  /// How many sequences take part.
  public var count: Int { decodes.count + prefills.count }

  /// Forgets everything.
  public func removeAll() {
    decodes.removeAll()
    prefills.removeAll()
    growth.removeAll()
    preempted.removeAll()
    draftTokens = 0
    shape = StepShape()
    isGivenUp = false
  }

  /// Says that the scheduler cannot decide, and forgets what it planned.
  public func giveUp() {
    removeAll()
    isGivenUp = true
  }

  /// Adds a sequence that decodes.
  /// - Parameters:
  ///   - slot: The sequence.
  ///   - context: Its known tokens, the one to be computed included.
  ///   - drafts: Guesses to verify, the same number for every sequence of a step.
  public func decode(_ slot: Int32, context: Int, drafts: Int = 0) {
    decodes.append(slot)
    shape.decodes += 1
    shape.decodeContext += context
    shape.tokens += 1 + drafts
    draftTokens = max(draftTokens, drafts)
  }

  /// Adds a sequence that computes known tokens.
  public func prefill(_ item: PrefillItem) {
    prefills.append(item)
    shape.add(item)
  }

  /// Gives a running sequence blocks before the step.
  public func grow(_ slot: Int32, blocks: Int) {
    growth.append(BlockGrowth(slot: slot, blocks: Int32(blocks)))
  }

  /// Takes a sequence's blocks before the step.
  public func preempt(_ slot: Int32) { preempted.append(slot) }
}

/// A sequence that computes known tokens in a step.
@frozen
public struct PrefillItem: Hashable, Sendable, BitwiseCopyable {
  /// The sequence.
  public var slot: Int32
  /// How many tokens it computes.
  public var tokens: Int32
  /// How many it has computed before, those from the prefix cache included.
  public var context: Int32
  /// Free blocks it takes for that when it is admitted.
  public var blocks: Int32
  /// Tokens it finds in the prefix cache when it is admitted.
  public var cached: Int32
  /// True when it leaves the queue of waiting sequences by this.
  public var isAdmission: Bool

  /// Creates an item.
  @inlinable
  public init(
    slot: Int32, tokens: Int32, context: Int32, blocks: Int32 = 0, cached: Int32 = 0,
    isAdmission: Bool = false
  ) {
    self.slot = slot
    self.tokens = tokens
    self.context = context
    self.blocks = blocks
    self.cached = cached
    self.isAdmission = isAdmission
  }
}

/// Blocks that a running sequence gets.
@frozen
public struct BlockGrowth: Hashable, Sendable, BitwiseCopyable {
  /// The sequence.
  public var slot: Int32
  /// How many blocks.
  public var blocks: Int32

  init(slot: Int32, blocks: Int32) {
    self.slot = slot
    self.blocks = blocks
  }
}

/// What the time of a step depends on: sums over its sequences.
@frozen
public struct StepShape: Hashable, Sendable, BitwiseCopyable {
  /// Tokens that run through the layers.
  public var tokens = 0
  /// Sequences that decode.
  public var decodes = 0
  /// Their known tokens together.
  public var decodeContext = 0
  /// Sequences that compute known tokens.
  public var prefills = 0
  /// Tokens they compute.
  public var prefillTokens = 0
  /// Tokens they have computed before.
  public var prefillContext = 0
  /// The same, each sequence's rounded up to 64.
  public var prefillContext64 = 0
  /// The squares of what they compute, summed.
  public var prefillSquares = 0
  /// Pairs of a computed token and one that it attends to, itself included.
  public var prefillPairs = 0
  /// Tokens whose blocks are copied to host memory or back.
  public var swappedTokens = 0

  /// Creates the shape of an empty step.
  @inlinable public init() {}

  /// Adds a sequence that computes known tokens.
  public mutating func add(_ item: PrefillItem) {
    let (count, context) = (Int(item.tokens), Int(item.context))
    tokens += count
    prefills += 1
    prefillTokens += count
    prefillContext += context
    prefillContext64 += (context + 63) & ~63
    prefillSquares += count * count
    prefillPairs += count * context + count * (count + 1) / 2
  }
}

extension StepPlan {
  /// A plan of the same content.
  public func copy() -> StepPlan {
    let other = StepPlan()
    other.decodes = decodes.copy()
    other.prefills = prefills.copy()
    other.growth = growth.copy()
    other.preempted = preempted.copy()
    other.preemption = preemption
    other.draftTokens = draftTokens
    other.shape = shape
    return other
  }
}
