import Base
import TestSupport
import Testing

@testable import Kernels

/// Programs that each use much of one part of the language; what they give was compared with what
/// nvcc's code of the same source gives.
@Suite struct FeatureTests {
  static let folder = "\(FileIO.directory(of: #filePath))/Features"
  static let golden = "\(FileIO.directory(of: #filePath))/Golden"

  static func all() throws -> [Corpus] {
    try FileIO.list(folder).filter { $0.hasSuffix(".cu") }.sorted().map { file in
      let bytes = try FileIO.read("\(folder)/\(file)")
      return try Corpus(
        name: String(file.dropLast(3)), source: String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test("a program gives what it gave when nvcc agreed", arguments: try all())
  func results(program: Corpus) throws {
    let source = try CUDASource(program.source, name: "\(program.name).cu")
    let run = try CorpusRun(program, source: source)
    let changed = run.outputs.filter { run.inputs[$0.key] != $0.value }
    let text = changed.sorted { $0.key < $1.key }.map { name, values in
      // Six digits, since the last ones of a library are its own affair.
      "\(name): \(values.map(Self.shown).joined(separator: " "))\n"
    }
    try expectGolden(text.joined(), "\(Self.golden)/\(program.name).txt")
  }

  private static func shown(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), let whole = Int(exactly: value) { return "\(whole)" }
    let scale = Double(sign: .plus, exponent: 20 - Int(value.exponent), significand: 1)
    return "\(Float((value * scale).rounded() / scale))"
  }
}
