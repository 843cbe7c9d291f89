import Base

/// A trivial notebook of 20 cells, run from the shell: wall time and peak memory.
struct NotebookSuite: Suite {
  let name = "notebook"
  let summary = "A 20-cell trivial notebook through `orrery notebook run` and papermill."

  func cases() throws -> [Case] {
    let folder = try temporaryFolder("notebook")
    let ours = "\(folder)/ours.ipynb"
    let theirs = "\(folder)/theirs.ipynb"
    try write(kernel: "orrery", language: "lua", to: ours)
    try write(kernel: "python3", language: "python", to: theirs)
    let program = siblingProgram("orrery")
    let command = [program, "notebook", "run", ours, "--output", "\(folder)/ours-out.ipynb"]
    func papermill(_ figure: @escaping ([String]) throws -> Double) -> Peer {
      // The kernel is what runs the cells, so the peer is both; its version is papermill's.
      guard PythonPeers.version("ipykernel") != nil else {
        return .missing("papermill + ipykernel")
      }
      return PythonPeers.peer("papermill") { python in
        try figure(
          [python, "-m", "papermill", "--no-progress-bar", theirs, "\(folder)/theirs-out.ipynb"])
      }
    }
    return [
      Case(
        "20 cells, wall time", .seconds, .fasterAtLeast(25),
        peer: papermill { try ChildRun.run($0).seconds }
      ) { try ChildRun.run(command).seconds },
      Case(
        "20 cells, peak memory", .bytes, .ratioAtMost(0.4), peer: papermill(ChildRun.peakBytes),
        rounds: 3
      ) { try ChildRun.peakBytes(of: command) },
    ]
  }

  private func write(kernel: String, language: String, to path: String) throws {
    let cells = (1...20).map { number in
      JSONValue.object([
        "cell_type": "code", "execution_count": .null, "id": .string("cell-\(number)"),
        "metadata": .object([:]), "outputs": .array([]),
        "source": .array([.string("x\(number) = \(number) + 1\n"), .string("print(x\(number))")]),
      ])
    }
    let kernelspec: JSONValue = [
      "display_name": .string(kernel), "language": .string(language), "name": .string(kernel),
    ]
    let document: JSONValue = [
      "cells": .array(cells), "metadata": ["kernelspec": kernelspec], "nbformat": 4,
      "nbformat_minor": 5,
    ]
    try FileIO.write(Array((document.formatted(.indented(1)) + "\n").utf8), to: path)
  }
}
