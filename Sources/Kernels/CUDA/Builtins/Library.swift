/// The part of CUDA's headers that is written in CUDA-C: what a compiler's headers say, said here.
///
/// It is read once per process; instructions inside count for the line that calls it.
enum Library {
  static let unit: TranslationUnit = {
    let parsed = CUDASyntax.parse(text, name: "<cuda>")
    if let problem = parsed.diagnostics.problem(in: parsed.unit.files) {
      preconditionFailure("the library is broken: \(problem)")
    }
    return parsed.unit
  }()

  static let text = [
    mathematics, halfPairs, pairs(of: "__half", "__half2", isHalf: true),
    pairs(of: "__nv_bfloat16", "__nv_bfloat162", isHalf: false), standard, groups, reductions,
    matrices, textures,
  ].joined(separator: "\n")
}
