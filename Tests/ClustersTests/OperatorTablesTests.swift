import Base
import Clusters
import Foundation
import Serving
import TestSupport
import Testing

@Suite struct OperatorTablesTests {
  private static let operators =
    "num_tokens,attn_pre_proj,attn_post_proj,mlp_up_proj,mlp_down_proj,mlp_act,attn_rope,"
    + "input_layernorm,post_attention_layernorm,add,all_reduce,send_recv\n"
    + "8,1,2,3,4,5,6,7,8,9,10,11\n16,2,4,6,8,10,12,14,16,18,20,22\n"
  private static let decode = "batch_size,kv_from,ms\n1,0,1\n1,128,3\n2,0,5\n"
  private static let prefill = "kv,chunk_from,ms\n0,1,2\n0,10,4\n64,1,8\n"

  private func tables(
    _ options: OperatorTables.Options, _ change: (inout [String]) -> Void = { _ in }
  ) throws -> OperatorTables {
    var texts = [Self.operators, Self.decode, Self.prefill]
    change(&texts)
    return try withTemporaryFolder { folder in
      for (name, text) in zip(["ops_by_tokens", "attn_decode", "attn_prefill"], texts) {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).csv"))
      }
      return try OperatorTables(folder: folder, options: options)
    }
  }

  private func shape(decodes: [Int], prefills: [(context: Int32, tokens: Int32)]) -> StepShape {
    let plan = StepPlan()
    for context in decodes { plan.decode(0, context: context) }
    for item in prefills {
      plan.prefill(PrefillItem(slot: 0, tokens: item.tokens, context: item.context))
    }
    return plan.shape
  }

  @Test func `a step's time adds up as the rules say`() throws {
    let tables = try tables(
      .init(
        layersPerStage: 3, tensorParallel: 2, collectiveLaunchMilliseconds: 0.5,
        batchingOverhead: 0.1))
    // Two decodes of mean context 100.5, cut to 100 and rounded up to 128; six tokens of prompts.
    let step = shape(
      decodes: [100, 101], prefills: [(context: 0, tokens: 4), (context: 1, tokens: 3)])
    // 9 tokens are looked up at 16: 78 for the operators but sums; twice 20.5; decode 5 · 1.1; prefill at
    // 64 · 1.1.
    let operators = 2.0 + 4 + 6 + 8 + 10 + 12 + 14 + 16 + 18
    let expected = 3e-3 * (operators + 2 * 20.5 + 5 * 1.1 + 8 * 1.1)
    #expect(abs(tables.seconds(of: step, stage: 0, of: 1) - expected) < 1e-15)
    // Every stage but the last sends on.
    #expect(abs(tables.seconds(of: step, stage: 0, of: 2) - expected - 22e-3) < 1e-15)
  }

  @Test func `the explained parts add up to the time`() throws {
    let tables = try tables(.init(layersPerStage: 32, tensorParallel: 4, batchingOverhead: 0.1))
    for (decodes, tokens) in [(0, 5), (1, 0), (7, 12), (3, 100)] {
      var prompts: [(context: Int32, tokens: Int32)] = []
      if tokens > 0 { prompts.append((context: 3, tokens: Int32(tokens))) }
      let step = shape(decodes: [Int](repeating: 70, count: decodes), prefills: prompts)
      for stage in 0..<2 {
        let parts = tables.explain(step, stage: stage, of: 2).reduce(0) { $0 + $1.seconds }
        #expect(abs(parts - tables.seconds(of: step, stage: stage, of: 2)) < 1e-12)
      }
    }
  }

  @Test(
    "tables that are not of their form are refused",
    arguments: [
      (0, "num_tokens,add\n8,1\n", "unknown column"),
      (0, operators.replacing("16,", with: "24,"), "row 2 is for 24.0 tokens"),
      (1, "batch_size,kv_from,ms\n1,63,1\n", "multiple of 64"),
      (1, "batch_size,kv_from,ms\n2,0,1\n", "must be 1, 2, 3"),
      (2, "kv,chunk_from,ms\n0,5,1\n0,5,1\n", "runs must ascend"),
      (2, "kv,chunk_from,ms\n0,5\n", "line 2 has 2 fields"),
      (2, "kv,chunk_from,ms\n0,x,1\n", "chunk_from is not a number"),
    ])
  func refused(which: Int, text: String, message: String) throws {
    let fault = #expect(throws: Problem.self) {
      try tables(.init(layersPerStage: 1)) { $0[which] = text }
    }
    #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
  }

  @Test func `damaged tables are refused or read, never more`() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<trials(2000, fast: 150) {
      let which = random.nextInteger(below: 3)
      let tables = try? tables(.init(layersPerStage: 1)) {
        let bytes = Mutations.mutated(Array($0[which].utf8), header: 200, &random)
        $0[which] = String(decoding: bytes, as: UTF8.self)
      }
      let step = shape(decodes: [5, 9], prefills: [(context: 100, tokens: 30)])
      _ = tables?.seconds(of: step, stage: 0, of: 1)
    }
  }
}
