import Base
import Testing

@Suite struct DeflateTests {
  @Test func `what was packed comes back, whatever it was`() {
    var random = SeededRandom(seed: 3)
    for size in [0, 1, 100, 65_536, 200_000] {
      let bytes = (0..<size).map { _ in UInt8(random.nextInteger(below: 7)) }
      let packed = Deflate.pack(bytes)
      #expect(Deflate.unpack(packed, .zlib, limitBytes: size) == bytes)
      if size > 100 {
        #expect(packed.count < size / 2)
        #expect(Deflate.unpack(packed, .zlib, limitBytes: size - 1) == nil)
        #expect(Deflate.unpack(Array(packed.dropLast(5)), .zlib, limitBytes: size) == nil)
      }
    }
  }

  @Test func `damaged data is refused or unpacks within the limit`() {
    let original = Deflate.pack(Array(repeating: 65, count: 5_000))
    var random = SeededRandom(seed: 4)
    for _ in 0..<1_000 {
      var bytes = original
      bytes[random.nextInteger(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      let result = Deflate.unpack(bytes, .zlib, limitBytes: 10_000)
      #expect((result?.count ?? 0) <= 10_000)
    }
  }

  // The check value that ISO 3309's catalogue gives for "123456789".
  @Test func `the checksum is the standard's`() {
    #expect(Deflate.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
  }
}
