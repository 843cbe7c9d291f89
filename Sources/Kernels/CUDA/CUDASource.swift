public import Base

/// A CUDA-C source, read and checked, whose kernels can be had one by one.
///
/// Templates are instantiated when a kernel is asked for by its full name, as in
/// `kernel("mapKernel<float, SquareOp<float>, 4>")`; each is lowered once.
public final class CUDASource {
  /// How a source is read.
  public struct Options: Sendable {
    /// Macros as a compiler's `-D` gives them.
    public var defines: [String: String]
    /// The value of `__CUDA_ARCH__`: compute capability 8.0 is 800.
    public var architecture: Int
    /// Gives the text of an included file, or nil.
    public var include: @Sendable (String) -> String?

    /// Creates options.
    public init(
      defines: [String: String] = [:], architecture: Int = 800,
      include: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
      self.defines = defines
      self.architecture = architecture
      self.include = include
    }

    fileprivate var syntax: SyntaxOptions {
      SyntaxOptions(
        architecture: architecture,
        macros: defines.sorted { $0.key < $1.key }.map { (name: $0.key, body: $0.value) },
        include: include)
    }
  }

  /// What was said about the source: warnings, since errors are thrown.
  public private(set) var diagnostics: DiagnosticList
  private let text: String
  private let name: String
  private let options: Options
  private let module: Module
  private var programs: [String: KernelProgram] = [:]
  /// Kernels that use what is not supported, while others of the source work.
  private var refused: [String: Problem] = [:]

  /// Reads a source and checks all of it but templates that nothing instantiates yet.
  public init(
    _ text: String, name: String = "kernel.cu", options: Options = Options()
  ) throws(Problem) {
    let parsed = LargeStack.run { CUDASyntax.parse(text, name: name, options: options.syntax) }
    (self.text, self.name, self.options) = (text, name, options)
    diagnostics = parsed.diagnostics
    module = Module(files: parsed.unit.files)
    if let problem = diagnostics.problem(in: module.files) { throw problem }
    try LargeStack.run { () throws(Problem) in try check(parsed.unit.declarations) }
  }

  deinit { module.global.dismantle() }

  /// The kernels of the source; templates show their parameters, as in "mmT<int BS>".
  public var kernelNames: [String] {
    module.kernels.filter { !$0.declaration.isSpecialization }.map { kernel in
      let name = kernel.scope.qualified(kernel.name)
      guard kernel.isTemplate else { return name }
      let parameters = (kernel.declaration.templateParameters ?? []).map(\.spelling)
      return "\(name)<\(parameters.joined(separator: ", "))>"
    }
  }

  /// What the kernels share; it grows as templates are instantiated.
  public var tables: ModuleTables { module.tables }

  /// One kernel, lowered at the first call; templates need their arguments.
  public func kernel(_ name: String) throws(Problem) -> KernelProgram {
    if let known = programs[name] { return known }
    if let problem = refused[name] { throw problem }
    let program: KernelProgram
    do throws(Fault) {
      program = try LargeStack.run { () throws(Fault) in try instantiate(name) }
    } catch {
      throw Problem(error.diagnostic.text(in: module.files))
    }
    programs[name] = program
    return program
  }

  // MARK: Reading

  private func check(_ declarations: [Declaration]) throws(Problem) {
    declare(Library.unit.declarations, isLibrary: true)
    declare(declarations, isLibrary: false)
    if let problem = diagnostics.problem(in: module.files) { throw problem }
    try checkAll()
  }

  private func declare(_ declarations: [Declaration], isLibrary: Bool) {
    let lowering = Lowering(module: module)
    module.declaresLibrary = isLibrary
    for declaration in declarations {
      do throws(Fault) {
        try lowering.declare(declaration, in: module.global)
      } catch {
        diagnostics.append(error.diagnostic)
      }
    }
    module.declaresLibrary = false
    takeWarnings()
  }

  private func takeWarnings() {
    for warning in module.warnings { diagnostics.append(warning) }
    module.warnings = []
  }

  /// Lowers what needs no template arguments.
  ///
  /// A kernel that uses something unsupported only spoils itself, unless there is no other.
  private func checkAll() throws(Problem) {
    for function in module.plainFunctions {
      do throws(Fault) {
        try check(function)
      } catch {
        if !error.isUnsupported { diagnostics.append(error.diagnostic) }
      }
    }
    var faults: [(String, Diagnostic)] = []
    // A prototype alone is no kernel; another one of its name may have the body.
    let defined = Set(module.kernels.filter { !$0.declaration.hasNoBody }.map(\.name))
    module.kernels.removeAll { $0.declaration.hasNoBody && defined.contains($0.name) }
    for kernel in module.kernels where !kernel.isTemplate && !kernel.declaration.isSpecialization {
      let name = kernel.scope.qualified(kernel.name)
      do throws(Fault) {
        programs[name] = try lower(kernel, [], name: name)
      } catch {
        if error.isUnsupported {
          faults.append((name, error.diagnostic))
        } else {
          diagnostics.append(error.diagnostic)
        }
      }
    }
    let hasOthers = !programs.isEmpty || module.kernels.contains(where: \.isTemplate)
    for (name, diagnostic) in faults {
      refused[name] = Problem(diagnostic.text(in: module.files))
      if !hasOthers { diagnostics.append(diagnostic) }
    }
    takeWarnings()
    if let problem = diagnostics.problem(in: module.files) { throw problem }
  }

  private func check(_ function: FunctionEntity) throws(Fault) {
    // A pointer to a function only means something where a call gives one.
    let takesFunction = function.declaration.parameters.contains { parameter in
      if case .pointer(let inner) = parameter.type.kind, case .function = inner.kind {
        true
      } else {
        false
      }
    }
    guard !takesFunction else { return }
    try passes { (lowering) throws(Fault) in try lowering.check(function) }
  }

  // MARK: Lowering

  private func lower(
    _ kernel: FunctionEntity, _ values: [TemplateValue], name: String
  ) throws(Fault) -> KernelProgram {
    try passes { (lowering) throws(Fault) in
      try lowering.lowerKernel(kernel, values, name: name)
    }
  }

  /// Walks again until no assumption was wrong.
  private func passes<Result>(
    _ body: (Lowering) throws(Fault) -> Result
  ) throws(Fault) -> Result {
    var facts: [Int: CellFacts] = [:]
    let warnings = module.warnings
    var lowering = Lowering(module: module)
    var result = try body(lowering)
    for _ in 0..<60 where lowering.hasLearned {
      facts = lowering.facts
      module.warnings = warnings
      lowering = Lowering(module: module, facts: facts)
      result = try body(lowering)
    }
    guard !lowering.hasLearned else {
      throw fault("the kernel's variables depend on one another in too many ways", at: nil)
    }
    return result
  }

  private func instantiate(_ name: String) throws(Fault) -> KernelProgram {
    guard name.contains("<") else {
      guard let kernel = find(name) else { throw unknownKernel(name) }
      guard !kernel.isTemplate else {
        let parameters = (kernel.declaration.templateParameters ?? []).map(\.spelling)
        throw fault(
          "kernel '\(name)' is a template; ask for it with its arguments, as in "
            + "\"\(name)<…>\" for <\(parameters.joined(separator: ", "))>",
          at: kernel.declaration.headRange)
      }
      return try lower(kernel, [], name: name)
    }
    let written = try parsed(name)
    let plain = written.withoutLastArguments.spelling
    guard let kernel = find(plain) else { throw unknownKernel(plain) }
    guard kernel.isTemplate else {
      throw fault("kernel '\(plain)' is not a template", at: kernel.declaration.headRange)
    }
    let lowering = Lowering(module: module)
    let parameters = kernel.declaration.templateParameters ?? []
    let given = try lowering.resolve(written.last.templateArguments ?? [], for: parameters)
    let values = try lowering.completed(
      given, parameters, around: kernel.scope, name: plain, at: kernel.declaration.headRange)
    return try lower(kernel, values, name: name)
  }

  private func find(_ name: String) -> FunctionEntity? {
    let primary = module.kernels.filter { !$0.declaration.isSpecialization }
    return primary.first { $0.scope.qualified($0.name) == name }
      ?? primary.first { $0.name == name }
  }

  /// The name with its arguments, read by the parser that knows the source's types and templates.
  private func parsed(_ name: String) throws(Fault) -> QualifiedName {
    let query = "\n__device__ void __orrery_query() { \(name)(); }\n"
    let result = CUDASyntax.parse(text + query, name: self.name, options: options.syntax)
    if case .function(let function)? = result.unit.declarations.last,
      case .statement(let body) = function.body, case .block(let statements) = body.kind,
      case .expression(let call)? = statements.first?.kind,
      case .call(let callee, _) = call.kind, case .name(let written) = callee.kind
    {
      return written
    }
    throw fault("'\(name)' is not the name of a kernel with template arguments", at: nil)
  }

  private func unknownKernel(_ name: String) -> Fault {
    let names = module.kernels.map(\.name)
    let near = nearestNames(to: name, among: names)
    let hint =
      near.isEmpty
      ? "there are \(kernelNames.prefix(8).joined(separator: ", "))" : "did you mean '\(near[0])'?"
    return fault("no kernel '\(name)'; \(names.isEmpty ? "the source has none" : hint)", at: nil)
  }

  private func fault(_ message: String, at range: SourceRange?) -> Fault {
    Fault(
      diagnostic: Diagnostic(
        .error, message, at: range?.start ?? SourceLocation(), end: range?.end ?? SourceLocation()))
  }
}

extension Fault {
  /// True where the source is right but asks for what there is not.
  var isUnsupported: Bool { diagnostic.message.hasPrefix("not supported") }
}

extension FunctionDeclaration {
  /// True of `template <> …`.
  var isSpecialization: Bool { templateParameters?.isEmpty == true }
}

extension TemplateParameter {
  /// The parameter as a person writes it: "int BS".
  var spelling: String {
    let word = name.map { " " + $0.text } ?? ""
    switch kind {
    case .type: return "typename" + word
    case .value(let type, _): return type.spelling + word
    case .template: return "template" + word
    }
  }
}
