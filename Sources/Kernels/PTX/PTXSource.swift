public import Base

/// A PTX text as kernels of the one program form.
///
/// All kernels are read at once; what a kernel lacks here is an error of that kernel alone.
public final class PTXSource: Sendable {
  /// What the kernels share: files, strings, constants and variables.
  public let tables: ModuleTables
  /// The target in the text, as in "sm_80".
  public let target: String
  /// The kernels in the order of the text, with template arguments: "mmT<8>".
  public let kernelNames: [String]
  /// The kernels as the compiler named them, in the same order.
  public let symbols: [String]

  private let results: [Result<KernelProgram, Problem>]

  /// Reads a text.
  ///
  /// - Parameters:
  ///   - text: the PTX
  ///   - name: how messages name it
  ///   - sources: the texts of CUDA files by path or name, for the lines that `.loc` speaks of
  ///   - resources: what `ptxas -v` said, for the registers of each thread
  /// - Throws: what is wrong with the text, with its place
  public init(
    _ text: String, name: String, sources: [String: String] = [:], resources: String? = nil
  ) throws(Problem) {
    let text = PTXText(text, name: name)
    let resources = try resources.map { (text) throws(Problem) in try KernelResources.parse(text) }
    do {
      let module = try PTXParser.parse(text)
      var image = try PTXImage(module, text: text, sources: sources)
      let entries = module.functions.filter { $0.isEntry && $0.hasBody }
      let lines = PTXLineTable(text)
      var results: [Result<KernelProgram, Problem>] = []
      let names = Self.distinctNames(entries)
      for (entry, name) in zip(entries, names) {
        let known = resources?.first { $0.name == entry.name }
        do {
          let kernel = PTXKernel(entry, name: name, registersPerThread: known?.registers)
          results.append(.success(try kernel.lower(&image, lines: lines)))
        } catch { results.append(.failure(error.problem(in: text))) }
      }
      self.results = results
      kernelNames = names
      symbols = entries.map(\.name)
      tables = image.tables
      target = module.target
    } catch { throw error.problem(in: text) }
  }

  /// A kernel by its readable name, with or without template arguments where that is enough, or as
  /// the compiler named it.
  public func kernel(_ name: String) throws(Problem) -> KernelProgram {
    guard let index = place(of: name) else {
      throw Problem.unknown("kernel", name, among: kernelNames)
    }
    return try results[index].get()
  }

  private func place(of name: String) -> Int? {
    if let index = symbols.firstIndex(of: name) { return index }
    let wanted = Self.plain(name)
    let names = kernelNames.map(Self.plain)
    if let index = names.firstIndex(of: wanted) { return index }
    let same = names.indices.filter { names[$0].prefix { $0 != "<" && $0 != "(" } == wanted }
    return same.count == 1 ? same[0] : nil
  }

  /// A name without blanks and without the letters behind numbers, as in "8u".
  private static func plain(_ name: String) -> String {
    var result = ""
    var isNumber = false
    for character in name where character != " " {
      if isNumber, "uUlL".contains(character) { continue }
      // Digits that end a name, as in "float2", begin no number.
      let isInside = result.last.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
      isNumber = character.isNumber && (isNumber || !isInside)
      result.append(character)
    }
    return result
  }

  /// Overloads are told apart by their parameters.
  private static func distinctNames(_ entries: [PTXFunction]) -> [String] {
    let signatures = entries.map { Demangler.signature(of: $0.name) }
    var counts: [String: Int] = [:]
    for signature in signatures { counts[signature.name, default: 0] += 1 }
    return signatures.map { signature in
      guard counts[signature.name] ?? 0 > 1, let parameters = signature.parameters else {
        return signature.name
      }
      return "\(signature.name)(\(parameters.map(\.text).joined(separator: ", ")))"
    }
  }
}
