import Base
import Models
import Testing

@Suite struct ModelSpecTests {
  /// Published sizes: the model cards' parameter counts, to the last parameter.
  @Test(
    "parameters add up to the published count",
    arguments: [
      ("smollm2-135m-instruct", 134_515_008), ("llama-3.1-8b", 8_030_261_248),
      ("llama-3.1-70b", 70_553_706_496), ("gpt2", 124_439_808), ("gemma-3-270m", 268_098_176),
      ("qwen3-0.6b", 596_049_920), ("qwen3-30b-a3b", 30_532_122_624),
      ("mixtral-8x7b", 46_702_792_704), ("deepseek-v3", 671_026_419_200),
    ])
  func parameters(name: String, count: Int) throws {
    let spec = try ModelSpec.catalog[name]
    #expect(spec.parameters == count)
    #expect(spec.info.source != nil)
  }

  @Test func `a cache position takes keys and values of every layer`() throws {
    let small = try ModelSpec.catalog["smollm2-135m-instruct"]
    #expect(small.keyValueBytes().count == 23_040)
    #expect(small.keyValueBytes(bytesPerElement: 4).count == 46_080)
    // 128 KiB a token, the figure of the Llama 3 report's grouped-query attention.
    let large = try ModelSpec.catalog["llama-3.1-8b"]
    #expect(large.keyValueBytes().count == 131_072)
    // One vector of 512 and one turned key of 64 a layer.
    let latent = try ModelSpec.catalog["deepseek-v3"]
    #expect(latent.keyValueBytes().count == 61 * (512 + 64) * 2)
  }

  // The model cards say 12.9, 3.3 and 37 billion, some of which count the
  // embedding matrix, of which a token meets one row.
  @Test(
    "a token meets the experts that it goes through",
    arguments: [("mixtral-8x7b", 12.75e9), ("qwen3-30b-a3b", 3.04e9), ("deepseek-v3", 36.6e9)])
  func active(name: String, count: Double) throws {
    let spec = try ModelSpec.catalog[name]
    #expect(abs(Double(spec.multipliedParameters) / count - 1) < 0.005)
  }

  @Test func `a window ends what a layer keeps and looks at`() throws {
    let spec = try ModelSpec.catalog["gemma-3-270m"]
    #expect((0..<18).filter { spec.windowSize(layer: $0) == nil } == [5, 11, 17])
    let each = spec.keyValueBytes().count / 18
    #expect(spec.keyValueBytes(positions: 512).count == 18 * 512 * each)
    #expect(spec.keyValueBytes(positions: 2000).count == (15 * 512 + 3 * 2000) * each)
    // Beyond the window only the three layers look further back.
    let more = spec.flops(atPosition: 2000) - spec.flops(atPosition: 1999)
    #expect(more == 4 * 3 * 4 * 256)
  }

  @Test(
    "reading a prompt costs what its tokens cost alone, but for the output",
    arguments: ["smollm2-135m-instruct", "gemma-3-270m", "mixtral-8x7b", "deepseek-v3"],
    [1, 7, 512, 1500])
  func prefill(name: String, tokens: Int) throws {
    let spec = try ModelSpec.catalog[name]
    let alone = (0..<tokens).map { spec.flops(atPosition: $0) }.reduce(0, +)
    let outputs = 2 * Double(spec.embeddingParameters) * Double(tokens - 1)
    #expect(abs(spec.prefillFLOPs(tokens: tokens) / (alone - outputs) - 1) < 1e-12)
  }

  @Test func `weights take their bits`() throws {
    let spec = try ModelSpec.catalog["llama-3.1-70b"]
    #expect(spec.weightBytes.count == spec.parameters * 2)
    #expect(spec.weightBytes(bitsPerWeight: 4.5).count == spec.parameters / 16 * 9)
  }
}
