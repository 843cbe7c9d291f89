/// Passes that make a kernel shorter without changing what its accesses are.
enum Simplifier {
  /// The text after all passes.
  static func simplified(_ text: ProgramText) -> ProgramText { text }
}
