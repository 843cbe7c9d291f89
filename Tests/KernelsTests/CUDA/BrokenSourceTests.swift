import Base
import Testing

@testable import Kernels

/// Programs with one fault each: what a person did, the line of the fault, and what must be said.
private let broken: [(fault: String, line: Int, says: String, source: String)] = [
  (
    "a semicolon is missing", 2, "expected \";\" after the declaration",
    "__global__ void k(int *x) {\n  int i = threadIdx.x\n  x[i] = i;\n}"
  ),
  (
    "a bracket is missing", 2, "expected \")\"",
    "__global__ void k(int *x) {\n  if ((x[0] > 1) x[0] = 1;\n}"
  ),
  (
    "an index is not closed", 2, "expected \"]\"",
    "__global__ void k(int *x) {\n  x[threadIdx.x = 1;\n}"
  ),
  (
    "a brace is missing at the end", 3, "expected \"}\"",
    "__global__ void k(int *x) {\n  if (x[0]) {\n  x[0] = 1; }\n"
  ),
  (
    "a brace is missing before the next kernel", 4, "a \"}\" is missing before it",
    "__global__ void a(int *x) {\n  if (x[0]) {\n  x[0] = 1; }\n__global__ void b(int *x) {}"
  ),
  (
    "a brace too many", 3, "closes nothing",
    "__global__ void k(int *x) {\n  x[0] = 1;\n}}"
  ),
  (
    "an operand is missing", 2, "expected an expression",
    "__global__ void k(int *x) {\n  x[0] = x[1] + ;\n}"
  ),
  (
    "a number with letters", 2, "bad suffix",
    "__global__ void k(int *x) {\n  x[0] = 12ab;\n}"
  ),
  (
    "a quote is open", 2, "never closed",
    "__global__ void k(int *x) {\n  printf(\"hello);\n}"
  ),
  (
    "a comment is open", 2, "expected \"*/\"",
    "__global__ void k(int *x) { x[0] = 1; }\n/* and so on"
  ),
  (
    "a conditional is open", 1, "expected #endif",
    "#if 1\n__global__ void k(int *x) { x[0] = 1; }\n"
  ),
  (
    "a file is not there", 1, "is not found",
    "#include \"tiles.h\"\n__global__ void k(int *x) { x[0] = 1; }\n"
  ),
  (
    "a type is misspelled", 1, "did you mean \"float\"",
    "__global__ void k(flaot *x) {\n  x[0] = 1;\n}"
  ),
  (
    "the specifier is misspelled", 1, "did you mean \"__global__\"",
    "__gobal__ void k(float *x) {\n  x[0] = 1;\n}"
  ),
  (
    "a macro takes more arguments", 3, "takes 2 arguments, got 1",
    "#define MAX(a, b) ((a) > (b) ? (a) : (b))\n__global__ void k(int *x) {\n  x[0] = MAX(1);\n}"
  ),
  (
    "a name is unknown", 2, "index",
    "__global__ void k(int *x) {\n  x[index] = 1;\n}"
  ),
  (
    "a function is unknown", 2, "frobnicate",
    "__global__ void k(int *x) {\n  x[0] = frobnicate(1);\n}"
  ),
  (
    "too few arguments", 3, "f",
    "__device__ int f(int a, int b) { return a + b; }\n__global__ void k(int *x) {\n  x[0] = f(1);\n}"
  ),
  (
    "a member is unknown", 3, "z",
    "struct P { int x, y; };\n__global__ void k(int *x, P p) {\n  x[0] = p.z;\n}"
  ),
  (
    "a number is called an array", 2, "cannot be indexed",
    "__global__ void k(int n, int *x) {\n  x[0] = n[3];\n}"
  ),
  (
    "a constant is written", 2, "cannot be changed",
    "__global__ void k(const int *x) {\n  x[0] = 1;\n}"
  ),
  (
    "a pointer becomes a float", 2, "'float' is expected",
    "__global__ void k(float *x) {\n  float y = x;\n  x[0] = y;\n}"
  ),
  (
    "host code is called", 3, "host",
    "int f(int a) { return a + 1; }\n__global__ void k(int *x) {\n  x[0] = f(1);\n}"
  ),
  (
    "a kernel gives a value", 1, "void",
    "__global__ int k(int *x) {\n  return x[0];\n}"
  ),
  (
    "inline assembly", 2, "not supported: inline assembly (asm)",
    "__global__ void k(int *x) {\n  asm(\"mov.u32 %0, %laneid;\" : \"=r\"(x[0]));\n}"
  ),
  (
    "goto", 2, "not supported: goto",
    "__global__ void k(int *x) {\n  goto end;\n  x[0] = 1;\n}"
  ),
  (
    "virtual functions", 2, "not supported: virtual functions",
    "struct A {\n  __device__ virtual int f();\n};\n__global__ void k(int *x) { x[0] = 1; }"
  ),
  (
    "exceptions", 2, "not supported: exceptions (try)",
    "__global__ void k(int *x) {\n  try { x[0] = 1; } catch (int) {}\n}"
  ),
  (
    "allocation", 2, "not supported: allocation with new",
    "__global__ void k(int *x) {\n  int *p = new int[4];\n}"
  ),
  (
    "a launch from a kernel", 3, "not supported: launching a kernel from device code",
    "__global__ void a(int *x) { x[0] = 1; }\n__global__ void k(int *x) {\n  a<<<1, 1>>>(x);\n}"
  ),
  (
    "variadic templates", 1, "not supported: variadic templates",
    "template <typename... T> __device__ void f(T... x) {}\n__global__ void k(int *x) { x[0] = 1; }"
  ),
  (
    "recursion", 1, "recursion",
    "__device__ int f(int n) { return n ? n * f(n - 1) : 1; }\n"
      + "__global__ void k(int *x) { x[0] = f(x[1]); }"
  ),
]

@Suite struct BrokenSourceTests {
  @Test func `a broken program gets one message, at its line, with a caret`() throws {
    for (fault, line, says, source) in broken {
      do throws(Problem) {
        _ = try CUDASource(source, name: "k.cu").kernel("k")
        Issue.record("\(fault): accepted")
      } catch {
        let text = error.description
        #expect(
          text.split(separator: "\n").filter { $0.contains(": error: ") }.count == 1,
          "\(fault): \(text)")
        #expect(text.hasPrefix("k.cu:\(line):"), "\(fault): \(text)")
        #expect(text.contains(says), "\(fault): \(text)")
        #expect(text.split(separator: "\n").contains { $0.contains("^") }, "\(fault): \(text)")
      }
    }
  }
}
