import Kernels
import Testing

@Suite struct DemanglerTests {
  @Test(
    "names read as in the source",
    arguments: [
      ("_Z4vaddPKfS0_Pfi", "vadd"), ("_Z3mmTILi8EEvPKfS1_Pfi", "mmT<8>"),
      ("_Z9mapKernelIf8SquareOpIfELi4EEvPKT_PS2_iT0_", "mapKernel<float, SquareOp<float>, 4>"),
      ("_Z3redILi256EEvPKfPf", "red<256>"), ("_ZN3foo3barEPf", "foo::bar"),
      ("_ZN3foo3barIiLj3EEEvPT_", "foo::bar<int, 3u>"),
      ("_ZZ3mmTILi8EEvPKfS1_PfiE2As", "As"), ("_Z5applyI3MulEvPfiT_", "apply<Mul>"),
      ("_Z1kILb1ELin2EEvv", "k<true, -2>"), ("_Z1kIJifEEvDpPT_", "k<int, float>"),
      ("plain", "plain"), ("_Zfoo", "_Zfoo"), ("_Z", "_Z"), ("_Z3ab", "_Z3ab"),
      ("_Z1kIS0_EvT_", "_Z1kIS0_EvT_"),
    ])
  func names(symbol: String, name: String) {
    #expect(Demangler.name(of: symbol) == name)
  }

  @Test func `names that stand for endless texts stay as they are`() {
    // Each substitution doubles the text of the one before.
    var symbol = "_Z1fI1AIiiE"
    for code in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" { symbol += "1AIS\(code)_S\(code)_E" }
    #expect(Demangler.name(of: symbol + "Evv").utf8.count < 100_000)
  }
}
