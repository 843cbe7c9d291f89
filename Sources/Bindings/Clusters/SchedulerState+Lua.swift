import Base
public import LuaBridge
public import Serving

/// What a scheduler in Lua sees of a replica while it plans.
final class SchedulerState {
  fileprivate let writer: PlanWriter
  /// Functions that go from one sequence to the next, for `for`.
  fileprivate let running, prefilling, waiting: LuaFunction

  init(_ writer: PlanWriter, in state: LuaState) {
    self.writer = writer
    running = Self.walker("running", writer, in: state) {
      Int($0.running.count)
    } at: {
      $0.running[$1]
    }
    prefilling = Self.walker("prefilling", writer, in: state) {
      $0.prefillingCount == 0 ? 0 : Int($0.running.count)
    } at: { serving, place in
      let slot = serving.running[place]
      return serving.phase(slot) == .prefill ? slot : nil
    }
    waiting = Self.walker("waiting", writer, in: state) {
      $0.waitingCount
    } at: {
      $0.waitingSlot($1)
    }
  }

  /// A function for `for` that finds the sequence behind another one, where it looked last or
  /// anywhere: lists do not change while a step is planned.
  private static func walker(
    _ name: String, _ writer: PlanWriter, in state: LuaState,
    count: @escaping (ServingState) -> Int, at: @escaping (ServingState, Int) -> Int32?
  ) -> LuaFunction {
    var last = 0
    return state.makeFunction(name) { frame in
      let serving = try writer.state
      let end = count(serving)
      var place = 0
      if let previous = Int.luaRead(frame.stack, 2) {
        let slot = PlanWriter.slot(previous)
        if last >= end || at(serving, last) != slot {
          last = (0..<end).first { at(serving, $0) == slot } ?? end
        }
        place = last + 1
      }
      while place < end {
        if let slot = at(serving, place) {
          last = place
          return Int(slot) + 1
        }
        place += 1
      }
      return LuaValue.nil
    }
  }

  fileprivate func look<Value>(
    _ sequence: Int, _ body: (ServingState, Int32) -> Value
  ) throws(Problem) -> Value {
    let (serving, slot) = (try writer.state, PlanWriter.slot(sequence))
    guard slot >= 0, Int(slot) < serving.slotCount, serving.phase(slot) != .none else {
      throw Problem(
        "there is no sequence \(sequence)",
        fix: "state:running() and state:waiting() go over those there are")
    }
    return body(serving, slot)
  }
}

extension SchedulerState: LuaExported {
  static let luaName = "cluster.State"
  static let exported = Exported<SchedulerState>(
    "A replica as its scheduler sees it: who waits, who runs, and their blocks.",
    detail: "A sequence is a number that stands for it in this step. The state changes only by the "
      + "plan, once the scheduler returns.",
    example: "cluster.service{ cost = {}, scheduler = function(state, budget, plan) "
      + "for s in state:waiting() do plan:admit(s) end end }"
  ) {
    property("running_count", "Sequences that hold blocks and are in no step.") {
      try $0.writer.state.running.count
    }
    property("prefilling_count", "Sequences that read their prompts.") {
      try $0.writer.state.prefillingCount
    }
    property("waiting_count", "Sequences that wait for blocks.") {
      try $0.writer.state.waitingCount
    }
    property("admitted_count", "Sequences that hold blocks, those in flight included.") {
      try $0.writer.state.admittedCount
    }
    property("in_flight_count", "Sequences in steps that run: with pipeline stages there are some.")
    {
      try $0.writer.state.inFlightCount
    }
    property("block_count", "KV blocks of the replica.") { try $0.writer.state.pool.blockCount }
    property("block_size", "Tokens per block.", unit: .tokens) {
      try $0.writer.state.pool.blockSize
    }
    lists
    sequences
  }

  @MemberBuilder private static var lists: [ExportedMember] {
    method("running", "Goes over the running sequences in their order, for `for`.") { $0.running }
      .returns("fun(): integer?")
    method("prefilling", "Goes over those of them that read their prompts, for `for`.") {
      $0.prefilling
    }.returns("fun(): integer?")
    method("waiting", "Goes over the waiting sequences, the next one first, for `for`.") {
      $0.waiting
    }.returns("fun(): integer?")
  }

  private static var sequence: Argument<Int> {
    .integer("sequence", "its number in this step")
  }

  @MemberBuilder private static var sequences: [ExportedMember] {
    method("phase", "What a sequence does: waiting, swapped, prefill or decode.", sequence) {
      try $0.look($1) { state, slot in "\(state.phase(slot))" }
    }
    method("is_decoding", "True when each step brings a sequence a token.", sequence) {
      try $0.look($1) { state, slot in state.phase(slot) == .decode }
    }
    method(
      "pending_tokens", "Tokens it has to compute: 1 when it decodes; cached ones left out.",
      sequence
    ) { try $0.writer.pending(PlanWriter.slot($1)) }.unit(.tokens)
    method("prompt_tokens", "Tokens of its prompt.", sequence) {
      try $0.look($1) { state, slot in Int(state.request(slot).promptTokens) }
    }.unit(.tokens)
    method(
      "output_tokens",
      "Tokens that it will have produced at its end, which a real engine cannot know.",
      sequence
    ) { try $0.look($1) { state, slot in Int(state.request(slot).outputTokens) } }.unit(.tokens)
    method("known_tokens", "Tokens of its prompt and of its answer so far.", sequence) {
      try $0.look($1) { state, slot in Int(state.progress(slot).known) }
    }.unit(.tokens)
    method("computed_tokens", "Tokens whose keys and values stand in blocks.", sequence) {
      try $0.look($1) { state, slot in Int(state.progress(slot).computed) }
    }.unit(.tokens)
    method("blocks", "How many blocks it holds.", sequence) {
      try $0.look($1) { state, slot in state.blockCount(slot) }
    }
    method("request", "The number of its request in the trace, from 1.", sequence) {
      try $0.look($1) { state, slot in Int(state.requestID(slot)) + 1 }
    }
    method("arrival_seconds", "When its request came.", sequence) {
      try $0.look($1) { state, slot in
        Double(bitPattern: UInt64(bitPattern: state.request(slot).rank))
      }
    }.unit(.seconds)
    method("priority", "The priority of its request; more urgent is smaller.", sequence) {
      try $0.look($1) { state, slot in Int(state.request(slot).priority) }
    }
    method("class", "The number of its request's class of service, from 1.", sequence) {
      try $0.look($1) { state, slot in Int(state.request(slot).slaClass) + 1 }
    }
    method("adapter", "The LoRA adapter of its request; 0 is none.", sequence) {
      try $0.look($1) { state, slot in Int(state.request(slot).adapter) }
    }
  }
}

extension PlanWriter: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "cluster.Plan"

  private static var sequence: Argument<Int> {
    .integer("sequence", "its number in this step")
  }

  /// The place of a sequence; below 0, which is nobody's, for numbers below 1.
  fileprivate static func slot(_ sequence: Int) -> Int32 { Int32(clamping: max(0, sequence) - 1) }

  private static func tokens(_ summary: String) -> Argument<Int> {
    .integer("tokens", summary, unit: .tokens, range: 1...1_073_741_824)
  }

  /// What a scheduler in Lua writes a step with.
  public static let exported = Exported<PlanWriter>(
    "The step that a scheduler writes; what could not run is refused with an error.",
    example: "cluster.service{ cost = {}, scheduler = function(state, budget, plan) "
      + "plan:run_all() end }"
  ) {
    property("tokens_left", "Tokens that the step may still have.", unit: .tokens) {
      try $0.tokensLeft
    }
    property("sequences_left", "Sequences that the step may still have.") { try $0.sequencesLeft }
    property("free_blocks", "Blocks that are free once the plan is carried out.") {
      $0.freeBlocks
    }
    property("count", "Sequences that the plan runs.") { try $0.plan.count }
    property("preempted_count", "Sequences whose blocks the plan takes.") {
      try $0.plan.preempted.count
    }
    writing
    looking
  }

  @MemberBuilder private static var writing: [ExportedMember] {
    method(
      "run_all",
      "Plans running sequences in their order until the step is full; goes on from where it was.",
      .optional(.integer("limit", "the most tokens of one prompt", unit: .tokens, range: 1...))
    ) { try $0.runAll(limit: $1 ?? .max).map { Int($0) + 1 } }
    .returns("integer?")
    .detail(
      "Returns the first sequence that lacks blocks, nil when none does: preempt one and go on.")
    method("decode", "Plans the next token of a decoding sequence, guesses included.", sequence) {
      try $0.decode(slot($1))
    }
    method(
      "prefill", "Plans tokens of a sequence that reads its prompt.", sequence, tokens("how many")
    ) { try $0.prefill(slot($1), tokens: $2) }
    method(
      "admit", "Lets a waiting sequence in; false and the reason when it does not fit now.",
      sequence,
      .optional(tokens("what it computes; all that fits by itself"))
    ) { plan, sequence, tokens in
      let refusal = try plan.admit(slot(sequence), tokens: tokens)
      return Several(refusal == nil, refusal?.rawValue)
    }
    .returns("boolean", #""tokens"|"sequences"|"blocks"|"adapters"?"#)
    method("preempt", "Takes a running sequence's blocks; it waits again.", sequence) {
      try $0.preempt(slot($1))
    }
  }

  @MemberBuilder private static var looking: [ExportedMember] {
    method(
      "youngest", "The running sequence admitted last that the plan does not touch; nil for none."
    ) { try $0.youngest().map { Int($0) + 1 } }
    .returns("integer?")
    method("tokens_for", "Tokens that a sequence would have in this step by itself.", sequence) {
      try $0.tokens(for: slot($1))
    }.unit(.tokens)
    method(
      "fits", "True when blocks for more tokens of a running sequence are free.", sequence,
      tokens("how many")
    ) { try $0.fits(slot($1), tokens: $2) }
    method("is_planned", "True when the plan runs a sequence.", sequence) {
      try $0.isPlanned(slot($1))
    }
    method("is_preempted", "True when the plan takes a sequence's blocks.", sequence) {
      try $0.isPreempted(slot($1))
    }
  }
}
