import Base
import Testing

@testable import Tensors

@Suite struct FilesTests {
  private func sample(_ dtype: DType, _ shape: [Int] = [2, 3]) throws -> Tensor {
    try (Samples.floats(shape) * 50).cast(to: dtype)
  }

  @Test(arguments: DType.allCases)
  func `safetensors give back every dtype`(dtype: DType) throws {
    for shape in [[2, 3], [], [0, 4], [5]] {
      let tensor = try sample(dtype, shape)
      let bytes = try SafetensorsFile(
        tensors: [("a.b", tensor), ("ü", tensor)], metadata: [("format", "pt")]
      ).formatted()
      let back = try SafetensorsFile(parsing: bytes, file: "x")
      #expect(back.tensors.map(\.name) == ["a.b", "ü"])
      #expect(back.tensors[0].tensor.rawBytes == tensor.rawBytes)
      #expect(back.tensors[0].tensor.shape == shape)
      #expect(back.metadata.first?.value == "pt")
    }
  }

  @Test(arguments: DType.allCases)
  func `npy and npz give back every dtype that NumPy has`(dtype: DType) throws {
    let tensor = try sample(dtype)
    guard ![.bf16, .f8e4m3, .f8e5m2].contains(dtype) else {
      #expect(throws: Problem.self) { try NumPyFile.format(tensor) }
      return
    }
    let back = try NumPyFile.parse(try NumPyFile.format(tensor.transposed(0, 1)), file: "x")
    #expect(back.shape == [3, 2] && back.dtype == dtype)
    #expect(back.rawBytes == (try tensor.transposed(0, 1)).rawBytes)
    let archive = try NumPyArchive.parse(
      try NumPyArchive.format([("a", tensor), ("b", tensor)]), file: "x")
    #expect(archive.map(\.name) == ["a", "b"])
    #expect(archive[1].tensor.rawBytes == tensor.rawBytes)
  }

  @Test func `a deflated archive from NumPy opens`() throws {
    // numpy.savez_compressed(a=numpy.arange(12, dtype="f4").reshape(3, 4) % 3), NumPy 2.4.6.
    let bytes = try #require(Self.deflated())
    let arrays = try NumPyArchive.parse(bytes, file: "x")
    #expect(arrays.map(\.name) == ["a"])
    #expect(arrays[0].tensor.doubles == (0..<12).map { Double($0 % 3) })
  }

  private static func deflated() -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = Substring(deflatedHex)
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  @Test(arguments: ["npy", "npz", "safetensors"])
  func `a thousand broken files are refused or read, never worse`(format: String) throws {
    var random = SeededRandom(seed: 11)
    let tensor = try sample(.f32, [4, 5])
    let good: [UInt8] =
      switch format {
      case "npy": try NumPyFile.format(tensor)
      case "npz": try NumPyArchive.format([("a", tensor), ("b", tensor)]) + []
      default: try SafetensorsFile(tensors: [("a", tensor), ("b", tensor)]).formatted()
      }
    let before = Tensor.liveBytes
    for _ in 0..<1000 {
      var bytes = good
      switch random.nextInteger(below: 4) {
      case 0: bytes.removeLast(random.nextInteger(below: bytes.count))
      case 1: bytes.append(contentsOf: good.prefix(random.nextInteger(below: 50)))
      default:
        for _ in 0...random.nextInteger(below: 4) {
          bytes[random.nextInteger(below: bytes.count)] ^= 1 << UInt8(random.nextInteger(below: 8))
        }
      }
      do throws(Problem) {
        switch format {
        case "npy": _ = try NumPyFile.parse(bytes, file: "broken")
        case "npz": _ = try NumPyArchive.parse(bytes, file: "broken")
        default: _ = try SafetensorsFile(parsing: bytes, file: "broken")
        }
      } catch {
        #expect(error.description.contains("broken"), "\(error)")
      }
    }
    #expect(Tensor.liveBytes - before < 1 << 28)
  }

  @Test func `a broken inflate stream is refused`() throws {
    var random = SeededRandom(seed: 12)
    let good = try #require(Self.deflated())
    for _ in 0..<1000 {
      var bytes = good
      for _ in 0...3 {
        bytes[random.nextInteger(below: bytes.count)] ^= 1 << UInt8(random.nextInteger(below: 8))
      }
      _ = try? NumPyArchive.parse(bytes, file: "broken")
    }
  }
}

private let deflatedHex =
  "504b03042d000000080000002100d80cd636ffffffffffffffff05001400612e6e707901001000b000000000"
  + "0000004f000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f5452"
  + "9498179f5f94920a12774bcc294e058a17672416a402f91ac63a0a269a3a0ab50a64032e063068b007120ec4"
  + "b001504b01022d032d000000080000002100d80cd6364f000000b00000000500000000000000000000008001"
  + "00000000612e6e7079504b0506000000000100010033000000860000000000"
