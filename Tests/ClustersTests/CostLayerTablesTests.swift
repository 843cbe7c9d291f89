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

  /// A step, and what it takes in µs by hand: three layers of operators and attention, and what runs once.
  private struct Point: Sendable {
    let decodes: [Int]
    let chunk: Int32
    let context: Int32
    let layer: Double
    let once: Double
  }

  private static let points: [Point] = [
    // One token: qkv 10, two norms of 2; once 3 + 1 + 100 + 5.
    Point(decodes: [16], chunk: 0, context: 0, layer: 21, once: 109),
    Point(decodes: [32], chunk: 0, context: 0, layer: 23, once: 109),
    // A context between 16 and 32.
    Point(decodes: [24], chunk: 0, context: 0, layer: 22, once: 109),
    // Four tokens are 3/7 of the way from 1 to 8: qkv 16, the embedding 3 3/7.
    Point(decodes: [32, 32, 32, 32], chunk: 0, context: 0, layer: 35, once: 139 + 3.0 / 7),
    Point(decodes: [], chunk: 4, context: 0, layer: 40, once: 109 + 3.0 / 7),
    Point(decodes: [], chunk: 4, context: 8, layer: 50, once: 109 + 3.0 / 7),
    Point(decodes: [], chunk: 8, context: 0, layer: 68, once: 110),
    // Twice the largest measured number takes twice as long; attention goes on as from 4 to 8.
    Point(decodes: [], chunk: 16, context: 0, layer: 136, once: 115),
  ]

  @Test("measured points are hit exactly", arguments: points.indices)
  func point(index: Int) throws {
    let point = Self.points[index]
    let prompts = point.chunk > 0 ? [(context: point.context, tokens: point.chunk)] : []
    let step = shape(decodes: point.decodes, prefills: prompts)
    let micros = try tables(plain).seconds(of: step, stage: 0, of: 1) * 1e6
    #expect(abs(micros - 3 * point.layer - point.once) < 1e-9 * micros, "\(micros)")
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
