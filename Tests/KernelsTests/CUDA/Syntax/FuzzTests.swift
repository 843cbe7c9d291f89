import Base
import TestSupport
import Testing

@testable import Kernels

/// Breaks sources in the ways people and disks do.
private struct Mutator {
  var random: SeededRandom
  let sources: [String]

  mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<max(count, 1), using: &random) }

  /// A source with one to four faults.
  mutating func mutated() -> String {
    var text = sources[pick(sources.count)]
    for _ in 0...pick(4) { text = pick(3) == 0 ? bytesChanged(text) : wordsChanged(text) }
    return text
  }

  private mutating func wordsChanged(_ text: String) -> String {
    var lexer = Lexer(text, file: 0)
    var words = lexer.tokens().dropLast().map { ($0.startsLine ? "\n" : " ") + $0.text }
    guard words.count > 2 else { return text }
    let (at, other) = (pick(words.count), pick(words.count))
    switch pick(6) {
    case 0: words.remove(at: at)
    case 1: words.insert(words[at], at: other)
    case 2: words.swapAt(at, other)
    case 3: words.removeSubrange(min(at, other)..<min(max(at, other), min(at, other) + 20))
    case 4: words.replaceSubrange(at...at, with: Array(repeating: words[at], count: 1 + pick(60)))
    default: words[at] = [" (", " {", " <", " >", " ,", " ;", "\n#if", " template", " *"][pick(9)]
    }
    return words.joined()
  }

  private mutating func bytesChanged(_ text: String) -> String {
    var bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return text }
    switch pick(3) {
    case 0: bytes[pick(bytes.count)] = UInt8(pick(256))
    case 1: bytes.removeLast(pick(bytes.count))
    default: bytes.insert(UInt8(pick(128)), at: pick(bytes.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite struct SyntaxFuzzTests {
  private func survives(_ count: Int, seed: UInt64) throws {
    var mutator = Mutator(
      random: SeededRandom(seed: seed), sources: try Corpus.all().map(\.source))
    var faults = 0
    for _ in 0..<count {
      let source = mutator.mutated()
      let result = CUDASyntax.parse(source, name: "k.cu")
      for item in result.diagnostics.items { #expect(!item.text(in: result.unit.files).isEmpty) }
      faults += result.diagnostics.hasErrors ? 1 : 0
    }
    // Broken programs are mostly noticed.
    #expect(faults > count / 3)
  }

  @Test func `broken programs are read to their end`() throws { try survives(100, seed: 1) }

  @Test(.tags(.slow)) func `many broken programs are read to their end`() throws {
    try survives(6_000, seed: 2)
  }

  @Test(
    "nesting without end is refused and does not overflow",
    arguments: [
      "(", "{", "[", "A<", "*", "-", "!", "&", "if (1) ", "x ? ", "1 ? 2 : ", "x, ", "f(", "a[",
      "[](){", "(int)", "sizeof ", "static_cast<int>(", "a.", "1 + ", "1 && ", "x = ", "do ",
      "for (;;) ", "while (1) ", "switch (1) { case 1: ", "if (1) ; else ", "struct A { ",
      "namespace a { ", "template <class T> ", "template <template <", "int (*", "int *", "#if 1\n",
      "#pragma unroll\n", "return ", "case 1: ", "float3{", "decltype(", "int a[", "else ",
      "\"a\" ",
      "T::", "::", "x->", "x++ ", "{ 1, ", "union { ", "enum { a = ", "void f(", "int f(int (",
      "D(", "extern \"C\" { ", "__attribute__((", "alignas(", "<", ">", ">>", "<<<", "~",
      "typedef ",
    ])
  func nesting(pattern: String) {
    let repeated = String(repeating: pattern, count: 400)
    let head = "#define D(a) a a\n__device__ int f() { typedef int T; "
    for source in [head + repeated, repeated, head + "int x = " + repeated] {
      let result = CUDASyntax.parse(source, name: "k.cu")
      #expect(result.diagnostics.errors <= DiagnosticList.errorLimit)
    }
  }

  @Test func `long flat sources are no nesting`() {
    var source = "__global__ void k(int *x) {\n"
    for line in 0..<2_000 { source += "  x[\(line)] = x[\(line)] + \(line) * (x[0] - 1);\n" }
    source +=
      "}\n__constant__ int t[] = {" + Array(repeating: "1", count: 3_000).joined(separator: ", ")
    let result = CUDASyntax.parse(source + "};", name: "k.cu")
    #expect(result.diagnostics.items.isEmpty)
  }
}
