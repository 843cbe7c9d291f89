import Base
import Foundation
import TestSupport
import Testing

@testable import Notebooks

/// Our reading of the format against nbformat's own validator.
@Suite(.tags(.tool), .enabled(if: Validator.isInstalled, "needs pip install nbformat"))
struct ValidatorAgreementTests {
  @Test func `both judge a changed notebook alike`() throws {
    try withTemporaryFolder { folder in
      for (index, test) in ValidationTests.cases.enumerated() {
        var document = ValidationTests.good
        test.change(&document)
        let path = "\(folder)/\(index).ipynb"
        try FileIO.write(Array(JSONValue.object(document).formatted().utf8), to: path)
      }
      let rejected = try Validator.rejected(
        ValidationTests.cases.indices.map { "\(folder)/\($0).ipynb" })
      for (index, test) in ValidationTests.cases.enumerated() {
        let isRejected = rejected.contains("\(folder)/\(index).ipynb")
        #expect(isRejected == (test.fault != nil), "\(test.title)")
      }
    }
  }

  @Test func `everything we write is accepted`() throws {
    try withTemporaryFolder { folder in
      var paths: [String] = []
      for seed in 0..<40 {
        var random = SeededRandom(seed: UInt64(seed))
        let path = "\(folder)/\(seed).ipynb"
        var file = NotebookFile(FormatTests.notebook(&random), path: path, form: .ipynb)
        for index in file.notebook.cells.indices where file.notebook.cells[index].kind == .code {
          file.notebook.cells[index].outputs = ValidatorAgreementTests.outputs
          file.notebook.cells[index].executionCount = index + 1
        }
        try file.save()
        paths.append(path)
      }
      #expect(try Validator.rejected(paths).isEmpty)
    }
  }

  private static var outputs: [Output] {
    var bundle = MIMEBundle(plain: "a\nb")
    bundle["image/png"] = .bytes([1, 2, 3])
    bundle["application/json"] = .json(["a": [1, nil]])
    bundle["text/html"] = .text("<b>\n</b>")
    let error = EvaluationError(name: "E", message: "m", report: ["a", "b"], line: 1)
    return [
      .stream(.stdout, "a\n\u{1B}[1mb"), .display(bundle), .result(bundle, number: 3),
      .error(error),
    ]
  }
}

/// Runs scripts/validate-notebooks.
enum Validator {
  static let isInstalled = (try? run([]).status) == 0

  /// The files that nbformat rejects.
  static func rejected(_ paths: [String]) throws -> Set<String> {
    let lines = try run(paths).output.split(separator: "\n")
    return Set(paths.filter { path in lines.contains { $0.hasPrefix("\(path): ") } })
  }

  private static func run(_ paths: [String]) throws -> (status: Int32, output: String) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appendingPathComponent("scripts/validate-notebooks")
    process.arguments = paths
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
