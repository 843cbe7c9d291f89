import Base
public import Inference
public import LuaBridge
import Serving

extension BatchObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Batch"

  /// What Lua sees of requests that are served together.
  public static let exported = Exported<BatchObject>(
    "Requests that one model serves together: every step gives each running one a token and reads a "
      + "piece of the prompts that wait.",
    example: "llm.load():batch { running = 8 }"
  ) {
    property("running", "Requests that hold KV blocks.") { $0.batcher.runningCount }
    property("waiting", "Requests that wait for KV blocks.") { $0.batcher.waitingCount }
    property("scheduler", "What decides the steps.") { $0.schedulerName }
    property("is_idle", "True when nothing is left to do.") { $0.batcher.isIdle }
    property("preemptions", "How often requests lost their KV blocks.") {
      $0.batcher.state.counts.preemptions
    }
    property("held_blocks", "KV blocks that sequences hold.") {
      $0.batcher.executor.pool.heldBlocks
    }
    property("kept_blocks", "KV blocks that nobody holds and that may be found again.") {
      $0.batcher.executor.pool.keptBlocks
    }
    method(
      "add", "Takes a request and gives its number.",
      .value("prompt", "text, or token ids", of: Prompt.self), LanguageModel.generateOptions,
      .integer(
        "priority", "more urgent is smaller; for schedulers that look at it", default: 0,
        range: -1_000_000...1_000_000)
    ) { try $0.add($1, $2, priority: $3) }
    .example("llm.load():batch():add(\"Once upon a time\", { max_tokens = 8 })")
    method(
      "fork", "Takes a request that goes on from where another stands; they share KV blocks.",
      .integer("request", "its number", range: 1...),
      .integer("seed", "of the new one's random stream", default: 0)
    ) { batch, id, seed in
      try batch.batcher.fork(id, seed: UInt64(bitPattern: Int64(seed)))
    }
    .example("local b = llm.load():batch(); return b:fork(b:add(\"Once\"), 7)")
    method(
      "cancel", "Ends a request and keeps what it got.",
      .integer("request", "its number", range: 1...)
    ) { try $0.batcher.cancel($1) }
    .example("local b = llm.load():batch(); b:cancel(b:add(\"Once\"))")
    method(
      "preempt", "Takes a request's KV blocks; it is computed again when its turn comes.",
      .integer("request", "its number", range: 1...)
    ) { try $0.batcher.preempt($1) }
    .example("local b = llm.load():batch(); b:preempt(b:add(\"Once\"))")
    method("step", "Runs one step and says what it did.", .state) { batch, state in
      table(try batch.step(state), state)
    }
    .returns(
      "{decoding: integer, prefill_tokens: integer, admitted: integer[], preempted: integer[],"
        + " held_blocks: integer, seconds: number,"
        + " events: {request: integer, text: string?, id: integer?, is_last: boolean}[]}"
    )
    .example("local b = llm.load():batch(); b:add(\"Once\", { max_tokens = 2 }); return b:step()")
    method("run", "Runs steps until nothing is left; gives the generations in order.", .state) {
      try $0.run($1)
    }
    .example("local b = llm.load():batch(); b:add(\"Once\", { max_tokens = 2 }); return b:run()")
    method("request", "How a request stands.", .integer("request", "its number", range: 1...)) {
      try $0.request($1)
    }
    .example("local b = llm.load():batch(); return b:request(b:add(\"Once\")).phase")
  }

  private static func table(_ step: BatchStep, _ state: LuaState) -> LuaTable {
    let events = step.events.map { event -> LuaValue in
      var fields: [String: LuaValue] = [
        "request": .integer(event.request), "is_last": .boolean(event.isLast),
      ]
      if let token = event.token {
        fields["text"] = .text(token.text)
        fields["id"] = .integer(Int(token.id))
      }
      return .table(state.makeTable(fields: fields))
    }
    return state.makeTable(fields: [
      "decoding": .integer(step.decoding), "prefill_tokens": .integer(step.prefillTokens),
      "admitted": .table(state.makeTable(step.admitted.map { .integer($0) })),
      "held_blocks": .integer(step.heldBlocks),
      "preempted": .table(state.makeTable(step.preempted.map { .integer($0) })),
      "seconds": .number(step.seconds), "events": .table(state.makeTable(events)),
    ])
  }
}

extension BatchRequest: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Request"

  /// What Lua sees of a request.
  public static let exported = Exported<BatchRequest>(
    "How a request of a batch stood when it was asked for.",
    example: "local b = llm.load():batch(); return b:request(b:add(\"Once\"))"
  ) {
    property("id", "Its number, in the order of arrival.") { $0.id }
    property("phase", "\"waiting\", \"prefill\", \"decode\" or \"finished\".") { $0.phase.rawValue }
    property("generation", "What came of it so far.") { $0.generation }
    property("text", "The text so far.") { $0.generation.text }
    property("tokens", "Tokens of its prompt and its answer.", unit: .tokens) { $0.tokens.count }
    property("preemptions", "How often it lost its KV blocks.") { $0.preemptions }
    property("failure", "Why it failed; nil for what ended well or goes on.") { $0.failure }
  }
}

extension BatchRequest: CustomStringConvertible {
  /// One line that says how it stands.
  public var description: String {
    "llm.Request \(id): \(phase.rawValue), \(generation.tokens.count) tokens"
      + (failure.map { ", failed: \($0)" } ?? "")
  }
}

extension LanguageModel {
  /// The method that makes batches.
  @MemberBuilder static var batchMembers: [ExportedMember] {
    method(
      "batch", "Serves several requests together.", .state, .options(batchOptions)
    ) { model, state, options in
      let limits = Batcher.Limits(
        running: options["running"].integer ?? 64,
        stepTokens: options["step_tokens"].integer ?? 256,
        adapters: options["max_adapters"].integer ?? 0,
        draftTokens: options["draft_tokens"].integer ?? 0)
      let scheduler = options["scheduler"]
      return BatchObject(
        model, limits,
        try PolicyReader.scheduler(scheduler.isNil ? "vllm-v1" : scheduler, in: state))
    }
    .detail(
      """
      The scheduler decides the steps as it does in a simulation (`cluster.service`): a name, \
      `{ name, option = value }`, a function or a table with a method `plan`.

      \(PolicyLists.text(SchedulerKind.catalog))
      """
    )
    .example("llm.load():batch { running = 4 }")
  }

  private static var batchOptions: [Parameter] {
    [
      integer("running", "the most requests that run at once", 64, 1...4096),
      integer(
        "step_tokens", "the most tokens of a step: one for each decoding request, prompts the rest",
        256, 1...8192),
      Parameter(
        name: "scheduler", kind: .any, defaultValue: "\"vllm-v1\"",
        summary: "decides the steps: \(PolicyReader.forms)",
        words: { SchedulerKind.catalog.names }),
      integer("max_adapters", "the most adapters of a step; 0 for any number", 0, 0...1000),
      integer(
        "draft_tokens", "guesses that a decoding request verifies in a step, of its `draft`", 0,
        0...64),
    ]
  }

  private static func integer(
    _ name: String, _ summary: String, _ fallback: Int, _ range: ClosedRange<Double>
  ) -> Parameter {
    Parameter(
      name: name, kind: .integer, defaultValue: String(fallback), isOptional: true, range: range,
      summary: summary)
  }
}
