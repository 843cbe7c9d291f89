import Base
import Models
import Testing

@Suite struct ModelNamesTests {
  @Test(
    "a published name finds the architecture",
    arguments: [
      ("Qwen/Qwen3-30B-A3B-Instruct-2507", "qwen3-30b-a3b"), ("Qwen2.5-7B-Instruct", "qwen2.5-7b"),
      ("meta-llama/Llama-4-Scout-17B-16E", "llama-4-scout"), ("llama-3.1-8b", "llama-3.1-8b"),
      ("deepseek-ai/DeepSeek-V3.1", "deepseek-v3"), ("deepseek-v2-lite", "deepseek-v2-lite"),
    ])
  func found(written: String, name: String) throws {
    #expect(try ModelSpec.named(written).info.name == name)
  }

  @Test(
    "the name of another model is unknown, not taken for its relative",
    arguments: [
      "microsoft/Phi-4-mini-instruct", "DeepSeek-R1-Distill-Qwen-7B", "Qwen2.5-7B-VL", "nothing",
    ])
  func others(written: String) {
    #expect(throws: Problem.self) { try ModelSpec.named(written) }
  }
}
