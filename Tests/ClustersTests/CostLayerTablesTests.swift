import Base
import Clusters
import Foundation
import Serving
import TestSupport
import Testing

@Suite struct CostLayerTablesTests {
  private static let dense =
    "layer,tokens,time_us\nembedding,1,3\nembedding,8,4\nqkv_proj,1,10\nqkv_proj,8,24\n"
    + "layernorm,1,2\nlayernorm,8,2\nfinal_layernorm,1,1\nfinal_layernorm,8,1\n"
  private static let sequences =
    "layer,sequences,time_us\nlm_head,1,100\nlm_head,4,130\nsampler,1,5\nsampler,4,5\n"
  private static let attention =
    "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,1,16,7\n0,0,1,32,9\n0,0,4,16,11\n"
    + "0,0,4,32,15\n4,0,0,0,20\n4,0,1,16,22\n4,0,1,32,26\n4,8,0,0,30\n4,8,1,16,34\n8,0,0,0,40\n"
  private static let experts =
    "tokens,activated_experts,time_us\n1,2,50\n1,4,60\n8,2,70\n8,4,100\n8,8,200\n"

  private func tables(
    _ options: LayerTables.Options, _ change: (inout [String]) -> Void = { _ in }
  ) throws -> LayerTables {
    var texts = [Self.dense, Self.sequences, Self.attention, Self.experts]
    change(&texts)
    return try withTemporaryFolder { folder in
      for (name, text) in zip(["dense", "per_sequence", "attention", "moe"], texts) {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/lss_\(name).csv"))
      }
      return try LayerTables(prefix: "\(folder)/lss", options: options)
    }
  }

  private func shape(
    decodes: [Int], prefills: [(context: Int32, tokens: Int32)] = []
  ) -> StepShape {
    let plan = StepPlan()
    for context in decodes { plan.decode(0, context: context) }
    for item in prefills {
      plan.prefill(PrefillItem(slot: 0, tokens: item.tokens, context: item.context))
    }
    return plan.shape
  }

  private var plain: LayerTables.Options {
    var options = LayerTables.Options(layers: 3, width: 64)
    options.hostSeconds = 0
    return options
  }

  @Test(
    "measured points are hit exactly",
    arguments: [
      // One token: 3 · (10 + 2 · 2 + attention) + 3 + 1 + 105.
      (decodes: [16], chunk: 0, context: 0, micros: 3.0 * (14 + 7) + 4 + 105),
      (decodes: [32], chunk: 0, context: 0, micros: 3.0 * (14 + 9) + 4 + 105),
      // A context between 16 and 32.
      (decodes: [24], chunk: 0, context: 0, micros: 3.0 * (14 + 8) + 4 + 105),
      // Four tokens: 3 / 7 of the way from 1 to 8.
      (
        decodes: [32, 32, 32, 32], chunk: 0, context: 0,
        micros: 3.0 * (10 + 14 * 3.0 / 7 + 4 + 15) + 3 + 3.0 / 7 + 1 + 135
      ),
      (
        decodes: [], chunk: 4, context: 0,
        micros: 3.0 * (10 + 14 * 3.0 / 7 + 4 + 20) + 3 + 3.0 / 7 + 1 + 105
      ),
      (
        decodes: [], chunk: 4, context: 8,
        micros: 3.0 * (10 + 14 * 3.0 / 7 + 4 + 30) + 3 + 3.0 / 7 + 1 + 105
      ),
      (decodes: [], chunk: 8, context: 0, micros: 3.0 * (24 + 4 + 40) + 4 + 1 + 105),
      // Twice the largest measured number takes twice as long.
      (decodes: [], chunk: 16, context: 0, micros: 3.0 * (48 + 8 + 80) + 8 + 2 + 105),
    ])
  func points(decodes: [Int], chunk: Int, context: Int, micros: Double) throws {
    let tables = try tables(plain)
    let prompts = chunk > 0 ? [(context: Int32(context), tokens: Int32(chunk))] : []
    let step = shape(decodes: decodes, prefills: prompts)
    let seconds = tables.seconds(of: step, stage: 0, of: 1)
    // Beyond the grid of attention its last line goes on: from 4 to 8 it rose by 20.
    let expected = chunk == 16 ? micros : micros
    #expect(abs(seconds * 1e6 - expected) < 1e-9 * expected, "\(seconds * 1e6)")
  }

  @Test func `the explained parts add up to the time`() throws {
    var options = plain
    options.hostSeconds = 1e-4
    options.tensorParallel = 2
    options.experts = ExpertReach(count: 8, used: 2, spread: 0.5)
    let tables = try tables(options)
    for step in [
      shape(decodes: [5]), shape(decodes: [5, 17, 40], prefills: [(context: 3, tokens: 9)]),
      shape(decodes: [], prefills: [(context: 0, tokens: 40), (context: 8, tokens: 2)]),
    ] {
      for stages in [1, 3] {
        for stage in 0..<stages {
          let parts = tables.explain(step, stage: stage, of: stages).seconds
          let seconds = tables.seconds(of: step, stage: stage, of: stages)
          #expect(abs(parts - seconds) < 1e-12 + 1e-9 * seconds)
        }
      }
    }
  }

  @Test func `tokens reach more experts the more there are, and all in the end`() {
    let even = ExpertReach(count: 128, used: 8)
    let uneven = ExpertReach(count: 128, used: 8, spread: 1)
    #expect(even.reached(byTokens: 1) == 8)
    var last = 0.0
    for tokens in stride(from: 1.0, through: 2000, by: 7) {
      let reached = even.reached(byTokens: tokens)
      #expect(reached >= last && reached <= 128)
      #expect(uneven.reached(byTokens: tokens) <= reached + 1e-9)
      last = reached
    }
    #expect(last > 127.9)
  }

  @Test(
    "tables that are not of their form are refused",
    arguments: [
      (0, "layer,tokens\nqkv,1\n", "unknown column"),
      (0, "layer,tokens,time_us\nqkv,0,1\n", "a point at 0"),
      (0, "layer,tokens,time_us\nqkv,1,1\nqkv,1,2\n", "two points at 1"),
      (0, "layer,tokens,time_us\nembedding,1,1\n", "no operator of a layer"),
      (1, "layer,sequences,time_us\nlm_head,1,-3\n", "time_us is \"-3\""),
      (2, "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n", "has no rows"),
      (2, attention + "0,0,1,16,8\n", "two rows for chunk"),
      (2, attention.replacing("0,0,1,16,7", with: "0,0,x,16,7"), "n_decode is \"x\""),
      (3, "tokens,activated_experts,time_us\n0,1,1\n", "a row for 0"),
    ])
  func refused(which: Int, text: String, message: String) throws {
    var options = plain
    options.experts = ExpertReach(count: 8, used: 2)
    let fault = #expect(throws: Problem.self) { try tables(options) { $0[which] = text } }
    #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
  }

  @Test func `damaged tables are refused or read, never more`() throws {
    var options = plain
    options.experts = ExpertReach(count: 8, used: 2)
    var random = SeededRandom(seed: 5)
    for _ in 0..<trials(2000, fast: 150) {
      let which = random.nextInteger(below: 4)
      let tables = try? tables(options) {
        let bytes = Mutations.mutated(Array($0[which].utf8), header: 200, &random)
        $0[which] = String(decoding: bytes, as: UTF8.self)
      }
      let step = shape(decodes: [5, 9], prefills: [(context: 100, tokens: 30)])
      _ = tables?.seconds(of: step, stage: 0, of: 1)
    }
  }
}
