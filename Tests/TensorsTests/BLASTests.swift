import Base
import CTensors
import Testing

@testable import Tensors

@Suite struct BLASTests {
  @Test(arguments: [(1, 7, 5), (5, 1, 7), (7, 5, 1), (33, 65, 17), (64, 64, 64), (3, 600, 2)])
  func `OpenBLAS and the blocked loop agree for every transposition`(m: Int, n: Int, k: Int) throws
  {
    for (ta, tb) in [(0, 0), (0, 1), (1, 0), (1, 1)] as [(Int32, Int32)] {
      let a = try Samples.floats(ta == 0 ? [m, k] : [k, m]).floats
      let b = try Samples.floats(tb == 0 ? [k, n] : [n, k], seed: 2).floats
      var fast = [Float](repeating: .nan, count: m * n)
      var plain = fast
      let (lda, ldb) = (Int64(ta == 0 ? k : m), Int64(tb == 0 ? n : k))
      _ = ct_gemm_f32(ta, tb, Int64(m), Int64(n), Int64(k), a, lda, b, ldb, &fast, Int64(n))
      _ = ct_gemm_plain_f32(ta, tb, Int64(m), Int64(n), Int64(k), a, lda, b, ldb, &plain, Int64(n))
      for (x, y) in zip(fast, plain) { #expect(Swift.abs(x - y) <= 1e-5 * Float(k)) }
    }
  }

  @Test func `the description names the kernel`() {
    #expect(BLAS.description.contains(BLAS.kernel) || BLAS.kernel == "plain")
  }
}
