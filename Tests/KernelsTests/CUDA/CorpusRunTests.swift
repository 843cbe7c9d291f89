import Base
import Testing

@testable import Kernels

@Suite struct CorpusRunTests {
  @Test("programs of the corpus compute what plain loops do", arguments: try Corpus.all())
  func reference(program: Corpus) throws {
    let run = try CorpusRun(program, source: CUDASource(program.source, name: program.name + ".cu"))
    let got = run.outputs[program.expectation.output] ?? []
    #expect(got.contains { $0 != 0 })
    guard let reference = program.expectation.reference else { return }
    let expected = try #require(
      CorpusReference.value(
        reference.name,
        .init(
          arrays: reference.arguments.compactMap { run.inputs[$0] },
          numbers: reference.arguments.compactMap { Double($0) })))
    let difference = CorpusRun.difference(
      got, expected, tolerance: program.expectation.tolerance)
    #expect(difference == nil, "\(program.expectation.output)\(difference ?? "")")
  }
}
