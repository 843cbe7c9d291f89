import Base
import Glibc
import TestSupport
import Testing

@testable import Inference

@Suite struct ModelStoreTests {
  @Test func `files of the folder are found by name, others by path`() throws {
    try withTemporaryFolder { folder in
      let store = ModelStore(folder: folder)
      try FileIO.write(Array("GGUF".utf8), to: folder + "/Own-Model.gguf")
      #expect(try store.find("own-model") == folder + "/Own-Model.gguf")
      #expect(try store.find(folder + "/Own-Model.gguf") == folder + "/Own-Model.gguf")
      let entry = store.entries().first { $0.name == "Own-Model" }
      #expect(entry?.size == Bytes(4) && entry?.known == nil)
      let unknown = #expect(throws: Problem.self) { try store.find("own-modle") }
      #expect(unknown?.description.contains("did you mean \"Own-Model\"") == true)
    }
  }

  @Test func `a known model that is not there says how to fetch it`() throws {
    try withTemporaryFolder { folder in
      let problem = #expect(throws: Problem.self) {
        try ModelStore(folder: folder).find("smollm2-135m-instruct")
      }
      #expect(problem?.description.contains("orrery models get smollm2-135m-instruct") == true)
      #expect(problem?.kind == .missing)
    }
  }

  @Test func `a file of another size or other bytes is refused`() throws {
    try withTemporaryFolder { folder in
      let store = ModelStore(folder: folder)
      let path = folder + "/m.gguf"
      try FileIO.write(Array("abc".utf8), to: path)
      func known(_ size: Int, _ sum: String) -> KnownModel {
        KnownModel(
          info: Info("m", "for this test"), packages: ["p"], root: "x",
          files: [KnownModel.File("m.gguf", bytes: size, sha256: sum)], licence: "none")
      }
      // SHA-256 of "abc", FIPS 180-4's own example.
      let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      func verify(_ known: KnownModel) throws { try store.verify(path, known.files[0], known) }
      try verify(known(3, sum))
      #expect(throws: Problem.self) { try verify(known(4, sum)) }
      #expect(throws: Problem.self) { try verify(known(3, sum.uppercased())) }
    }
  }

  @Test func `a file that comes in parts is joined in their order`() throws {
    try withTemporaryFolder { folder in
      let store = ModelStore(folder: folder)
      try FileIO.makeDirectory(folder + "/one")
      try FileIO.write(Array("b".utf8), to: folder + "/one/m.01")
      try FileIO.write(Array("ca".utf8), to: folder + "/m.00")
      let file = KnownModel.File(
        "m.gguf", bytes: 3, sha256: "", parts: ["m.00", "one/m.01"])
      try store.join(file, in: folder)
      #expect(try FileIO.read(folder + "/m.gguf") == Array("cab".utf8))
      #expect(!FileIO.exists(folder + "/m.00") && !FileIO.exists(folder + "/one/m.01"))
      // A part that is missing is named.
      let problem = #expect(throws: Problem.self) { try store.join(file, in: folder) }
      #expect(problem?.description.contains("m.00") == true)
    }
  }

  @Test func `a program's output and end are seen, and one that is missing says so`() throws {
    let good = try ChildProcess.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    #expect(good.status == 3 && good.output == "out\nerr\n")
    let killed = try ChildProcess.run(["sh", "-c", "kill -9 $$"])
    #expect(killed.status == 137)
    #expect(throws: Problem.self) { try ChildProcess.run(["no-such-program-here"]) }
  }

  @Test func `known models carry what is needed to trust them`() {
    for known in KnownModel.catalog.elements {
      #expect(known.files.allSatisfy { $0.sha256.count == 64 && $0.size.count > 0 })
      #expect(known.info.source != nil && !known.licence.isEmpty)
    }
  }
}
