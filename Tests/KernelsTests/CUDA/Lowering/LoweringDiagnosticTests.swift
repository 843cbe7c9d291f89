import Base
import Kernels
import TestSupport
import Testing

@Suite struct LoweringDiagnosticTests {
  /// What is wrong, and a source in which it is.
  static let sources: [(name: String, text: String)] = [
    ("undeclared", #"__global__ void k(int *o) { o[0] = total; }"#),
    ("misspelt", #"__global__ void k(int *o) { int width = 3; o[0] = widht; }"#),
    ("const", #"__global__ void k(const float *a) { a[0] = 1.0f; }"#),
    ("local const", #"__global__ void k(int *o) { const int n = o[0]; n = 4; }"#),
    ("pointer to float", #"__global__ void k(float *o, int n) { float *p = n; *p = o[0]; }"#),
    ("modulo of floats", #"__global__ void k(float *o) { o[0] = o[1] % 2.0f; }"#),
    (
      "too few arguments",
      """
      __device__ float f(float a, float b) { return a + b; }
      __global__ void k(float *o) { o[0] = f(1.0f); }
      """
    ),
    (
      "wrong argument",
      """
      __device__ float f(float *a) { return a[0]; }
      __global__ void k(float *o) { o[0] = f(o[0]); }
      """
    ),
    (
      "no overload",
      """
      __device__ int f(int *a) { return 1; }
      __device__ int f(float *a) { return 2; }
      __global__ void k(double *o) { o[0] = f(o); }
      """
    ),
    (
      "no member",
      """
      struct P { float x, y; };
      __global__ void k(P *p) { p[0].z = 1.0f; }
      """
    ),
    (
      "arrow on a value",
      """
      struct P { float x; };
      __global__ void k(P *p) { P q = p[0]; q->x = 1.0f; }
      """
    ),
    (
      "dot on a pointer",
      """
      struct P { float x; };
      __global__ void k(P *p) { p.x = 1.0f; }
      """
    ),
    ("index of a number", #"__global__ void k(int *o) { int n = 1; o[0] = n[2]; }"#),
    ("index by a float", #"__global__ void k(int *o, float f) { o[f] = 1; }"#),
    ("break outside", #"__global__ void k(int *o) { o[0] = 1; break; }"#),
    (
      "value from void",
      """
      __device__ void f() {}
      __global__ void k(int *o) { o[0] = f(); }
      """
    ),
    (
      "host function",
      """
      int h(int a) { return a; }
      __global__ void k(int *o) { o[0] = h(1); }
      """
    ),
    (
      "host variable",
      """
      int n = 3;
      __global__ void k(int *o) { o[0] = n; }
      """
    ),
    (
      "recursion",
      """
      __device__ int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }
      __global__ void k(int *o) { o[0] = f(o[1]); }
      """
    ),
    ("malloc", #"__global__ void k(int *o) { int *p = (int *)malloc(4); o[0] = *p; }"#),
    ("surface", #"__global__ void k(int *o) { surf2Dwrite(1, 2, 3, 4); }"#),
    ("atomic on a short", #"__global__ void k(short *o) { atomicAdd(o, 1); }"#),
    ("length not constant", #"__global__ void k(int *o, int n) { int a[n]; o[0] = a[0]; }"#),
    ("declared twice", #"__global__ void k(int *o) { int a = 1; float a = 2; o[0] = a; }"#),
    ("kernel returns", #"__global__ int k(int *o) { return o[0]; }"#),
    (
      "case twice",
      """
      __global__ void k(int *o) { switch (o[0]) { case 1: o[1] = 2; break; case 1: o[1] = 3; } }
      """
    ),
    (
      "template deduction",
      """
      template <typename T> __device__ T f(int a) { return a; }
      __global__ void k(int *o) { o[0] = f(1); }
      """
    ),
    (
      "static assertion",
      """
      template <int N> __device__ int f() { static_assert(N > 4, "N is too small"); return N; }
      __global__ void k(int *o) { o[0] = f<2>(); }
      """
    ),
    ("assignment to a value", #"__global__ void k(int *o) { o[0] + 1 = 2; }"#),
    ("void pointer", #"__global__ void k(void *p, int *o) { o[0] = p[1]; }"#),
    (
      "missing return value",
      """
      __device__ int f(int a) { if (a) return; return 1; }
      __global__ void k(int *o) { o[0] = f(1); }
      """
    ),
    ("call of a number", #"__global__ void k(int *o) { int n = 1; o[0] = n(3); }"#),
    (
      "scoped enumeration",
      """
      enum class E { a, b };
      __global__ void k(int *o) { o[0] = E::a + 1; }
      """
    ),
    (
      "launch in a kernel",
      """
      __global__ void g(int *o) { o[0] = 1; }
      __global__ void k(int *o) { g(o); }
      """
    ),
  ]

  @Test func `each broken source has one clear complaint`() throws {
    var text = ""
    for (name, source) in Self.sources {
      let problem = #expect(throws: Problem.self, "\(name)") {
        let read = try CUDASource(source, name: "k.cu")
        _ = try read.kernel("k")
      }
      text += "== \(name)\n\(problem?.message ?? "nothing")\n"
      #expect(problem?.message.components(of: "error:") == 1, "\(name)")
    }
    try expectGolden(text, "\(FileIO.directory(of: #filePath))/Golden/diagnostics.txt")
  }

  @Test func `a kernel that is not supported leaves the others`() throws {
    let source = try CUDASource(
      """
      __global__ void good(int *o) { o[0] = 1; }
      __global__ void bad(int *o) { o[0] = *(int *)malloc(4); }
      """)
    #expect(try source.kernel("good").name == "good")
    let problem = #expect(throws: Problem.self) { try source.kernel("bad") }
    #expect(problem?.message.contains("not supported: allocation in device code") == true)
  }

  @Test func `templates are named with their parameters and asked for with arguments`() throws {
    let source = try CUDASource(
      """
      template <typename T, int N = 4> __global__ void fill(T *o) { o[threadIdx.x] = N; }
      """)
    #expect(source.kernelNames == ["fill<typename T, int N>"])
    #expect(try source.kernel("fill<float>").parameters[0].typeName == "float *")
    #expect(try source.kernel("fill<int, 7>").parameters[0].typeName == "int *")
    let problem = #expect(throws: Problem.self) { try source.kernel("fill") }
    #expect(problem?.message.contains("is a template") == true)
    let wrong = #expect(throws: Problem.self) { try source.kernel("fill<float, int>") }
    #expect(wrong?.message.contains("expects a value for 'N'") == true)
    let unknown = #expect(throws: Problem.self) { try source.kernel("fil<float>") }
    #expect(unknown?.message.contains("did you mean 'fill'?") == true)
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of part: String) -> Int {
    var (count, rest) = (0, self[...])
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
