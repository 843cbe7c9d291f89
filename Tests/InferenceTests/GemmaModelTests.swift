import Inference
import Models
import TestSupport
import Testing

private let gemma = try? ModelStore().find("gemma-3-270m")

/// Gemma 3 270M itself, against what llama.cpp (llama-cpp-python 0.3.36) gives for the same file.
@Suite(
  .serialized, .tags(.model),
  .enabled(
    if: gemma != nil,
    "fetch it with `orrery models get gemma-3-270m`; its terms of use are not open source"))
struct GemmaModelTests {
  private static func engine(_ arithmetic: Arithmetic) throws -> Engine {
    try Engine(path: gemma ?? "", arithmetic: arithmetic)
  }

  // One reading of the vocabulary for all texts: it has 262,144 pieces.
  @Test func `text is cut as llama.cpp cuts it`() throws {
    let tokenizer = try Tokenizer(GGUFFile(path: gemma ?? ""))
    let cases: [(text: String, ids: [TokenID])] = [
      ("", []), ("Hello world", [9259, 1902]), (" Hello  world ", [26352, 138, 12392, 236743]),
      ("a\nb\n\n\nc\t\td", [236746, 107, 236763, 109, 236755, 255969, 236753]),
      ("    indented", [140, 724, 16764]),
      ("naïve café — “quotes”", [1789, 238527, 560, 33443, 2192, 999, 52231, 236919]),
      ("日本語のテキスト", [94951, 236945, 95830]),
      ("🙂👩‍👩‍👧", [240731, 243767, 237243, 243767, 237243, 244814]),
      (
        "<start_of_turn>user\nhi<end_of_turn>\n<start_of_turn>model\n",
        [105, 2364, 107, 2202, 106, 107, 105, 4368, 107]
      ),
      ("<h1>title</h1>", [184, 3250, 191]),
    ]
    for (text, ids) in cases {
      #expect(tokenizer.encode(text) == ids)
      #expect(tokenizer.text(of: ids) == text)
    }
  }

  @Test("the likeliest next token is llama.cpp's", arguments: Arithmetic.allCases)
  func next(arithmetic: Arithmetic) throws {
    let engine = try Self.engine(arithmetic)
    #expect(engine.spec.parameters == 268_098_176)
    let prompts = [
      ("The capital of France is Paris, and the capital of Germany is", " Berlin"),
      ("def fibonacci(n):\n    if n < 2:\n        return n\n    return", " fib"),
    ]
    for (prompt, word) in prompts {
      let tokens = engine.tokenizer.encode(prompt, addsMarks: true)
      let logits = try engine.makeSession().logits(after: tokens)
      let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
      #expect(engine.tokenizer.text(of: [TokenID(best)]) == word)
    }
  }

  // 779 tokens, more than a window, whose later lines repeat the pattern of the first. llama.cpp's
  // mean over the last 59 is -0.0874; rounding to 8 bits moves it in the third digit.
  @Test(
    "the end of a text longer than the window is as likely", .tags(.slow),
    arguments: Arithmetic.allCases)
  func likelihood(arithmetic: Arithmetic) throws {
    let engine = try Self.engine(arithmetic)
    let text = (1...40).map { "Line \($0) of the book says that \($0) times two is \(2 * $0).\n" }
    let tokens = engine.tokenizer.encode(text.joined(), addsMarks: true)
    #expect(tokens.count == 779)
    let session = engine.makeSession()
    try session.run(Array(tokens[..<719]), logits: .none)
    var total = 0.0
    try session.run(
      Array(tokens[719...]), logits: .all,
      onLogits: { position, row in
        guard position + 1 < tokens.count else { return }
        total += Double(row[Int(tokens[position + 1])]) - logSumExp(Array(row))
      })
    #expect(abs(total / 59 + 0.0874) < 0.01)
  }
}
