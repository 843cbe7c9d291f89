import Base
import Host
import Notebooks
import TestSupport
import Testing

/// Every file of Specs is one test: its sentences are run by the Lua specification module.
@Suite struct SpecTests {
  static let folder = "Tests/StdlibTests/Specs"
  static let files = (try? FileIO.list(folder))?.filter { $0.hasSuffix("_spec.lua") } ?? []

  @Test func `there are specs`() { #expect(!Self.files.isEmpty) }

  @Test("specs in Lua", arguments: files)
  func spec(file: String) throws {
    let code = String(decoding: try FileIO.read("\(Self.folder)/\(file)"), as: UTF8.self)
    let interpreter = LuaInterpreter()
    let sink = TextSink()
    let setUp = """
      local spec = require("orrery.spec")
      describe, it, expect, skip = spec.describe, spec.it, spec.expect, spec.skip
      """
    let tearDown = """
      local spec = require("orrery.spec")
      local outcomes = spec.run()
      print(spec.report(outcomes))
      for _, outcome in ipairs(outcomes) do
        if outcome.status == "failed" then os.exit(1) end
      end
      """
    for (name, text) in [("set-up", setUp), (file, code), ("run", tearDown)] {
      let request = EvaluationRequest(code: text, chunkName: name, isScript: true)
      let evaluation = interpreter.evaluate(request, into: sink)
      let report = evaluation.error?.report.joined(separator: "\n") ?? ""
      #expect(
        evaluation.status == .ok && (evaluation.exitStatus ?? 0) == 0, "\(report)\n\(sink.text)")
    }
    if sink.text.contains("skipped:") { print("\(file): \(sink.text)") }
  }
}

/// Gathers the text that a chunk writes.
private final class TextSink: OutputSink {
  private var bytes: [UInt8] = []
  var text: String { String(decoding: bytes, as: UTF8.self) }
  func write(_ new: UnsafeRawBufferPointer, to stream: OutputStreamName) { bytes += new }
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) { bytes += bundle.plain.utf8 }
  func clear(wait: Bool) {}
  func readLine(prompt: String, isPassword: Bool) -> String? { nil }
}
