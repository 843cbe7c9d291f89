import Base
import Tensors
import TestSupport
import Testing

@Suite struct BlockFormatTests {
  @Test(
    "blocks take what ggml says",
    arguments: [
      ("f32", 32.0), ("f16", 16), ("bf16", 16), ("q4_0", 4.5), ("q4_1", 5), ("q5_0", 5.5),
      ("q5_1", 6), ("q8_0", 8.5), ("q4_k", 4.5), ("q5_k", 5.5), ("q6_k", 6.5625),
    ])
  func bits(name: String, bits: Double) throws {
    let format = try BlockFormat.catalog[name]
    #expect(format.bitsPerWeight == bits)
    #expect(format.info.source != nil)
  }

  /// Half the step between two levels of a block bounds the error of rounding; the scale itself is
  /// rounded to half precision, which adds 2^-11 of the range.
  @Test(
    "values come back within half a step",
    arguments: [("q4_0", 15.0), ("q4_1", 15), ("q5_0", 31), ("q5_1", 31), ("q8_0", 254)])
  func rounding(name: String, steps: Double) throws {
    let format = try BlockFormat.catalog[name]
    var random = SeededRandom(seed: 4)
    let values = (0..<320).map { _ in Float(random.nextNormal()) }
    let bytes = try #require(format.quantise(values))
    let back = bytes.withUnsafeBytes { format.dequantise($0, count: values.count) }
    for start in stride(from: 0, to: values.count, by: 32) {
      let block = values[start..<start + 32]
      let range = 2 * (block.map(abs).max() ?? 0)
      // Formats without a minimum clip the largest value of the other sign by up to one step.
      let bound = range * Float(1 / steps + 1 / 1024)
      for index in block.indices { #expect(abs(values[index] - back[index]) <= bound) }
    }
  }

  @Test(
    "half and brain floats round to nearest even and keep every pattern",
    arguments: ["f16", "bf16"])
  func halves(name: String) throws {
    let format = try BlockFormat.catalog[name]
    for pattern in UInt16.min...UInt16.max {
      let value = [UInt8(pattern & 255), UInt8(pattern >> 8)]
        .withUnsafeBytes { format.dequantise($0, count: 1)[0] }
      if value.isNaN { continue }
      let back = try #require(format.quantise([value]))
      #expect(UInt16(back[0]) | UInt16(back[1]) << 8 == pattern, "\(value)")
      if name == "bf16" { #expect(value.bitPattern == UInt32(pattern) << 16) }
    }
    // 1 + 2^-11 lies between 1 and 1 + 2^-10, as 1 + 2^-8 lies between two brain floats.
    let tie: Float = name == "f16" ? 1 + 0x1p-11 : 1 + 0x1p-8
    let bytes = try #require(format.quantise([tie, tie.nextUp]))
    let back = bytes.withUnsafeBytes { format.dequantise($0, count: 2) }
    #expect(back[0] == 1 && back[1] > 1)
  }

  @Test(
    "bytes and values agree with the gguf package",
    .enabled(if: ReferenceFolder.path != nil, "ORRERY_REFERENCE is not there"))
  func reference() throws {
    let path = try #require(ReferenceFolder.path) + "/tensor/quant.json"
    let cases = try JSONValue(parsing: String(decoding: FileIO.read(path), as: UTF8.self))["cases"]
    var checked = 0
    for entry in try #require(cases?.array) {
      guard let scheme = entry["scheme"]?.string, scheme.hasPrefix("gguf_"),
        let format = BlockFormat.catalog.find(String(scheme.dropFirst(5)))
      else { continue }
      let bytes = hexadecimal(try #require(entry["bytes"]?.string))
      let back = try #require(entry["back"]?.array).map(number)
      let values = bytes.withUnsafeBytes { format.dequantise($0, count: back.count) }
      for (ours, theirs) in zip(values, back) {
        #expect(
          ours == theirs || abs(ours - theirs) <= 1e-6 * max(1, abs(theirs)), "\(scheme)")
      }
      if let input = entry["in"]?.array?.map(number) {
        #expect(format.quantise(input) == bytes, "\(scheme)")
      }
      checked += 1
    }
    #expect(checked == 9)
  }
}

/// A number of the vectors; those that JSON has no spelling for are strings.
private func number(_ value: JSONValue) -> Float {
  value.double.map(Float.init) ?? value.string.flatMap(Float.init) ?? .nan
}

private func hexadecimal(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
