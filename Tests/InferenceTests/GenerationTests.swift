import Base
import Testing

@testable import Inference

@Suite struct GenerationTests {
  private static let hot = SamplingOptions(temperature: 1.5, seed: 3)

  private func generate(
    _ session: Session, _ count: Int, stops: [String] = [],
    shouldStop: () -> Bool = { false }, onToken: (GeneratedToken) -> Void = { _ in }
  ) throws -> Generation {
    let options = GenerationOptions(
      maxTokens: count, sampling: Self.hot, stops: stops, ignoresEnd: true)
    return try session.generate(
      SessionTests.prompt(6), options: options, shouldStop: shouldStop, onToken: onToken)
  }

  @Test func `the shown pieces make the text`() throws {
    var shown = ""
    let result = try generate(
      SessionTests.engine().makeSession(), 60, onToken: { shown += $0.text })
    #expect(shown == result.text)
    #expect(result.tokens.count == 60 && result.probabilities.count == 60)
    #expect(result.finishReason == .length)
    #expect(result.promptTokens == 6 && result.timeToFirstTokenSeconds <= result.seconds)
    #expect(result.probabilities.allSatisfy { $0 > 0 && $0 <= 1 })
  }

  @Test func `a held sequence changes nothing but the work`() throws {
    let engine = try SessionTests.engine()
    let session = engine.makeSession()
    let first = try generate(session, 20)
    let again = try generate(session, 20)
    #expect(again.tokens == first.tokens)
    #expect(first.reusedTokens == 0 && again.reusedTokens == 5)
  }

  @Test func `a stop text ends the generation and is not shown`() throws {
    let engine = try SessionTests.engine()
    let whole = try generate(engine.makeSession(), 60).text
    let letters = Array(whole.unicodeScalars)
    let stop = String(String.UnicodeScalarView(letters[20..<23]))
    var shown = ""
    let result = try generate(
      engine.makeSession(), 60, stops: ["never there", stop],
      onToken: { shown += $0.text })
    #expect(result.finishReason == .stop)
    #expect(shown == result.text)
    #expect(!result.text.contains(stop) && whole.hasPrefix(result.text + stop))
  }

  @Test func `an end token ends it unless it is ignored`() throws {
    let engine = try SessionTests.engine()
    let session = engine.makeSession()
    // So hot that every token is about as likely as any other: the end comes within 500.
    let options = GenerationOptions(
      maxTokens: 500, sampling: SamplingOptions(temperature: 50, seed: 1))
    let result = try session.generate(SessionTests.prompt(3), options: options)
    #expect(result.finishReason == .stop)
    #expect(result.tokens.allSatisfy { !engine.tokenizer.endsGeneration($0) })
  }

  @Test func `nothing ends it before the fewest tokens that were asked for`() throws {
    let engine = try SessionTests.engine()
    // Every letter is a stop text, and it is so hot that an end token comes soon.
    let stops = (0..<128).map { String(UnicodeScalar(UInt8($0))) }
    for (fewest, stops) in [(0, []), (0, stops), (400, []), (40, stops)] {
      var options = GenerationOptions(
        maxTokens: 500, sampling: SamplingOptions(temperature: 50, seed: 1), stops: stops)
      options.minTokens = fewest
      let result = try engine.makeSession().generate(SessionTests.prompt(3), options: options)
      #expect(result.tokens.count >= fewest)
      #expect(result.finishReason == .stop || result.tokens.count == 500)
      #expect(fewest > 0 || result.tokens.count < (stops.isEmpty ? 400 : 40))
      #expect(result.tokens.allSatisfy { !engine.tokenizer.endsGeneration($0) })
    }
    var options = GenerationOptions(maxTokens: 5)
    options.minTokens = 6
    let problem = #expect(throws: Problem.self) { try Continuation(engine, [1], options) }
    #expect(problem?.message == "min_tokens is 6, max_tokens is 5")
  }

  @Test func `a form that is whole ends in spite of the fewest tokens`() throws {
    let engine = try SessionTests.engine()
    var options = GenerationOptions(maxTokens: 50)
    options.minTokens = 40
    options.constraint = try .regex("[ab]{3}")
    let result = try engine.makeSession().generate(SessionTests.prompt(3), options: options)
    #expect(result.text.count == 3 && result.finishReason == .stop)
  }

  @Test func `a stop from outside keeps what was produced`() throws {
    var produced = 0
    let result = try generate(
      SessionTests.engine().makeSession(), 60, shouldStop: { produced >= 7 },
      onToken: { _ in produced += 1 })
    #expect(result.finishReason == .interrupted)
    #expect(result.tokens.count == 7)
  }

  @Test func `a full context ends it like a full answer`() throws {
    let session = try SessionTests.engine().makeSession()
    let options = GenerationOptions(maxTokens: 600, sampling: Self.hot, ignoresEnd: true)
    let result = try session.generate(SessionTests.prompt(500), options: options)
    #expect(result.finishReason == .length)
    #expect(result.tokens.count == 13)
  }

  @Test("text that could begin a stop waits", arguments: [1, 2, 3, 7])
  func holding(length: Int) {
    let text = "abcabdab---abcabcd tail"
    var matcher = StopMatcher(["abcabcd", "xyz"])
    var shown = ""
    var rest = text[...]
    while !rest.isEmpty, !matcher.isFound {
      shown += matcher.add(String(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    #expect(matcher.isFound)
    #expect(shown == "abcabdab---")
    var unmatched = StopMatcher(["abcabcd"])
    #expect(unmatched.add("zzabcab") == "zz")
    #expect(unmatched.finish() == "abcab")
  }
}
