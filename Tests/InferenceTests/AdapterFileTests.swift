import Base
import Glibc
import TestSupport
import Tensors
import Testing

@testable import Inference

@Suite struct AdapterFileTests {
  static let modules = [
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]

  /// The rows of a matrix in the order of Hugging Face's files, by the published rule of the converter:
  /// `w.reshape(heads, 2, D/2, n).swapaxes(1, 2)` goes there and this comes back.
  static func home(_ rows: [[Float]], heads: Int) -> [[Float]] {
    let width = rows.count / heads
    return (0..<heads).flatMap { head in
      (0..<2).flatMap { half in
        (0..<width / 2).map { pair in rows[head * width + pair * 2 + half] }
      }
    }
  }

  /// The tensors of a file that says the same as factors.
  static func tensors(
    _ factors: [String: Adapter.Factors], ending: String = ".weight"
  ) throws -> [(name: String, tensor: Tensor)] {
    try factors.sorted { $0.key < $1.key }.flatMap { target, factor in
      let parts = target.split(separator: ".")
      let module = try #require(modules.first { $0.value == parts[2] }).key
      let name = "base_model.model.model.layers.\(parts[1]).\(module).lora_"
      var rows = stride(from: 0, to: factor.b.count, by: factor.rank).map {
        Array(factor.b[$0..<$0 + factor.rank])
      }
      if parts[2] == "attn_q" { rows = home(rows, heads: 4) }
      if parts[2] == "attn_k" { rows = home(rows, heads: 2) }
      return [
        (
          name + "A" + ending,
          try Tensor(factor.a, shape: [factor.rank, factor.a.count / factor.rank])
        ),
        (
          name + "B" + ending,
          try Tensor(rows.flatMap(\.self), shape: [rows.count, factor.rank])
        ),
      ]
    }
  }

  /// Random factors for every matrix of the first layer of the small model.
  static func factors(rank: Int) -> [String: Adapter.Factors] {
    var random = SeededRandom(seed: 12)
    let shapes = [
      "attn_q": (64, 64), "attn_k": (32, 64), "attn_v": (32, 64), "attn_output": (64, 64),
      "ffn_gate": (96, 64), "ffn_up": (96, 64), "ffn_down": (64, 96),
    ]
    var result: [String: Adapter.Factors] = [:]
    for (kind, (rows, columns)) in shapes.sorted(by: { $0.key < $1.key }) {
      func numbers(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(random.nextNormal() * 0.2) }
      }
      result["blk.0.\(kind)"] = .init(
        rank: rank, a: numbers(rank * columns), b: numbers(rows * rank))
    }
    return result
  }

  static func withFolder<T>(_ safetensors: [UInt8], _ config: String?, _ body: (String) throws -> T)
    throws -> T
  {
    let folder = SmallModel.temporaryPath() + ".adapter"
    try FileIO.makeDirectory(folder)
    let (file, json) = (folder + "/adapter_model.safetensors", folder + "/adapter_config.json")
    defer {
      unlink(file)
      unlink(json)
      rmdir(folder)
    }
    try FileIO.write(safetensors, to: file, flushing: false)
    if let config { try FileIO.write(Array(config.utf8), to: json, flushing: false) }
    return try body(folder)
  }

  private func problem(
    _ tensors: [(name: String, tensor: Tensor)], _ config: String? = #"{"r":2,"lora_alpha":4}"#
  ) throws -> String {
    let engine = try SessionTests.engine("f32")
    let bytes = try SafetensorsFile(tensors: tensors).formatted()
    return try Self.withFolder(bytes, config) { folder in
      (#expect(throws: Problem.self) { try Adapter(path: folder, for: engine) })?.description ?? ""
    }
  }

  @Test(
    "a file gives what its factors give",
    arguments: [
      (#"{"peft_type":"LORA","r":2,"lora_alpha":6}"#, ".weight", 6.0, false),
      (#"{"r":2,"lora_alpha":6,"use_rslora":true,"use_dora":false}"#, ".default.weight", 6, true),
    ])
  func roundTrip(config: String, ending: String, alpha: Double, usesRootOfRank: Bool) throws {
    let engine = try SessionTests.engine("f32")
    let factors = Self.factors(rank: 2)
    let made = try Adapter(
      "made", for: engine, factors, alpha: alpha, usesRootOfRank: usesRootOfRank)
    let bytes = try SafetensorsFile(tensors: Self.tensors(factors, ending: ending)).formatted()
    let tokens = SessionTests.prompt(7)
    try Self.withFolder(bytes, config) { folder in
      let read = try Adapter(path: folder, for: engine)
      #expect(read.name == FileIO.name(of: folder) && read.targets == made.targets)
      let expected = try AdapterTests.logits(engine, made, tokens)
      #expect(try AdapterTests.logits(engine, read, tokens) == expected)
      let direct = try Adapter(
        path: folder + "/adapter_model.safetensors", name: "direct", for: engine)
      #expect(
        try AdapterTests.logits(engine, direct, tokens) == expected && direct.name == "direct")
    }
  }

  @Test func `single modules may have ranks and alphas of their own`() throws {
    let engine = try SessionTests.engine("f32")
    var factors = Self.factors(rank: 2).filter { $0.key == "blk.0.attn_v" }
    factors["blk.0.ffn_up"] = Self.factors(rank: 5)["blk.0.ffn_up"]
    let config =
      #"{"r":2,"lora_alpha":4,"rank_pattern":{"mlp.up_proj":5},"#
      + #""alpha_pattern":{"up_proj":10}}"#
    let bytes = try SafetensorsFile(tensors: Self.tensors(factors)).formatted()
    try Self.withFolder(bytes, config) { folder in
      let read = try Adapter(path: folder, for: engine)
      // Both scales are 2.
      let parts = try factors.map {
        try Adapter("part", for: engine, [$0.key: $0.value], alpha: 2 * Double($0.value.rank))
      }
      for part in parts {
        let name = part.targets[0]
        #expect(read.deltas[name]?.b.unpacked() == part.deltas[name]?.b.unpacked())
        #expect(read.deltas[name]?.a.unpacked() == part.deltas[name]?.a.unpacked())
      }
    }
  }

  @Test func `what does not fit is refused by tensor and shape`() throws {
    let good = try Self.tensors(Self.factors(rank: 2))
    let name = good[0].name
    #expect(
      try problem(good, #"{"r":3,"lora_alpha":4}"#)
        .contains("tensor \"\(name)\" should be [3, 64], is [2, 64]"))
    #expect(try problem(Array(good.dropFirst())).contains("has no lora_A"))
    let deep = good.map {
      (name: $0.name.replacing("layers.0", with: "layers.9"), tensor: $0.tensor)
    }
    #expect(try problem(deep).contains("unknown matrix \"blk.9."))
    #expect(try problem([("lm_head.weight", good[0].tensor)]).contains("no half of a LoRA matrix"))
    #expect(try problem([]).contains("adds to no matrix"))
    let broken = try Tensor([Float](repeating: .nan, count: 128), shape: [2, 64])
    #expect(try problem([(name, broken)]).contains("does not hold finite floats"))
  }

  @Test(
    "a configuration of something else is refused",
    arguments: [
      (nil, "adapter_config.json"), ("[]", "expected a JSON object"),
      (#"{"lora_alpha":4}"#, "\"r\" should be a whole number"),
      (#"{"r":2}"#, "\"lora_alpha\" should be a number"),
      (#"{"r":2,"lora_alpha":4,"peft_type":"IA3"}"#, "peft_type \"IA3\" is not supported"),
      (#"{"r":2,"lora_alpha":4,"use_dora":true}"#, "use_dora is not supported"),
      (#"{"r":2,"lora_alpha":4,"rank_pattern":{".*q":1}}"#, "the pattern \".*q\""),
    ] as [(String?, String)])
  func configurations(config: String?, says: String) throws {
    let good = try Self.tensors(Self.factors(rank: 2))
    #expect(try problem(good, config).contains(says))
  }

  /// Every mutation gives an error that names the file, or an adapter that runs.
  @Test func `broken adapter files give errors and nothing worse`() throws {
    let engine = try SessionTests.engine("f32")
    let good = try SafetensorsFile(tensors: Self.tensors(Self.factors(rank: 2))).formatted()
    let config = Array(#"{"r": 2, "lora_alpha": 4, "use_rslora": false, "alpha_pattern": {}}"#.utf8)
    var random = SeededRandom(seed: 5)
    var refused = 0
    for round in 0..<trials(10_000, fast: 1000) {
      let bytes = round % 4 == 0 ? good : Mutations.mutated(good, header: 1200, &random)
      let text = round % 4 == 0 ? Mutations.mutated(config, header: config.count, &random) : config
      try Self.withFolder(bytes, String(decoding: text, as: UTF8.self)) { folder in
        do {
          let adapter = try Adapter(path: folder, for: engine)
          // Some run: what was changed may be a number of a matrix.
          if round % 16 == 1 { _ = try AdapterTests.logits(engine, adapter, [1, 5]) }
        } catch let problem as Problem {
          refused += 1
          #expect(problem.description.contains(folder))
        }
      }
    }
    #expect(refused > trials(10_000, fast: 1000) / 4)
  }
}
