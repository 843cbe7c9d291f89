import Base
import TestSupport
import Testing

/// Every notebook of the course is run afresh and compared with what it stores.
@Suite(.serialized) struct NotebookTests {
  static let files = (try? FileIO.list("notebooks"))?.filter { $0.hasSuffix(".ipynb") } ?? []

  /// True where the language model is there.
  static let hasModel =
    (try? ProgramRun(["models", "list"]))?.output.contains(" here ") ?? false

  @Test func `there are notebooks`() { #expect(!Self.files.isEmpty) }

  @Test(
    "stored outputs are what a fresh run gives", .enabled(if: hasModel, "needs the language model"),
    arguments: files)
  func outputs(file: String) throws {
    let run = try ProgramRun(["notebook", "test", "notebooks/\(file)"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test("nothing to complain of", arguments: files)
  func lint(file: String) throws {
    let run = try ProgramRun(["notebook", "check", "notebooks/\(file)"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }
}
