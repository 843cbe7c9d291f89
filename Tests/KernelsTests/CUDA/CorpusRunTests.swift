import Base
import Foundation
import TestSupport
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

  @Test(
    "NVIDIA's compiler takes the corpus and its code gives the same results",
    .tags(.tool), .enabled(if: CorpusCompiler.path != nil, "nvcc is not installed"),
    arguments: try Corpus.all())
  func differential(program: Corpus) throws {
    let text = try CorpusCompiler.compile(program)
    let ours = try CorpusRun(
      program, source: CUDASource(program.source, name: program.name + ".cu"))
    let theirs = try CorpusRun(
      program, source: PTXSource(text, name: program.name + ".ptx"),
      kernel: String(program.kernel.prefix { $0 != "<" }))
    for argument in program.arguments {
      guard let got = ours.outputs[argument.name], let expected = theirs.outputs[argument.name]
      else {
        continue
      }
      let difference = CorpusRun.difference(
        got, expected, tolerance: max(program.expectation.tolerance, 1e-6))
      #expect(difference == nil, "\(argument.name)\(difference ?? "")")
    }
    #expect(ours.printed == theirs.printed)
  }
}

/// NVIDIA's compiler, where `$ORRERY_NVCC` or the path has one.
enum CorpusCompiler {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/nvcc" }
    return ([environment["ORRERY_NVCC"]].compactMap { $0 } + folders).first(where: FileIO.exists)
  }()

  /// The PTX of a program for compute capability 8.0.
  static func compile(_ program: Corpus) throws -> String {
    let output = NSTemporaryDirectory() + "orrery-\(program.name)-\(getpid()).ptx"
    defer { try? FileManager.default.removeItem(atPath: output) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = [
      "-arch=sm_80", "-std=c++17", "-w", "-ptx", "-o", output,
      "\(Corpus.folder)/\(program.name).cu",
    ]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Problem("nvcc refused \(program.name): \(String(decoding: said, as: UTF8.self))")
    }
    return String(decoding: try FileIO.read(output), as: UTF8.self)
  }
}
