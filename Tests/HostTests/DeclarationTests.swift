import Base
import Host
import LuaBridge
import Notebooks
import TestSupport
import Testing

/// What is declared must be true: examples run, names are as agreed, results are of their types.
@Suite(.serialized) struct DeclarationTests {
  /// Every example of a declaration, with the name it belongs to.
  static var examples: [(name: String, code: String)] {
    GeneratedDocs.declarations.flatMap { module in
      let own =
        [(module.name, module.example)]
        + module.entries.map {
          ("\(module.name).\($0.name)", $0.example)
        }
      let types = module.types.flatMap { type in
        [(type.name, type.example)] + type.entries.map { ("\(type.name).\($0.name)", $0.example) }
      }
      return (own + types).compactMap { name, code in code.map { (name, $0) } }
    }
  }

  @Test func `every example runs, every entry is called, and gives what it declares`() throws {
    let models = try ProgramRun(["models", "list"]).output.split(separator: "\n")
    let here = models.filter { $0.contains(" here ") }
    let hasModel = here.contains { $0.hasPrefix("smollm2-135m-instruct ") }
    let hasEmbedder = here.contains { $0.hasPrefix("all-minilm-l6-v2 ") }
    func canRun(_ name: String) -> Bool {
      if name.lowercased().hasPrefix("llm.embedder") { return hasEmbedder }
      return hasModel || !name.hasPrefix("llm")
    }
    let recorder = CallRecorder()
    try withTemporaryFolder { folder in
      let bench = Bench(host: LuaInterpreter.Host(recorder: recorder))
      bench.run("package.path = '\(folder)/?.lua;' .. package.path")
      for (name, code) in Self.examples where canRun(name) {
        let code = code.replacing("\"/tmp/", with: "\"\(folder)/")
          .replacing("\"numbers.npy", with: "\"\(folder)/numbers.npy")
        let evaluation = bench.run(code)
        let report = evaluation.error?.report.joined(separator: "\n") ?? ""
        #expect(evaluation.status == .ok, "\(name): \(code)\n\(report)")
      }
      try runSpecs(in: bench)
    }
    let uncalled = recorder.uncalled.filter(canRun)
    #expect(uncalled == [])
    #expect(recorder.mismatches.map { "\($0.entry): \($0.declared) \($0.found)" }.sorted() == [])
  }

  /// Runs the sentences of every spec file; whether they hold is for SpecTests.
  private func runSpecs(in bench: Bench) throws {
    let folder = "Tests/StdlibTests/Specs"
    bench.run(
      """
      spec = require("orrery.spec")
      describe, it, expect, skip = spec.describe, spec.it, spec.expect, spec.skip
      """)
    for file in try FileIO.list(folder) {
      bench.run(String(decoding: try FileIO.read("\(folder)/\(file)"), as: UTF8.self))
    }
    bench.run("spec.run()")
  }

  @Test func `the public names are those of the golden list`() throws {
    let names = GeneratedDocs.declarations.flatMap { module in
      module.entries.map { "\(module.name).\($0.name)" }
        + module.types.flatMap { type in type.entries.map { "\(type.name).\($0.name)" } }
    }
    try expectGolden(
      names.sorted().joined(separator: "\n") + "\n", "Tests/HostTests/Golden/names.txt")
  }

  /// A formula such as `x * x` is no sentence and has no full stop.
  @Test func `every declaration says what it is, in one line that ends with a full stop`() {
    for module in GeneratedDocs.declarations {
      for entry in module.entries + module.types.flatMap(\.entries) {
        let isSentence = entry.summary.first?.isUppercase ?? true
        #expect(
          !isSentence || entry.summary.hasSuffix("."),
          "\(module.name) \(entry.name): \(entry.summary)")
        #expect(!entry.summary.contains("\n"))
      }
    }
  }

  @Test func `the stubs are Lua`() {
    let lua = LuaState()
    for (path, text) in GeneratedDocs.files where path.hasSuffix(".lua") {
      #expect(throws: Never.self, "\(path)") { try lua.load(text, chunkName: path) }
    }
  }
}
