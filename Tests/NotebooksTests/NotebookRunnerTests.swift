import Base
import Synchronization
import Testing

@testable import Notebooks

@Suite struct NotebookRunnerTests {
  /// Every save of a run, and whether two ever met.
  private final class Saves: Sendable {
    private let saves = Mutex<[Notebook]>([])
    private let isBusy = Atomic(false)
    private let met = Atomic(false)

    func take(_ notebook: Notebook) {
      if isBusy.exchange(true, ordering: .sequentiallyConsistent) {
        met.store(true, ordering: .sequentiallyConsistent)
      }
      saves.withLock { $0.append(notebook) }
      isBusy.store(false, ordering: .sequentiallyConsistent)
    }

    var haveMet: Bool { met.load(ordering: .sequentiallyConsistent) }
    var all: [Notebook] { saves.withLock { $0 } }
  }

  private func run(_ sources: [String], interval: Double) throws -> Saves {
    let notebook = Notebook(cells: sources.map { Cell(.code, $0) })
    let saves = Saves()
    let runner = NotebookRunner(
      notebook, plan: try RunPlan(notebook), session: Session(FakeInterpreter()), name: "a")
    runner.saveInterval = interval
    runner.checkpoint = { (notebook, _) throws(Problem) in saves.take(notebook) }
    _ = try runner.run()
    return saves
  }

  @Test func `a cell that runs for long is saved with what it has shown`() throws {
    let saves = try run(
      ["print a", "print b\nshow id pic\nsleep 0.4\nprint c", "print d"], interval: 0.02)
    let during = saves.all.filter { $0.cells[1].runStatus == "running" }
    #expect(during.count > 1)
    for notebook in during {
      #expect(notebook.cells[0].outputs == [.stream(.stdout, "a\n")])
      #expect(notebook.cells[1].executionCount == nil && notebook.cells[2].outputs.isEmpty)
      #expect(Notebook.faults(in: notebook.document).isEmpty)
    }
    #expect(
      during.last?.cells[1].outputs
        == [.stream(.stdout, "b\n"), .display(MIMEBundle(plain: "pic"))])
    let last = try #require(saves.all.last)
    #expect(last.cells.allSatisfy { $0.runStatus == nil } && last.cells[1].outputs.count == 3)
    #expect(!saves.haveMet)
  }

  @Test func `quick cells are saved when they end and no oftener`() throws {
    #expect(try run(["print a", "print b", "print c"], interval: 5).all.count == 4)
  }
}
