import Testing

@testable import Kernels

/// Reads a source and gives back what a person sees.
private func complaints(_ source: String) -> String {
  let result = CUDASyntax.parse(source, name: "k.cu")
  return result.diagnostics.items.map { $0.text(in: result.unit.files) }.joined(separator: "\n")
}

@Suite struct DiagnosticTests {
  @Test func `a missing semicolon is shown behind the last word`() {
    let source = """
      __global__ void k(float *x) {
        int i = threadIdx.x
        x[i] = 1;
      }
      """
    #expect(
      complaints(source) == """
        k.cu:2:22: error: expected ";" after the declaration
            int i = threadIdx.x
                               ^
        """)
  }

  @Test func `several errors come out of one reading`() {
    let source = """
      __global__ void k(float *x) {
        for (int i = 0; i < 4 i++) { x[i] = 0; }
        if (x[0] > 1 { x[1] = 2; }
        x[2] = (1 + 2;
        x[3] = x[3;
        x[4] = ;
      }
      """
    #expect(
      complaints(source) == """
        k.cu:2:25: error: expected ";" after the condition of the for loop, found "i"
            for (int i = 0; i < 4 i++) { x[i] = 0; }
                                  ^
        k.cu:3:16: error: expected ")" after the condition, found "{"
            if (x[0] > 1 { x[1] = 2; }
                         ^
        k.cu:4:16: error: expected ")", found ";"
            x[2] = (1 + 2;
                         ^
        k.cu:5:13: error: expected "]", found ";"
            x[3] = x[3;
                      ^
        k.cu:6:10: error: expected an expression, found ";"
            x[4] = ;
                   ^
        """)
  }

  @Test func `an unknown type comes with the nearest one and reading goes on`() {
    let source = """
      __globl__ void k(flaot *x) {
        const unsinged int n = 1;
        x[0] = n
      }
      """
    #expect(
      complaints(source) == """
        k.cu:1:1: error: unknown word "__globl__": did you mean "__global__"?
          __globl__ void k(flaot *x) {
          ^~~~~~~~~
        k.cu:1:18: error: unknown type "flaot": did you mean "float"?
          __globl__ void k(flaot *x) {
                           ^~~~~
        k.cu:2:9: error: unknown type "unsinged": did you mean "unsigned"?
            const unsinged int n = 1;
                  ^~~~~~~~
        k.cu:3:11: error: expected ";" after the expression
            x[0] = n
                    ^
        """)
  }

  @Test func `an error inside a macro names the macro`() {
    let source = """
      #define SQ(x) ((x) * (x)
      __global__ void k(float *x) { x[0] = SQ(3); }
      """
    #expect(
      complaints(source) == """
        k.cu:2:43: error: expected ")", found ";"
          __global__ void k(float *x) { x[0] = SQ(3); }
                                                    ^
        k.cu:1:9: note: expanded from macro "SQ"
          #define SQ(x) ((x) * (x)
                  ^
        """)
  }

  @Test func `a missing brace is told from a function inside a function`() {
    let source = """
      __global__ void a(float *x) {
        if (x[0] > 0) {
          x[0] = 1;
      }
      __global__ void b(float *x) { x[0] = 2; }
      """
    #expect(
      complaints(source) == """
        k.cu:5:17: error: a function is defined inside another one: a "}" is missing before it
          __global__ void b(float *x) { x[0] = 2; }
                          ^
        """)
  }

  @Test func `a brace that is open at the end points to its beginning`() {
    #expect(
      complaints("__global__ void k() {\n  int i;\n") == """
        k.cu:2:9: error: expected "}" at the end of the file
            int i;
                  ^
        k.cu:1:21: note: to close this "{"
          __global__ void k() {
                              ^
        """)
  }

  @Test(
    "what is left out is said by name",
    arguments: [
      ("asm volatile(\"nop;\");", "inline assembly (asm)"), ("goto end;", "goto"),
      ("end: x[0] = 1;", "labels and goto"), ("try { } catch (...) { }", "exceptions (try)"),
      ("throw 1;", "exceptions (throw)"), ("int *p = new int[4];", "allocation with new"),
      ("delete x;", "deallocation with delete"),
      ("k<<<1, 1>>>(x);", "launching a kernel from device code (<<<…>>>)"),
      ("for (auto e : {1, 2}) x[0] = e;", "range-based for over a list"),
      ("auto [a, b] = x;", "structured bindings"),
      ("dynamic_cast<int *>(x);", "dynamic_cast"),
      ("typeid(x);", "run-time type information (typeid)"),
      ("thread_local int t;", "thread_local variables"),
      ("int a = sizeof...(x);", "variadic templates (sizeof...)"),
      ("int a = ({ 1; });", "statements in expressions ({…})"),
      ("auto s = R\"(a)\";", "raw string literals"),
      ("__int128 v;", "128-bit integers"), ("x.*y;", "pointers to members"),
    ])
  func unsupported(statement: String, feature: String) {
    let result = CUDASyntax.parse(
      "__global__ void k(float *x) {\n  \(statement)\n}\n", name: "k.cu")
    #expect(result.diagnostics.items.map(\.message) == ["not supported: \(feature)"])
    #expect(result.diagnostics.items.first?.location.line == 2)
  }

  @Test(
    "left out outside of functions",
    arguments: [
      ("template <typename... T> __device__ void f(T... x) {}", "variadic templates"),
      ("struct A { __device__ virtual void f(); };", "virtual functions"),
      (
        "__device__ int f(int x, ...) { return x; }",
        "functions with a variable number of arguments (...)"
      ),
      ("asm(\"\");", "inline assembly (asm)"),
      ("__global__ void __cluster_dims__(2) k() {}", "thread block clusters (__cluster_dims__)"),
    ])
  func unsupportedOutside(source: String, feature: String) {
    let result = CUDASyntax.parse(source, name: "k.cu")
    #expect(result.diagnostics.items.map(\.message) == ["not supported: \(feature)"])
  }

  @Test func `a record that was left out as host code says so where a kernel uses it`() {
    let source = """
      struct Config { Foo name; };
      __global__ void k(Config c) {}
      """
    #expect(
      complaints(source) == """
        k.cu:2:19: error: unknown type "Config"
          __global__ void k(Config c) {}
                            ^~~~~~
        k.cu:1:17: note: "Config" was left out as host code: unknown type "Foo"
          struct Config { Foo name; };
                          ^~~
        """)
  }

  @Test func `no more errors are kept than a person reads`() {
    let source = "__global__ void k() {\n" + String(repeating: "  = ;\n", count: 100) + "}\n"
    #expect(CUDASyntax.parse(source, name: "k.cu").diagnostics.errors == DiagnosticList.errorLimit)
  }

  @Test func `a long line is shown around its caret`() {
    let source = "__global__ void k() { " + String(repeating: "int i; ", count: 60) + "= 1; }"
    let text = complaints(source)
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 200 })
    #expect(text.contains("\n" + String(repeating: " ", count: 62) + "^"))
  }
}
