import Base
import Bindings
import LuaBridge
import Notebooks

extension LuaSession {
  /// Runs a chunk under its limits and tells how it ended.
  func evaluate(_ request: EvaluationRequest, stepLimit: Int?) -> Evaluation {
    let limits = LuaLimits(wallSeconds: request.timeLimitSeconds, instructions: stepLimit)
    let wasRestricted = lua.isRestricted
    lua.isRestricted = wasRestricted || request.isRestricted
    defer { lua.isRestricted = wasRestricted }
    let outcome = lua.run(within: limits) { () throws(LuaError) in
      let isStranger = request.isRestricted && !wasRestricted
      let globals = isStranger ? strangersGlobals() : environment
      let values = try compile(request, in: globals).call(request.isScript ? scriptArguments : [])
      file(request, values.first)
      let isQuiet = request.isScript || ChunkForms(code: request.code).isSilenced
      return isQuiet || values.isEmpty ? nil : try shown(values)
    }
    switch outcome {
    case .finished(let result): return Evaluation(status: .ok, result: result)
    case .failed(let error): return Evaluation(status: .failed, error: report(error))
    case .stopped(.exit(let status), _): return Evaluation(status: .ok, exitStatus: status)
    case .stopped(let stop, let error):
      return Evaluation(status: stop.status, error: report(error))
    }
  }

  /// The values as fronts show them: text, and the other forms of a single value.
  private func shown(_ values: [LuaValue]) throws(LuaError) -> MIMEBundle {
    var options = LuaPrinterOptions()
    options.width = port.columns
    var bundle = MIMEBundle()
    if values.count == 1, let value = values.first, let forms = try lua.shownForms(of: value) {
      bundle = MIMEBundle(forms)
    }
    if bundle["text/plain"] == nil {
      var whole = MIMEBundle(plain: LuaPrinter(lua, options: options).text(of: values))
      for form in bundle.forms { whole[form.type] = form.content }
      whole.metadata = bundle.metadata
      return whole
    }
    return bundle
  }

  /// The error as people read it.
  func report(_ error: LuaError) -> EvaluationError {
    ErrorReport(
      error: error, valueText: LuaPrinter(lua).summary(of: error.value, columns: 200),
      source: { self.lua.sourceText(ofChunk: $0) },
      suggestion: { self.suggestion(for: $0) }
    ).evaluationError
  }

  /// What was probably meant by a name that stands for nothing.
  private func suggestion(for unknown: UnknownName) -> String? {
    var names: [String]
    if let owner = unknown.owner {
      guard case .table(let table)? = value(at: owner) else { return nil }
      names = table.pairs.compactMap(\.key.text)
      if let index = table.metatable?["__index"].table {
        names += index.pairs.compactMap(\.key.text)
      }
    } else {
      names = environment.pairs.compactMap(\.key.text) + StandardModules.all.map(\.name)
    }
    let near = nearestNames(to: unknown.name, among: names.sorted(), limit: 2)
    guard !near.isEmpty else { return nil }
    return "did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
  }

  /// The value at a dotted path of globals, found without running any code.
  func value(at path: String) -> LuaValue? {
    var value = LuaValue.table(environment)
    for name in path.split(separator: ".") {
      guard case .table(let table) = value else { return nil }
      value = table[.text(String(name))]
    }
    return value.isNil ? nil : value
  }

  /// The globals that a chunk reads and sets; nil when it does not parse.
  func globals(of code: String) -> GlobalUse? {
    let request = EvaluationRequest(code: code, chunkName: "=(check)")
    guard let function = try? compile(request, in: environment) else { return nil }
    return ChunkGlobals.use(of: function, on: lua.stack)
  }

  /// Tells whether a chunk can run, by Lua's own parser: an error at the end means more is needed.
  func completeness(of code: String) -> Completeness {
    var faults: [String] = []
    for form in ChunkForms(code: code).candidates {
      if let prefix = form.prefix, !compiles(prefix) { continue }
      guard let fault = syntaxError(in: form.text) else { return .complete }
      faults.append(fault)
    }
    if faults.contains(where: { $0.hasSuffix("near <eof>") }) {
      return .incomplete(indent: Indentation.next(after: code))
    }
    return .invalid(message: faults.last ?? "not Lua")
  }
}

/// How far the line after an unfinished one goes in.
enum Indentation {
  private static let openers = ["then", "do", "else", "repeat", "{", "(", ")"]

  /// The blanks to start the next line with.
  static func next(after code: String) -> String {
    let line = code.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    let own = line.prefix { $0 == " " || $0 == "\t" }
    let text = line.reversed().drop { $0.isWhitespace }.reversed()
    let opens = openers.contains { String(text).hasSuffix($0) }
    let isCall = String(text).hasSuffix(")") && !line.contains("function")
    return opens && !isCall ? own + "  " : String(own)
  }
}

extension LuaStop {
  var status: Evaluation.Status {
    switch self {
    case .interrupted: .interrupted
    case .timeLimit: .timedOut
    case .instructionLimit: .stepLimit
    case .outOfMemory: .outOfMemory
    case .exit: .ok
    }
  }
}
