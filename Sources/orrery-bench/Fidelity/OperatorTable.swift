import Base
import Devices

/// One of the measured tables, and how a line of it is asked of the operator costs.
struct OperatorTable {
  /// One line: its fields by the names of the columns.
  struct Line {
    fileprivate let columns: [String: Int]
    fileprivate let fields: [Substring]

    /// A field's text; empty where there is no such column.
    func text(_ name: String) -> String { columns[name].map { String(fields[$0]) } ?? "" }

    /// A field's number; 0 where it is none.
    func number(_ name: String) -> Int { Int(text(name)) ?? 0 }
  }

  let file: String
  /// Which lines count.
  let isWanted: @Sendable (Line) -> Bool
  let operation: @Sendable (Line) -> String
  /// The column of formats.
  let format: String
  /// What the split of configurations begins with, as in scripts/fit.
  var seed = 1
  /// What is kept out or fitted as a whole.
  let configuration: @Sendable (Line) -> String
  let seconds: @Sendable (Line, OperatorCosts) -> Double

  /// The errors by operation, device, engine and format.
  func rows(in folder: String) throws -> [OperatorFidelity.Row] {
    var order: [String] = []
    var found: [String: OperatorFidelity.Row] = [:]
    var costs: [String: (own: OperatorCosts, relatives: OperatorCosts)] = [:]
    for line in try lines(of: "\(folder)/\(file)") where isWanted(line) {
      let device = line.text("device")
      let backend = line.text("backend")
      let engine = "\(device) \(backend)"
      let cost = try costs[engine] ?? Self.costs(device, backend)
      costs[engine] = cost
      let key = "\(operation(line)) \(engine) \(line.text(format))"
      if found[key] == nil {
        order.append(key)
        found[key] = OperatorFidelity.Row(
          operation: operation(line), device: device, backend: backend, format: line.text(format))
      }
      guard let measured = Double(line.text("ms")), measured > 0 else { continue }
      let error = abs(seconds(line, cost.own) / (measured * 1e-3) - 1)
      if Self.isHeldOut(configuration(line), seed: seed) {
        found[key]?.heldOut.add(error)
        let unmeasured = seconds(line, cost.relatives)
        found[key]?.unmeasured.add(abs(unmeasured / (measured * 1e-3) - 1))
      } else {
        found[key]?.fitted.add(error)
      }
    }
    return order.compactMap { found[$0] }
  }

  private static func costs(
    _ device: String, _ backend: String
  ) throws -> (own: OperatorCosts, relatives: OperatorCosts) {
    let engine = OperatorBackend.allCases.first { backend.hasPrefix($0.rawValue) } ?? .vllm
    let device = try Device.named(device)
    return (
      OperatorCosts(device, backend: engine),
      OperatorCosts(device, backend: engine, isUnmeasured: true)
    )
  }

  /// True for two configurations in five, by a hash of their name (FNV-1a), as scripts/fit-operators
  /// splits them.
  static func isHeldOut(_ configuration: String, seed: Int) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(seed):\(configuration)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (hash >> 32) % 5 < 2
  }

  private func lines(of path: String) throws -> [Line] {
    let text = String(decoding: try FileIO.read(path), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard let head = lines.first else { throw Problem("\(path) is empty") }
    let names = head.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let columns = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    return try lines.dropFirst().map { line throws in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == names.count else {
        throw Problem(
          "\(path): \(fields.count) fields in \"\(line)\"", fix: "\(names.count) fields")
      }
      return Line(columns: columns, fields: fields)
    }
  }
}

// MARK: Tables

extension OperatorTable {
  /// The tables that operators were fitted to.
  static let all = [gemm, attention, latent, experts]

  private static func format(_ name: String) -> NumberFormat {
    switch name {
    case "nvfp4": .fp4
    case "fp8", "fp8_block": .fp8
    default: .bf16
    }
  }

  private static let gemm = OperatorTable(
    file: "aic_gemm.csv", isWanted: { _ in true }, operation: { _ in "gemm" }, format: "dtype",
    configuration: { "\($0.text("n"))x\($0.text("k"))" },
    seconds: { line, costs in
      costs.gemm(
        m: line.number("m"), n: line.number("n"), k: line.number("k"),
        format: format(line.text("dtype")), isWarm: true
      ).seconds
    })

  private static let attention = OperatorTable(
    file: "aic_attention_hd128.csv", isWanted: { _ in true },
    operation: { "\($0.text("phase"))_attention" }, format: "kv_dtype", seed: 11,
    configuration: { "\($0.text("q_heads"))/\($0.text("kv_heads"))" },
    seconds: { line, costs in
      let heads = AttentionHeads(query: line.number("q_heads"), keyValue: line.number("kv_heads"))
      let batch = line.number("batch")
      let length = Double(line.number("seq_len"))
      let cache = format(line.text("kv_dtype"))
      if line.text("phase") == "prefill" {
        let work = PrefillWork(sequences: Double(batch), tokens: length)
        return costs.prefillAttention(work, heads: heads, cache: cache).seconds
      }
      return costs.decodeAttention(
        sequences: batch, context: length * Double(batch), heads: heads, cache: cache, isWarm: true
      ).seconds
    })

  private static let latent = OperatorTable(
    file: "aic_mla.csv", isWanted: { _ in true }, operation: { "latent_\($0.text("phase"))" },
    format: "kv_dtype", configuration: { "\($0.text("heads"))x\($0.text("batch"))" },
    seconds: { line, costs in
      let heads = line.number("heads")
      let batch = line.number("batch")
      let length = Double(line.number("seq_len"))
      let cache = format(line.text("kv_dtype"))
      if line.text("phase") == "prefill" {
        let work = PrefillWork(sequences: Double(batch), tokens: length)
        return costs.latentPrefill(work, heads: heads, cache: cache).seconds
      }
      return costs.latentDecode(
        sequences: batch, context: length * Double(batch), heads: heads, cache: cache, isWarm: true
      ).seconds
    })

  private static let experts = OperatorTable(
    file: "aic_moe.csv", isWanted: { $0.text("moe_dtype") != "fp8" },
    operation: { _ in "experts" }, format: "moe_dtype",
    configuration: { line in
      [
        "hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size", "moe_ep_size",
        "distribution",
      ].map { line.text($0) }.joined(separator: "/")
    },
    seconds: { line, costs in
      costs.experts(
        tokens: line.number("num_tokens"),
        shape: ExpertShape(
          hidden: line.number("hidden_size"), intermediate: line.number("inter_size"),
          experts: line.number("num_experts"), chosen: line.number("topk"),
          tensorParallel: line.number("moe_tp_size"), expertParallel: line.number("moe_ep_size"),
          isBalanced: line.text("distribution") == "balanced"),
        format: format(line.text("moe_dtype"))
      ).seconds
    })
}
