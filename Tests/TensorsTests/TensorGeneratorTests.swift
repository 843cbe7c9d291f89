import Base
import Testing

@testable import Tensors

@Suite struct TensorGeneratorTests {
  @Test func `the words are those of Philox`() throws {
    let philox = Philox(key: 42)
    let ours = try TensorGenerator(seed: 42).uniform([8]).doubles
    let words = (0..<2).flatMap { block in
      (0..<4).map { philox.block(UInt64(block))[$0] }
    }
    #expect(ours == words.map { Double($0 >> 8) * 0x1p-24 })
  }

  @Test func `a seed gives the same numbers again, another seed others`() throws {
    let first = try TensorGenerator(seed: 1).normal([100])
    #expect(try TensorGenerator(seed: 1).normal([100]).rawBytes == first.rawBytes)
    #expect(try TensorGenerator(seed: 2).normal([100]).rawBytes != first.rawBytes)
  }

  @Test func `normal and uniform numbers have their moments`() throws {
    let generator = TensorGenerator(seed: 7)
    let n = 200_000.0
    let normal = try generator.normal([Int(n)], .f64)
    // Five standard errors: a chance of a millionth, and the seed is fixed.
    #expect(Swift.abs(try normal.mean().doubles[0]) < 5 / n.squareRoot())
    #expect(Swift.abs(try normal.apply("var").doubles[0] - 1) < 5 * (2 / n).squareRoot())
    let uniform = try generator.uniform([Int(n)], low: 2, high: 4)
    #expect(Swift.abs(try uniform.mean().doubles[0] - 3) < 5 * (1 / (3 * n)).squareRoot())
    #expect(try uniform.amin().doubles[0] >= 2 && uniform.amax().doubles[0] <= 4)
  }

  @Test func `a permutation has every number once`() throws {
    #expect(try TensorGenerator(seed: 3).permutation(1000).integers.sorted() == Array(0..<1000))
  }

  @Test func `draws without replacement do not repeat and zero weights are never drawn`() throws {
    let weights = try Tensor([0, 1, 2, 0, 3.0])
    for seed in 0..<50 as Range<UInt64> {
      let drawn = try TensorGenerator(seed: seed).multinomial(weights, 3, replacement: false)
        .integers
      #expect(drawn.sorted() == [1, 2, 4])
    }
  }
}
