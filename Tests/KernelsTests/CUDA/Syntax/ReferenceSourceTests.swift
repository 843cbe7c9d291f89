import Base
import TestSupport
import Testing

@testable import Kernels

@Suite struct ReferenceSourceTests {
  @Test(
    "every program of the reference is read without a complaint",
    .enabled(if: ReferenceFolder.path != nil, "ORRERY_REFERENCE is not there"),
    arguments: [("functional.json", "tests"), ("counters.json", "kernels")])
  func programs(file: String, list: String) throws {
    let bytes = try FileIO.read("\(ReferenceFolder.path ?? "")/gpu/\(file)")
    let root = try JSONValue(parsing: bytes)
    let programs = root[list]?.array ?? []
    #expect(!programs.isEmpty)
    for program in programs {
      let name = program["name"]?.string ?? "?"
      let result = CUDASyntax.parse(program["source"]?.string ?? "", name: name)
      let texts = result.diagnostics.items.map { $0.text(in: result.unit.files) }
      #expect(texts.isEmpty, "\(texts.joined(separator: "\n"))")
      #expect(result.unit.kernels.isEmpty == false)
    }
  }
}

extension TranslationUnit {
  /// The names of the kernels outside of namespaces.
  var kernels: [String] {
    declarations.compactMap {
      guard case .function(let function) = $0, function.specifiers.contains(.global) else {
        return nil
      }
      return function.name.spelling
    }
  }
}
