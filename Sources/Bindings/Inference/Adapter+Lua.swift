import Base
public import Inference
public import LuaBridge

extension Adapter: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Adapter"

  /// What Lua sees of an adapter.
  public static let exported = Exported<Adapter>(
    "A LoRA adapter: what is added to a model's matrices, B · A of low rank.",
    example: "llm.load():adapter { rank = 8, deviation = 0.02 }"
  ) {
    property("name", "What it is called.") { $0.name }
    property("rank", "The greatest rank of its matrices.") { $0.rank }
    property("targets", "The matrices that it adds to, as in \"blk.3.attn_q\".") { $0.targets }
    property("parameters", "The numbers in all its matrices.") { $0.parameterCount }
    property("memory_bytes", "The memory that it takes.", unit: .bytes) { $0.bytes.count }
  }
}

extension Adapter: CustomStringConvertible {
  /// One line that says what it is.
  public var description: String {
    "llm.Adapter \(name): rank \(rank), \(targets.count) matrices, \(parameterCount) parameters, "
      + "\(bytes)"
  }
}

/// Adapters, as a model offers them.
extension LanguageModel {
  /// The methods that make and merge adapters.
  @MemberBuilder static var adapterMembers: [ExportedMember] {
    method(
      "adapter", "An adapter for the option adapter: of random numbers, or read from a file.",
      .state,
      .named(
        .optional(
          .string("path", "a .safetensors file with PEFT's names, adapter_config.json beside it")),
        .string("name", "what it is called", default: "adapter"),
        .integer("rank", "rows of each A", default: 8, range: 1...4096),
        .number("alpha", "B · A is multiplied with alpha / rank", default: 16),
        .optional(
          .value("kinds", "matrices of each layer, as in \"attn_q\"", of: [String].self)),
        .number(
          "deviation", "of the numbers in B; 0 is the start of a training and changes nothing",
          default: 0, range: 0...100),
        .integer("seed", "fixes the numbers", default: 0))
    ) { model, state, options in
      let (path, name, rank, alpha, kinds, deviation, seed) = options.values
      if let path {
        try state.requireFileAccess("adapter of a path")
        return try Adapter(path: path, name: name, for: model.engine)
      }
      return try Adapter.random(
        name, for: model.engine, rank: rank, alpha: alpha, kinds: kinds ?? ["attn_q", "attn_v"],
        deviation: deviation, seed: UInt64(bitPattern: Int64(seed)))
    }
    .example("llm.load():adapter { rank = 4, deviation = 0.05, seed = 1 }")
    method(
      "merge", "A model whose matrices have an adapter added: nothing more is computed per token.",
      .value("adapter", "for this model", of: Adapter.self)
    ) { model, adapter in
      let engine = try model.engine.merging(adapter)
      let pool = try engine.makePool(
        format: model.executor.pool.format, blockSize: model.executor.pool.blockSize)
      return LanguageModel(StepExecutor(engine, pool), name: "\(model.name)+\(adapter.name)")
    }
    .example("local m = llm.load(); return m:merge(m:adapter { rank = 2, kinds = { \"attn_q\" } })")
    .detail("The model itself is not changed: go on with it to take the adapter back.")
  }
}
