import Base
import Inference
import Models
import Tensors

/// The real model beside llama.cpp on the same cores, in the same run.
struct EngineSuite: Suite {
  let name = "engine"
  let summary = "SmolLM2-135M Q4_1: decode, prefill, batches, start and memory, beside llama.cpp."

  func cases() throws -> [Case] {
    let model = try ModelStore().find("smollm2-135m-instruct")
    let fastest = try LlamaPeer.requantised(model)
    let ours = try EngineRuns(model)
    return try [1, 2].flatMap { try speed($0, ours, model, fastest) }
      + [busyCore(ours), start(model), memory(ours, model)] + [1, 2].flatMap { limits($0, ours) }
      + [16, 64].flatMap { deciding($0, ours) }
  }

  private func speed(_ threads: Int, _ ours: EngineRuns, _ model: String, _ fastest: String)
    throws -> [Case]
  {
    func row(
      _ name: String, _ bar: Double, _ task: LlamaPeer.Task, _ file: String,
      _ body: @escaping () throws -> Double
    ) -> Case {
      Case(
        "\(name), \(threads) thread\(threads == 1 ? "" : "s")", .perSecond, .fasterAtLeast(bar),
        peer: LlamaPeer.peer(task, model: file, threads: threads)
      ) { try ours.on(threads, body) }
    }
    return [
      row("decode", threads == 1 ? 2.0 : 2.2, .decode, model) { try ours.decode(sequences: 1) },
      row("prefill 512", 5, .prefill, model) { try ours.prefill() },
      row("prefill 512, llama.cpp's Q4_0", 1.5, .prefill, fastest) { try ours.prefill() },
      row("decode 16 sequences", 5, .batch, model) { try ours.decode(sequences: 16) },
      row("decode 16 sequences, llama.cpp's Q4_0", 2, .batch, fastest) {
        try ours.decode(sequences: 16)
      },
    ]
  }

  /// Two threads while something else wants a core, against one thread beside it.
  private func busyCore(_ ours: EngineRuns) -> Case {
    let alone = Peer("orrery, 1 thread", version: "this build") {
      try ours.besideBusyProcess { try ours.on(1) { try ours.decode(sequences: 1) } }
    }
    return Case(
      "decode, 2 threads, a core busy", .perSecond, .fasterAtLeast(0.9), peer: alone
    ) { try ours.besideBusyProcess { try ours.on(2) { try ours.decode(sequences: 1) } } }
  }

  private func start(_ model: String) -> Case {
    let chunk = "io.write(llm.load('\(model)'):generate('Hello', { max_tokens = 1 }).text)"
    return Case(
      "process start to first token", .seconds, .fasterAtLeast(1.5),
      peer: LlamaPeer.peer(.start, model: model, threads: 2)
    ) { try ChildRun.run([siblingProgram("orrery"), "-e", chunk]).seconds }
  }

  /// Context 2,048 and steps of 512 rows, as the peer's.
  private func memory(_ ours: EngineRuns, _ model: String) -> Case {
    let chunk = """
      local m = llm.load('\(model)')
      m:generate(string.rep('one two three four ', 128), { max_tokens = 16 })
      """
    return Case(
      "peak memory", .bytes, .atMost(175e6 + Double(ours.engine.packedBytes.count)),
      peer: LlamaPeer.memory(model: model), rounds: 3
    ) { try ChildRun.peakBytes(of: [siblingProgram("orrery"), "-e", chunk]) }
  }

  /// What a step of the batcher takes beside its tensors, and which share of the step that is.
  private func deciding(_ running: Int, _ ours: EngineRuns) -> [Case] {
    [
      Case("deciding a step, \(running) running", .seconds, .none, rounds: 3) {
        try ours.on(1) { try ours.batchStep(running).deciding }
      },
      Case("share of the step, \(running) running", .share, .none, rounds: 3) {
        try ours.on(1) {
          let step = try ours.batchStep(running)
          return step.deciding / step.seconds
        }
      },
    ]
  }

  /// What the machine could do: the share that decode and prefill reach of it.
  private func limits(_ threads: Int, _ ours: EngineRuns) -> [Case] {
    let suffix = "\(threads) thread\(threads == 1 ? "" : "s")"
    return [
      Case("limit: reading \(ours.engine.packedBytes), \(suffix)", .perSecond, .none, rounds: 3) {
        ours.on(threads) { MachineLimits.readBytesPerSecond(ours.engine.packedBytes.count) }
      },
      Case("share of it that decode reaches, \(suffix)", .share, .none, rounds: 3) {
        try ours.on(threads) {
          let bytes = Double(ours.engine.packedBytes.count)
          return try ours.decode(sequences: 1) * bytes
            / MachineLimits.readBytesPerSecond(ours.engine.packedBytes.count)
        }
      },
      Case("limit: 8-bit multiply-adds, \(suffix)", .perSecond, .none, rounds: 3) {
        ours.on(threads) { MachineLimits.integerMultiplyAddsPerSecond() }
      },
      Case("share of it that prefill reaches, \(suffix)", .share, .none, rounds: 3) {
        try ours.on(threads) {
          let perToken = Double(
            ours.engine.spec.multipliedParameters - ours.engine.spec.embeddingParameters)
          return try ours.prefill() * perToken / MachineLimits.integerMultiplyAddsPerSecond()
        }
      },
    ]
  }
}

/// What our engine does in this process.
private final class EngineRuns {
  let engine: Engine
  private let executor: StepExecutor

  init(_ path: String) throws {
    engine = try Engine(path: path)
    executor = StepExecutor(engine, try engine.makePool(format: .f16))
  }

  /// Runs something with a number of threads.
  func on(_ threads: Int, _ body: () throws -> Double) rethrows -> Double {
    let before = ComputeThreads.count
    ComputeThreads.set(threads)
    defer { ComputeThreads.set(before) }
    return try body()
  }

  /// Prompt tokens per second, the best of two after one to warm up, as the peer.
  func prefill() throws -> Double {
    let prompt = (0..<512).map { TokenID(100 + $0 * 37 % 40000) }
    func once() throws -> Double {
      let sequence = KVSequence(executor.pool)
      defer { executor.pool.dropKept() }
      return 512 / (try seconds { try executor.run([StepItem(sequence, prompt[...])]) })
    }
    _ = try once()
    return max(try once(), try once())
  }

  /// Tokens per second of all sequences together.
  func decode(sequences count: Int) throws -> Double {
    func once(_ steps: Int) throws -> Double {
      let sequences = (0..<count).map { _ in KVSequence(executor.pool) }
      defer { executor.pool.dropKept() }
      let took = try seconds {
        for step in 0..<steps {
          try executor.run(
            sequences.enumerated().map { number, sequence in
              StepItem(sequence, [TokenID(100 + (step * 16 + number) * 37 % 40000)])
            })
        }
      }
      return Double(count * steps) / took
    }
    _ = try once(count == 1 ? 16 : 4)
    let steps = count == 1 ? 96 : 24
    return max(try once(steps), try once(steps))
  }

  /// A step in which so many requests get a token each: the median of what deciding takes in it, and of
  /// the whole.
  func batchStep(_ running: Int) throws -> (deciding: Double, seconds: Double) {
    defer { executor.pool.dropKept() }
    let batcher = Batcher(executor, limits: .init(running: running, stepTokens: 256))
    let options = GenerationOptions(maxTokens: 64, ignoresEnd: true)
    for number in 0..<running {
      try batcher.add(
        (0..<32).map { TokenID(100 + (number * 32 + $0) * 37 % 40000) }, options: options)
    }
    var steps: [BatchStep] = []
    try batcher.run(onStep: { step in
      if step.decoding == running, step.prefills == 0 { steps.append(step) }
    })
    guard !steps.isEmpty else { throw Problem("no step had \(running) requests that decode") }
    let deciding = steps.map { $0.seconds - $0.computeSeconds }.sorted()
    return (deciding[steps.count / 2], steps.map(\.seconds).sorted()[steps.count / 2])
  }

  /// Runs something while another process computes.
  func besideBusyProcess(_ body: () throws -> Double) throws -> Double {
    let busy = try BusyProcess()
    defer { busy.end() }
    return try body()
  }
}
