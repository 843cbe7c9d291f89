import Base
import Devices
import TestSupport
import Testing

/// The costs against kernels that were measured, on configurations that no constant was fitted to.
@Suite(.enabled(if: MeasuredTable.folder != nil, "ORRERY_REFERENCE is not there"))
struct OperatorAgreementTests {
  @Test func `matrix products are near what was measured`() throws {
    let errors = try MeasuredTable.errors(in: "aic_gemm.csv", seed: 1) { row in
      let format: NumberFormat =
        switch row.text("dtype") {
        case "fp8": .fp8
        case "nvfp4": .fp4
        default: .bf16
        }
      return Estimated(name: "\(row.text("n"))x\(row.text("k"))") { costs in
        costs.gemm(
          m: row.number("m"), n: row.number("n"), k: row.number("k"), format: format, isWarm: true)
      }
    }
    #expect(errors.count > 2000 && errors.mean <= 0.09)
  }

  @Test("attention is near what was measured", arguments: [("prefill", 0.12), ("decode", 0.20)])
  func attention(_ phase: String, _ bar: Double) throws {
    let errors = try MeasuredTable.errors(in: "aic_attention_hd128.csv", seed: 11) { row in
      guard row.text("phase") == phase else { return nil }
      let heads = AttentionHeads(query: row.number("q_heads"), keyValue: row.number("kv_heads"))
      let cache: NumberFormat = row.text("kv_dtype") == "fp8" ? .fp8 : .bf16
      let batch = row.number("batch")
      let length = Double(row.number("seq_len"))
      return Estimated(name: "\(heads.query)/\(heads.keyValue)") { costs in
        phase == "prefill"
          ? costs.prefillAttention(
            PrefillWork(sequences: Double(batch), tokens: length), heads: heads, cache: cache)
          : costs.decodeAttention(
            sequences: batch, context: Double(batch) * length, heads: heads, cache: cache,
            isWarm: true)
      }
    }
    #expect(errors.count > 2000 && errors.mean <= bar)
  }
}

/// A measured row's configuration and how it is asked of the costs.
private struct Estimated {
  let name: String
  let estimate: (OperatorCosts) -> OperatorEstimate
}

extension [String: Substring] {
  fileprivate func text(_ name: String) -> String { self[name].map(String.init) ?? "" }

  fileprivate func number(_ name: String) -> Int { self[name].flatMap { Int($0) } ?? 0 }
}

/// Tables of measured kernels.
private enum MeasuredTable {
  static let folder: String? = {
    let root = ReferenceFolder.path.map { "\($0)/serving/ops" }
    return root.flatMap { FileIO.isDirectory($0) ? $0 : nil }
  }()

  static func errors(
    in file: String, seed: Int, _ ask: ([String: Substring]) -> Estimated?
  ) throws -> (count: Int, mean: Double) {
    let path = "\(folder ?? "")/\(file)"
    let lines = String(decoding: try FileIO.read(path), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map { $0.split(separator: ",") }
    let names = try #require(lines.first).map(String.init)
    var known: [String: OperatorCosts] = [:]
    var (count, sum) = (0, 0.0)
    for line in lines.dropFirst() {
      let row = Dictionary(uniqueKeysWithValues: zip(names, line))
      guard let asked = ask(row), isHeldOut(asked.name, seed) else { continue }
      let device = row.text("device")
      let backend = OperatorBackend.allCases.first {
        row.text("backend").hasPrefix($0.rawValue)
      }
      let key = "\(device) \(backend?.rawValue ?? "")"
      let costs =
        try known[key] ?? OperatorCosts(try Device.named(device), backend: backend ?? .vllm)
      known[key] = costs
      let measured = try #require(Double(row.text("ms"))) * 1e-3
      count += 1
      sum += abs(asked.estimate(costs).seconds / measured - 1)
    }
    return (count, sum / Double(max(count, 1)))
  }

  /// The split that scripts/fit-operators makes: FNV-1a.
  private static func isHeldOut(_ name: String, _ seed: Int) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(seed):\(name)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (hash >> 32) % 5 < 2
  }
}
