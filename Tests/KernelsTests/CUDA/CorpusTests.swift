import Base
import TestSupport
import Testing

@testable import Kernels

@Suite struct CorpusTests {
  @Test func `every program is read without a complaint and has its kernel`() throws {
    let programs = try Corpus.all()
    #expect(programs.count >= 60)
    for program in programs {
      let result = CUDASyntax.parse(program.source, name: program.name)
      let texts = result.diagnostics.items.map { $0.text(in: result.unit.files) }
      #expect(texts.isEmpty, "\(texts.joined(separator: "\n"))")
      let kernel = program.kernel.prefix { $0 != "<" }
      #expect(result.unit.kernels.contains(String(kernel)), "\(program.name)")
    }
  }

  @Test func `every program says how it is launched and what comes out`() throws {
    for program in try Corpus.all() {
      #expect(program.title.hasSuffix("."))
      let names = program.arguments.map(\.name)
      #expect(Set(names).count == names.count, "\(program.name)")
      #expect(names.contains(program.expectation.output), "\(program.name)")
      let result = CUDASyntax.parse(program.source, name: program.name)
      let parameters = result.unit.parameters(of: program.kernel)
      #expect(parameters?.count == program.arguments.count, "\(program.name)")
    }
  }

  @Test func `generated inputs repeat and keep their bounds`() throws {
    let program = try Corpus(
      name: "x", source: "// T.\n// launch k grid 1 block 1\n// expect a = f(a)\n")
    let uniform = program.values(of: "a", count: 100, .uniform(-1, 1))
    #expect(uniform == program.values(of: "a", count: 100, .uniform(-1, 1)))
    #expect(uniform.allSatisfy { $0 >= -1 && $0 <= 1 })
    #expect(Set(program.values(of: "b", count: 200, .range(0, 2))) == [0, 1, 2])
    #expect(program.values(of: "c", count: 3, .iota(5)) == [0, 5, 10])
  }
}

extension TranslationUnit {
  /// The parameters of a kernel outside of namespaces.
  func parameters(of kernel: String) -> [ParameterDeclaration]? {
    let name = kernel.prefix { $0 != "<" }
    for case .function(let function) in declarations
    where function.specifiers.contains(.global) && function.name.spelling == name
      && function.hasBody
    {
      return function.parameters
    }
    return nil
  }
}
