import Testing

@testable import Host

@Suite struct ChunkFormsTests {
  @Test func `every line that may be an expression is tried from the last one up`() {
    let forms = ChunkForms(code: "a = 1\nb(\n  2)").candidates.map(\.text)
    #expect(
      forms == [
        "return a = 1\nb(\n  2)", "a = 1\nb(\nreturn   2)", "a = 1\nreturn b(\n  2)",
        "a = 1\nb(\n  2)",
      ])
  }

  @Test func `a line that may go on the call above it is no expression of its own`() {
    #expect(ChunkForms(code: "f\n(g)").candidates.count == 2)
    #expect(ChunkForms(code: "f\n'x'").candidates.count == 2)
  }

  @Test(
    "whether the end asks for silence",
    arguments: [
      ("1 + 1;", true), ("1 + 1 ; \n", true), ("1 + 1", false), ("", false),
    ])
  func silence(code: String, expected: Bool) {
    #expect(ChunkForms(code: code).isSilenced == expected)
  }
}
