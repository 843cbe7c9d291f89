import Base
import Models
import Testing

@Suite struct ModelSpecTests {
  /// Published sizes: the model cards' parameter counts, to the last parameter.
  @Test(
    "parameters add up to the published count",
    arguments: [
      ("smollm2-135m-instruct", 134_515_008), ("llama-3.1-8b", 8_030_261_248),
      ("llama-3.1-70b", 70_553_706_496),
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
  }

  @Test(
    "reading a prompt costs what its tokens cost alone, but for the output", arguments: [1, 7, 512])
  func prefill(tokens: Int) throws {
    let spec = try ModelSpec.catalog["smollm2-135m-instruct"]
    let alone = (0..<tokens).map { spec.flops(atPosition: $0) }.reduce(0, +)
    let outputs = 2 * Double(spec.embeddingParameters) * Double(tokens - 1)
    #expect(abs(spec.prefillFLOPs(tokens: tokens) - (alone - outputs)) < 1)
  }

  @Test func `weights take their bits`() throws {
    let spec = try ModelSpec.catalog["llama-3.1-70b"]
    #expect(spec.weightBytes.count == spec.parameters * 2)
    #expect(spec.weightBytes(bitsPerWeight: 4.5).count == spec.parameters / 16 * 9)
  }
}
