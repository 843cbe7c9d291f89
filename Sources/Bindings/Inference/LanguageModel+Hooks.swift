import Base
import Figures
import Inference
public import LuaBridge
import Models
import Tensors

/// A Lua function that sees, and may change, values at places of the forward pass.
public final class ModelHook: CustomStringConvertible {
  let pattern: TapPattern
  fileprivate let function: LuaFunction
  fileprivate private(set) weak var model: LanguageModel?
  /// How often it was called.
  fileprivate(set) var calls = 0

  init(_ pattern: TapPattern, _ function: LuaFunction, on model: LanguageModel) {
    self.pattern = pattern
    self.function = function
    self.model = model
  }

  /// What it looks at and how often it was called.
  public var description: String {
    let places = pattern.names.count == 1 ? "" : ", \(pattern.names.count) places"
    let end = model?.hooks.list.contains { $0 === self } == true ? "" : ", removed"
    return "llm.Hook \(pattern.text)\(places), \(calls) call\(calls == 1 ? "" : "s")\(end)"
  }

  /// Takes it away; a second time does nothing.
  func remove() { model?.remove(self) }
}

/// The hooks of a model, and the error that one of them raised in the pass that runs.
final class HookList {
  fileprivate(set) var list: [ModelHook] = []
  private var failure: Problem?

  /// What calls the hooks; nil without any, so that a pass asks for nothing.
  func observer(_ model: LanguageModel, _ state: LuaState) -> Observer? {
    guard !list.isEmpty else { return nil }
    // The executor is the model's own: it would keep the model for ever.
    return Observer(
      wants: { tap, layer in self.list.contains { $0.pattern.contains(tap, layer) } },
      problem: {
        defer { self.failure = nil }
        return self.failure
      },
      { [unowned model, unowned state] seen in
        for hook in self.list where hook.pattern.contains(seen.tap, seen.layer) {
          guard self.failure == nil else { return }
          do throws(LuaError) {
            try hook.call(seen, heads: model.engine.spec.heads, state)
          } catch { self.failure = state.standIn(for: error) }
        }
      })
  }
}

extension ModelHook {
  /// Shows values to the function and takes over what it returns.
  fileprivate func call(_ seen: Observation, heads: Int, _ state: LuaState) throws(LuaError) {
    calls += 1
    let name = seen.tap.name(seen.layer)
    let shape =
      seen.tap == .attention
      ? [seen.rows / heads, heads, seen.columns] : [seen.rows, seen.columns]
    do {
      let info = state.makeTable(fields: [
        "name": .text(name), "position": .integer(seen.firstPosition + 1),
        "item": .integer(seen.item + 1),
      ])
      if seen.tap.isInLayer { info["layer"] = .integer(seen.layer + 1) }
      // A table makes Lua values of objects.
      let values = state.makeTable()
      values.write(1, TensorObject(try Tensor(Array(seen.values), shape: shape), in: state))
      let answer = try function.call([values[1], .table(info)]).first ?? .nil
      if answer.isNil { return }
      values[1] = answer
      guard let changed = values.read(1, as: TensorObject.self) else {
        throw Problem(
          "the hook on \(name) returned a \(answer.typeName)",
          fix: "return a tensor of the same shape, or nothing")
      }
      try replace(seen, name, shape, changed.tensor())
    } catch let error as LuaError { throw error } catch {
      throw LuaError(String(describing: error), cause: error)
    }
  }

  private func replace(_ seen: Observation, _ name: String, _ shape: [Int], _ changed: Tensor)
    throws(Problem)
  {
    guard seen.tap != .attention else {
      throw Problem(
        "\(name) is shown behind its use: changing it changes nothing",
        fix: "hook \(Tap.attended.name(seen.layer)) to change what heads bring together")
    }
    guard changed.shape == shape else {
      throw Problem(
        "the hook on \(name) returned a tensor of shape \(changed.shape), expected \(shape)",
        fix: "return a tensor of the same shape, or nothing")
    }
    for (index, value) in changed.floats.enumerated() { seen.values[index] = value }
  }
}

extension LanguageModel {
  /// Adds a hook to every run of the model from now on.
  func hook(_ pattern: String, _ function: LuaFunction, _ state: LuaState) throws(Problem)
    -> ModelHook
  {
    let hook = ModelHook(try TapPattern(pattern, engine), function, on: self)
    hooks.list.append(hook)
    hooksChanged(state)
    return hook
  }

  /// Takes a hook away.
  func remove(_ hook: ModelHook) {
    let count = hooks.list.count
    hooks.list.removeAll { $0 === hook }
    guard hooks.list.count < count else { return }
    if hooks.list.isEmpty { executor.observer = nil }
    forgetSequence()
  }

  private func hooksChanged(_ state: LuaState) {
    executor.observer = hooks.observer(self, state)
    forgetSequence()
  }
}

extension ModelHook: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Hook"

  /// What Lua sees of a hook.
  public static let exported = Exported<ModelHook>(
    "A function that sees values inside a model while it runs.",
    example: "llm.load():hook(\"blk.*.out\", function(x) end):remove()", keepsIdentity: true
  ) {
    property("pattern", "The places as they were named.") { $0.pattern.text }
    property("names", "The places that the pattern stands for.") { $0.pattern.names }
    property("calls", "How often the function was called.") { $0.calls }
    method("remove", "Takes the hook away; without hooks a pass costs nothing.") { $0.remove() }
      .example("llm.load():hook(\"logits\", function(x) end):remove()")
  }
}

extension LanguageModel {
  /// The methods that hook into the forward pass.
  @MemberBuilder static var hookMembers: [ExportedMember] {
    method(
      "hook", "Calls a function with the values at places of every forward pass.", .state,
      .string("name", "as in \"blk.3.attn.scores\" or \"blk.*.out\"; layers count from 0"),
      .function(
        "f", "gets a copy of the values; a tensor of the same shape that it returns replaces them",
        signature: "fun(values: tensor.Tensor, info: table): tensor.Tensor?")
    ) { model, state, name, function in try model.hook(name, function, state) }
    .example(
      "llm.load():hook(\"blk.3.out\", function(x, info) return x * 0.5 end):remove()"
    )
    .detail(
      """
      Names are those of m:taps(): "blk.N.…" with N from 0, as in the names of a model file's \
      tensors, and "embed", "norm", "logits". A star stands for any text without a dot, at the end for \
      anything. info has name, layer (from 1, as m:layers() counts; \
      nil outside of layers), position (of the first row, from 1) and item (the sequence of a \
      batch, from 1). While there are hooks no keys and values are taken over from earlier calls, \
      so that a hook sees every token. An error in f ends the pass.
      """)
    method("taps", "The places that hooks can look at, and what stands there.", .state) {
      model, state in model.taps(state)
    }
    .example("llm.load():taps()")
  }

  private func taps(_ state: LuaState) -> ModelReport {
    let taps = engine.taps
    let rows = taps.map { tap in
      (name: tap.isInLayer ? "blk.N.\(tap.rawValue)" : tap.rawValue, summary: tap.info.summary)
    }
    let table = state.makeTable(
      rows.map { row in
        .table(state.makeTable(fields: ["name": .text(row.name), "summary": .text(row.summary)]))
      })
    return ModelReport(
      table,
      shown: TableFigure(
        "Places for hooks", subtitle: "N counts layers from 0 to \(engine.spec.layers - 1)",
        columns: [.init("name"), .init("what stands there")],
        rows: rows.map { [.text($0.name), .text($0.summary)] }))
  }
}
