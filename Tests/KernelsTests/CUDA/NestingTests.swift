import Base
import Testing

@testable import Kernels

/// Sources that go very deep; tests run on threads with small stacks.
@Suite struct NestingTests {
  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  @Test(
    "what nests too deeply is refused in words",
    arguments: [
      ("brackets", "a[0] = \(repeated("(", 5000))1\(repeated(")", 5000));"),
      ("blocks", "\(repeated("{", 5000))\(repeated("}", 5000))"),
      ("conditions", "\(repeated("if (a[0]) ", 3000))a[0] = 1;"),
      ("signs", "a[0] = \(repeated("- ", 5000))1;"),
      ("sums", "a[0] = 1\(repeated(" + a[1]", 5000));"),
      ("choices", "a[0] = \(repeated("a[1] ? 1 : ", 3000))2;"),
      ("pointers", "int \(repeated("*", 3000))p;"),
      ("lists", "int x = \(repeated("{", 3000))1\(repeated("}", 3000));"),
      ("members", "a[0] = a\(repeated(".x", 3000));"),
    ] as [(String, String)])
  func refused(what: String, body: String) throws {
    let error = try #require(throws: Problem.self) {
      try CUDASource("__global__ void k(int *a) { \(body) }", name: "k.cu")
    }
    #expect(error.message.hasPrefix("k.cu:1:"), "\(what): \(error.message.prefix(200))")
  }

  @Test func `what nests as deeply as people write is read and lowered`() throws {
    let brackets = "\(Self.repeated("(", 60))a[1]\(Self.repeated(")", 60))"
    let blocks = "\(Self.repeated("if (a[0] > 0) { ", 50))a[0] = 1;\(Self.repeated(" }", 50))"
    let calls = "\(Self.repeated("f(", 60))a[2]\(Self.repeated(")", 60))"
    let sums = "0\(Self.repeated(" + a[1]", 150))"
    let source = try CUDASource(
      """
      __device__ int f(int x) { return x + 1; }
      __global__ void k(int *a) {
        a[2] = \(brackets);
        \(blocks)
        a[3] = \(calls) + \(sums);
      }
      """)
    #expect(try source.kernel("k").statements.count > 200)
  }

  @Test func `calls that go deeper than a hundred levels are refused in words`() throws {
    let functions = (1..<200).map { "__device__ int f\($0)(int x) { return f\($0 - 1)(x) + 1; }" }
    let error = try #require(throws: Problem.self) {
      try CUDASource(
        "__device__ int f0(int x) { return x; }\n\(functions.joined(separator: "\n"))\n"
          + "__global__ void k(int *a) { a[0] = f199(1); }")
    }
    #expect(error.message.contains("nest deeper than 100"))
  }
}
