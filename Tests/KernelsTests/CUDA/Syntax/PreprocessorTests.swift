import Testing

@testable import Kernels

/// What a text becomes, its words with single spaces between them.
private func preprocessed(
  _ source: String, include: @escaping @Sendable (String) -> String? = { _ in nil },
  macros: [(name: String, body: String)] = []
) -> (text: String, errors: [String]) {
  var preprocessor = Preprocessor(options: SyntaxOptions(macros: macros, include: include))
  preprocessor.run(source, name: "k.cu")
  let words = preprocessor.output.dropLast().map(\.text)
  return (words.joined(separator: " "), preprocessor.diagnostics.items.map(\.message))
}

@Suite struct PreprocessorTests {
  @Test(
    "macros expand as the standard says",
    arguments: [
      ("#define N 4\nN", "4"),
      ("#define A B\n#define B A\nA", "A"),
      ("#define F(x) x + x\nF(F(1))", "1 + 1 + 1 + 1"),
      ("#define F(x) #x\nF(a  +\n b)", "\"a + b\""),
      ("#define F(x) #x\nF(\"q\\n\")", "\"\\\"q\\\\n\\\"\""),
      ("#define CAT(a, b) a##b\nCAT(foo, 1) CAT(, x) CAT(x, )", "foo1 x x"),
      ("#define F() 7\nF() F", "7 F"),
      (
        "#define P(f, ...) printf(f, ##__VA_ARGS__)\nP(\"a\") P(\"a\", 1, 2)",
        "printf ( \"a\" ) printf ( \"a\" , 1 , 2 )"
      ),
      ("#define P(...) f(__VA_ARGS__)\nP(a, b) P()", "f ( a , b ) f ( )"),
      ("#define P(f, ...) g(f __VA_OPT__(,) __VA_ARGS__)\nP(1) P(1, 2)", "g ( 1 ) g ( 1 , 2 )"),
      ("#define f(a) a*g\n#define g(a) f(a)\nf(2)(9)", "2 * 9 * g"),
      (
        "#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\nf(f(z)) x",
        "f ( 2 * ( f ( 2 * ( z ) ) ) ) 2"
      ),
      (
        "#define MAX(a, b) ((a) > (b) ? (a) : (b))\nMAX((1, 2), f(3, 4))",
        "( ( ( 1 , 2 ) ) > ( f ( 3 , 4 ) ) ? ( ( 1 , 2 ) ) : ( f ( 3 , 4 ) ) )"
      ),
      ("#define F(x) [x]\nF\n(1)", "[ 1 ]"),
      ("#define LONG 1 + \\\n  2\nLONG", "1 + 2"),
      ("a /* b\n c */ d // e\nf", "a d f"),
      ("__LINE__\n__LINE__ __FILE__", "1 2 \"k.cu\""),
      ("__COUNTER__ __COUNTER__", "0 1"),
    ])
  func expansion(source: String, text: String) {
    let result = preprocessed(source)
    #expect(result.text == text)
    #expect(result.errors.isEmpty)
  }

  @Test(
    "conditions choose lines",
    arguments: [
      ("1 + 2 * 3 == 7", true), ("(1 ? 2 : 3) == 2", true), ("defined(X) && X > 3", true),
      ("defined X || 0", true), ("!defined(Y)", true), ("Y", false), ("-1 > 0u", true),
      ("-1 > 0", false), ("0 && 1 / 0", false), ("1 || 1 / 0", true), ("'a' == 97", true),
      ("0x10 == 16 && 010 == 8 && 0b11 == 3", true), ("~0 == -1", true), ("1 << 4 == 16", true),
      ("__CUDA_ARCH__ >= 700", true), ("__has_include(<math.h>)", true),
      ("__has_include(\"nothing.h\")", false), ("ADD(1, 2) == 3", true), ("true", true),
      ("-9223372036854775807 - 1 < 0", true), ("7 % 4 == 3 && -7 / 2 == -3", true),
      ("(1, 2) || 1", nil), ("1 +", nil), ("1 / 0", nil), ("", nil), ("1.5", nil), ("(1", nil),
    ] as [(String, Bool?)])
  func conditions(condition: String, holds: Bool?) {
    let result = preprocessed(
      "#define X 4\n#define ADD(a, b) a + b\n#if \(condition)\nyes\n#else\nno\n#endif")
    #expect(result.text == (holds == true ? "yes" : "no"))
    #expect(result.errors.isEmpty == (holds != nil))
  }

  @Test func `branches of a conditional are taken once`() {
    let source = """
      #if 0
      a don't
      #elif 1
      b
      #elif 1
      c
      #else
      d
      #endif
      #ifdef NOPE
      # if 1
      e
      # else
      f
      # endif
      #elif defined(NOPE)
      #else
      g
      #endif
      #ifndef NOPE
      h
      #endif
      """
    let result = preprocessed(source)
    #expect(result.text == "b g h")
    #expect(result.errors.isEmpty)
  }

  @Test func `files come through the closure and headers of the system give nothing`() {
    let files = [
      "a.h": "#pragma once\n#include \"b.h\"\nint a;",
      "b.h": "#ifndef B\n#define B\nint b;\n#endif",
    ]
    let source = """
      #include "a.h"
      #include "a.h"
      #include "b.h"
      #include <cuda_runtime.h>
      #include <cooperative_groups/reduce.h>
      #include <vector>
      """
    let result = preprocessed(source, include: { files[$0] })
    #expect(result.text == "int b ; int a ;")
    #expect(result.errors.isEmpty)
  }

  @Test func `words of an included file keep their place`() {
    let marked = SyntaxOptions(include: { _ in "\n  __device__ int a = ;" })
    let other = CUDASyntax.parse("#include \"a.h\"", name: "k.cu", options: marked)
    #expect(
      other.diagnostics.items.map { $0.text(in: other.unit.files) } == [
        "a.h:2:22: error: expected an expression, found \";\"\n    __device__ int a = ;\n"
          + "                       ^"
      ])
  }

  @Test(
    "faulty directives say what was expected",
    arguments: [
      ("#foo", "unknown directive \"foo\": expected #define, #if, #include, …"),
      ("#endif", "#endif without an #if"), ("#else", "#else without an #if"),
      ("#elif 1", "#elif without an #if"),
      ("#if 1", "this conditional is never closed: expected #endif"),
      ("#if 1\n#else\n#else\n#endif", "a second #else"),
      ("#include \"x.h\"", "included file \"x.h\" is not found"),
      ("#include <x.h>", "included file <x.h> is not found"),
      ("#include x", "expected \"file\" or <file> after #include"),
      ("#define", "expected a macro name after #define"),
      ("#define F(a, a) a", "macro \"F\" has two parameters named \"a\""),
      ("#define F(a", "expected \")\" after the parameters of macro \"F\""),
      ("#define F(a) #b", "expected a parameter of the macro after \"#\""),
      ("#define F ## a", "\"##\" cannot stand at the edge of a macro's body"),
      ("#define F(a, b) a\nF(1)", "macro \"F\" takes 2 arguments, got 1"),
      ("#define F(a) a\nF(1", "the arguments of macro \"F\" are never closed: expected \")\""),
      ("#define F(a, b) a##b\nF(+, 1)", "pasting \"+\" and \"1\" gives no word"),
      ("#error \"no\" luck", "#error \"no\" luck"),
      ("#undef 3", "expected a macro name after #undef"),
      ("/* open", "the comment that begins here is never closed: expected \"*/\""),
      ("#define A 1\n#define A 2", "macro \"A\" is defined again with another meaning"),
    ])
  func faults(source: String, message: String) {
    #expect(preprocessed(source).errors == [message])
  }

  @Test func `expansion that grows without end is stopped`() {
    var doubling = "#define A0 x x\n"
    for level in 1...60 { doubling += "#define A\(level) A\(level - 1) A\(level - 1)\n" }
    #expect(
      preprocessed(doubling + "A60").errors == [
        "macros expand to more than \(Preprocessor.wordLimit) words"
      ])
    var nested = "x"
    for _ in 0..<100 { nested = "D(\(nested))" }
    #expect(preprocessed("#define D(a) a a\n" + nested).errors.count == 1)
    #expect(
      preprocessed("#include \"a.h\"", include: { _ in "#include \"a.h\"\n#include \"a.h\"" })
        .errors
        == ["files include one another more than \(Preprocessor.includeLimit) deep"])
  }

  @Test func `unroll hints reach the parser with their count`() {
    let result = preprocessed(
      "#define N 4\n#pragma unroll N\nx\n_Pragma(\"unroll\") y\n#pragma GCC x")
    #expect(result.text == "unroll 4  x unroll  y")
  }

  @Test func `a program may define what is predefined`() {
    let source = "#define FLT_MAX 1\n#undef M_PI\n#define M_PI 3\nFLT_MAX M_PI EXTRA"
    let result = preprocessed(source, macros: [(name: "EXTRA", body: "8")])
    #expect(result.text == "1 3 8")
    #expect(result.errors.isEmpty)
  }
}
