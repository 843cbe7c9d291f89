import Base
import TestSupport
import Testing

@testable import Kernels

@Suite(.tags(.tool)) struct NVCCTests {
  static let compiler = NVCC.find()
  static let hasCompiler = compiler != nil

  @Test(
    "our front end and NVIDIA's compiler come to the same results",
    .enabled(if: hasCompiler, "nvcc is not installed: pip install \(NVCC.packages)"),
    arguments: try Corpus.all())
  func sameResults(program: Corpus) throws {
    let compiler = try #require(Self.compiler)
    let name = "\(program.name).cu"
    let uses = program.kernel.contains("<") ? [program.kernel] : []
    let ptx = try PTXSource(
      compiling: program.source, name: name, with: compiler, kernels: uses, options: ["-w"])
    let theirs = try CorpusRun(program, source: ptx)
    let ours = try CorpusRun(program, source: CUDASource(program.source, name: name))
    // Contraction and the order of sums differ in the last places even where equality is asked.
    let tolerance = max(program.expectation.tolerance, 1e-6)
    for (array, expected) in theirs.outputs {
      let difference = CorpusRun.difference(
        ours.outputs[array] ?? [], expected, tolerance: tolerance)
      #expect(difference == nil, "\(array)\(difference ?? "")")
    }
    #expect(theirs.printed == ours.printed)
    #expect(try ptx.kernel(program.kernel).registersPerThread ?? 0 > 0)
  }

  @Test(.enabled(if: hasCompiler, "nvcc is not installed"))
  func `the compiler's complaints are passed on with the source's name`() throws {
    let compiler = try #require(Self.compiler)
    let error = try #require(throws: Problem.self) {
      try compiler.compile("__global__ void k(int *a) { a[0] = nothing; }", name: "wrong.cu")
    }
    #expect(error.message.contains("wrong.cu(1): error: identifier \"nothing\" is undefined"))
  }

  @Test(
    "what would not be a file or an option is refused",
    arguments: [
      ("../k.cu", "sm_80", [String]()), ("k.txt", "sm_80", []), ("-k.cu", "sm_80", []),
      ("k.cu", "sm_80;x", []), ("k.cu", "native", []), ("k.cu", "sm_80", ["other.cu"]),
    ])
  func refused(name: String, architecture: String, options: [String]) {
    #expect(throws: Problem.self) {
      try NVCC(path: "/nonexistent/nvcc").compile(
        "", name: name, architecture: architecture, options: options)
    }
  }

  @Test func `a compiler that is not there is said to be missing`() throws {
    let error = try #require(throws: Problem.self) {
      try NVCC(path: "/nonexistent/nvcc").compile("")
    }
    #expect(error.kind == .missing)
  }
}
