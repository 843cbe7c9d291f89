import Base
import Inference
public import LuaBridge
import Models
import Tensors

/// The `llm` module: real models, really run.
public enum LLMModule: LuaDeclarations {
  /// The model that is meant where none is named.
  static let defaultModel = "smollm2-135m-instruct"

  /// What Lua sees.
  public static let module = LuaModule(
    "llm", "Language models that run here: load, generate, look inside.",
    example: "llm.load():generate(\"The capital of France is\", { max_tokens = 8 })"
  ) {
    function(
      "load", "Loads a model by name or from a .gguf file.", .state,
      .string("name", "a name from llm.models(), or a path", default: defaultModel, words: names),
      .named(
        .choice(
          "arithmetic",
          "fast: repacked weights and 8-bit activations; exact: float activations, the reference",
          among: Arithmetic.allCases.map(\.rawValue), default: "fast"),
        .choice(
          "cache",
          "how keys and values are kept; auto is f16 for fast arithmetic and f32 for exact",
          among: ["auto"] + KVFormat.allCases.map(\.rawValue), default: "auto"),
        .integer(
          "block_size", "positions in a KV block", unit: .tokens, default: 64, range: 1...1024),
        .optional(
          .integer("cache_blocks", "the most KV blocks; none: memory is the end", range: 1...)),
        .optional(
          .string(
            "requantise", "store the layers' matrices anew, in a format of llm.formats()",
            words: formatNames)))
    ) { state, name, options in try load(state, name, options.values) }
    .example("llm.load \"smollm2-135m-instruct\"")
    function(
      "embedder", "Loads a sentence encoder by name, or from its folder or file.", .state,
      .string(
        "name", "a name from llm.models(), or a path", default: "all-minilm-l6-v2", words: names)
    ) { state, name in try embedder(state, name) }
    .example("llm.embedder \"all-minilm-l6-v2\"")
    function("models", "The models that are here or can be fetched.", .state) { state in
      models(state)
    }
    .returns(
      "{name: string, path: string, here: boolean, size_bytes: integer?, summary: string?,"
        + " licence: string?}[]"
    )
    .example("llm.models()")
    function(
      "fetch", "Downloads a known model into the cache; gives its path.", .state,
      .string("name", "a name from llm.models()", default: defaultModel, words: names)
    ) { state, name in
      try state.requireFileAccess("llm.fetch")
      return try ModelStore().fetch(name)
    }
    .example("llm.fetch \"smollm2-135m-instruct\"")
    function(
      "spec", "The numbers of a known architecture, without its weights.",
      .string("name", "a name from llm.specs()")
    ) { name in try ModelSpec.catalog[name] }
    .example("llm.spec \"llama-3.1-8b\"")
    function("specs", "The names of known architectures.") { ModelSpec.catalog.names }
      .example("llm.specs()")
    function(
      "spec_from_config", "Reads an architecture from a Hugging Face config.json.", .state,
      .string("config", "the file's path, or its text, which begins with {"),
      .string("name", "what to call the model", default: "config.json")
    ) { state, config, name in try specFromConfig(state, config, name) }
    .example("llm.spec_from_config('\(exampleConfig)')")
    function(
      "compute_optimum", "Parameters and tokens that make the most of so many operations.", .state,
      .number("flops", "operations of training, 6·N·D", unit: .flops, range: 1e12...1e32)
    ) { state, flops in computeOptimum(state, flops) }
    .returns("{parameters: number, tokens: number, loss_nats: number}")
    .detail("The Chinchilla law, refitted by Besiroglu and others, 2024.")
    .example("llm.compute_optimum(5.76e23)")
    function(
      "number_widths", "What one number takes in each format, its share of scales included.", .state
    ) { state in
      state.makeTable(
        NumberWidth.all.map { width in
          .table(
            state.makeTable(fields: [
              "name": .text(width.name), "bits": .number(width.bits), "source": .text(width.source),
            ]))
        })
    }
    .returns("{name: string, bits: number, source: string}[]")
    .example("llm.number_widths()")
    function("formats", "The weight formats that can be computed with.", .state) { state in
      formats(state)
    }
    .returns(
      "{name: string, summary: string, bits_per_weight: number, block_size: integer,"
        + " block_bytes: integer}[]"
    )
    .example("llm.formats()")
    constraintMembers
    LanguageModel.exported
    Constraint.exported
    ModelReport.exported
    ModelHook.exported
    Generation.exported
    BatchObject.exported
    BatchRequest.exported
    Adapter.exported
    ModelSpec.exported
    EmbedderModel.exported
  }

  private static let exampleConfig =
    #"{"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":99}"#

  private static func specFromConfig(
    _ state: LuaState, _ config: String, _ name: String
  ) throws -> ModelSpec {
    if config.drop(while: { $0.isWhitespace }).first == "{" {
      return try ModelSpec(huggingFaceConfig: config, name: name)
    }
    try state.requireFileAccess("llm.spec_from_config of a path")
    let text = String(decoding: try FileIO.read(config), as: UTF8.self)
    return try ModelSpec(
      huggingFaceConfig: text, name: name == "config.json" ? FileIO.name(of: config) : name)
  }

  private static func computeOptimum(_ state: LuaState, _ flops: Double) -> LuaTable {
    let law = ScalingLaw.chinchillaRefitted
    let (parameters, tokens) = law.optimum(flops: flops)
    return state.makeTable(fields: [
      "parameters": .number(parameters), "tokens": .number(tokens),
      "loss_nats": .number(law.loss(parameters: parameters, tokens: tokens)),
    ])
  }

  /// The embedders of a state by path.
  private final class LoadedEmbedders { var byPath: [String: Embedder] = [:] }

  private static func embedder(_ state: LuaState, _ name: String) throws -> EmbedderModel {
    let store = ModelStore()
    let found = try store.find(name)
    if !found.hasPrefix(store.folder + "/") {
      try state.requireFileAccess("llm.embedder of a path")
    }
    let path = FileIO.resolved(found)
    let loaded = state[LoadedEmbedders.self] ?? LoadedEmbedders()
    state[LoadedEmbedders.self] = loaded
    let embedder = try loaded.byPath[path] ?? Embedder(path: path)
    loaded.byPath[path] = embedder
    return EmbedderModel(embedder, name: name)
  }

  /// The engines of a state by path and arithmetic: loading a model again costs nothing.
  private final class LoadedEngines { var byKey: [String: Engine] = [:] }

  private static func load(
    _ state: LuaState, _ name: String, _ options: (String, String, Int, Int?, String?)
  ) throws -> LanguageModel {
    let (arithmetic, cache, blockSize, limit, format) = options
    let engine = try engine(
      state, name, Arithmetic(rawValue: arithmetic) ?? .fast,
      requantise: format.map { name throws(Problem) in try BlockFormat.catalog[name] })
    let standard: KVFormat = engine.arithmetic == .fast ? .f16 : .f32
    let pool = try engine.makePool(
      format: KVFormat(rawValue: cache) ?? standard, blockSize: blockSize, limit: limit)
    return LanguageModel(StepExecutor(engine, pool), name: name)
  }

  private static func engine(
    _ state: LuaState, _ name: String, _ arithmetic: Arithmetic, requantise: BlockFormat?
  ) throws -> Engine {
    let store = ModelStore()
    let found = try store.find(name)
    if !found.hasPrefix(store.folder + "/") { try state.requireFileAccess("llm.load of a path") }
    let path = FileIO.resolved(found)
    let loaded = state[LoadedEngines.self] ?? LoadedEngines()
    state[LoadedEngines.self] = loaded
    let key = "\(arithmetic.rawValue) \(requantise?.info.name ?? "") \(path)"
    let engine =
      try loaded.byKey[key] ?? Engine(path: path, arithmetic: arithmetic, requantise: requantise)
    loaded.byKey[key] = engine
    return engine
  }

  @Sendable private static func formatNames() -> [String] { BlockFormat.catalog.names }

  @Sendable private static func names() -> [String] { ModelStore().entries().map(\.name) }

  private static func models(_ state: LuaState) -> LuaTable {
    state.makeTable(
      ModelStore().entries().map { entry in
        var fields: [String: LuaValue] = [
          "name": .text(entry.name), "path": .text(entry.path), "here": .boolean(entry.size != nil),
        ]
        if let size = entry.size ?? entry.known?.size {
          fields["size_bytes"] = .integer(size.count)
        }
        if let known = entry.known {
          fields["summary"] = .text(known.info.summary)
          fields["licence"] = .text(known.licence)
        }
        return .table(state.makeTable(fields: fields))
      })
  }

  private static func formats(_ state: LuaState) -> LuaTable {
    state.makeTable(
      BlockFormat.catalog.elements.map { format in
        .table(
          state.makeTable(fields: [
            "name": .text(format.info.name), "summary": .text(format.info.summary),
            "bits_per_weight": .number(format.bitsPerWeight),
            "block_size": .integer(format.blockSize), "block_bytes": .integer(format.blockBytes),
          ]))
      })
  }
}
