import Base
import LuaBridge

/// What a plotting function is called in messages, and which options it takes.
protocol PlotSpec {
  static var name: String { get }
  static var options: [Parameter] { get }
}

/// The data and options of a plotting call, in whichever of their forms they came.
///
/// `plot.line(ys)`, `plot.line(xs, ys)`, `plot.line(ys, { title = "…" })`,
/// `plot.line{ { y = ys, label = "…" }, … }` and `plot.line{ y = ys, title = "…" }` all arrive the
/// same. It is the first argument of a declaration and reads them all; those declared behind it
/// are there for help, completion and stubs.
struct PlotCall<Spec: PlotSpec>: ArgumentValue {
  /// The first argument, without options that stood in it.
  let data: LuaValue
  /// The second sequence; nil where there is none.
  let second: LuaValue
  /// The options.
  let options: PlotOptions

  static func read(_ argument: Argument<PlotCall>, _ stack: LuaStack, _ index: CInt) throws
    -> PlotCall
  {
    let frame = LuaFrame(stack)
    let first = Int(index)
    let data = frame[first]
    let declared = Argument<OptionTable>.options(Spec.options)
    guard !data.isNil else {
      throw Problem(
        "\(Spec.name) has nothing to draw", fix: "see help(\(Spec.name)) for what it takes")
    }
    func options(at position: Int) throws -> PlotOptions {
      PlotOptions(try OptionTable.read(declared, stack, CInt(position)), function: Spec.name)
    }
    if frame.count > first {
      let second = frame[first + 1]
      let isSecondOptions = isOptions(second) && frame[first + 2].isNil
      return PlotCall(
        data: data, second: isSecondOptions ? .nil : second,
        options: try options(at: isSecondOptions ? first + 1 : first + 2))
    }
    guard case .table(let table) = data, table.pairs.contains(where: { isOption($0.key) }) else {
      return PlotCall(data: data, second: .nil, options: try options(at: frame.count + 1))
    }
    let (left, right) = (frame.state.makeTable(), frame.state.makeTable())
    for (key, value) in table.pairs {
      if isOption(key) { right[key] = value } else { left[key] = value }
    }
    frame.push(right)
    return PlotCall(data: .table(left), second: .nil, options: try options(at: frame.count))
  }

  /// In a table of data a named field that is a declared option is one.
  private static func isOption(_ key: LuaValue) -> Bool {
    guard case .string(let name) = key else { return false }
    return Spec.options.contains { $0.name == name.text }
  }

  /// Options have only named fields, and at least one; a map of series holds tables.
  private static func isOptions(_ value: LuaValue) -> Bool {
    guard case .table(let table) = value, table.count == 0 else { return false }
    return table.pairs.contains { if case .string = $0.key { true } else { false } }
  }
}

extension Argument {
  /// The data of a plotting call.
  static func plot<Spec>(_ name: String, _ summary: String) -> Argument
  where Value == PlotCall<Spec> {
    Argument(Parameter(name: name, kind: .any, summary: summary), default: nil)
  }
}

extension Argument where Value == LuaValue {
  /// A second sequence, which `PlotCall` reads.
  static func second(_ summary: String) -> Argument {
    Argument(
      Parameter(name: "y", kind: .any, isOptional: true, summary: summary), default: .nil)
  }

  /// Options, which `PlotCall` reads and checks.
  static func trailing(_ summary: String) -> Argument {
    Argument(
      Parameter(name: "options", kind: .table("table"), isOptional: true, summary: summary),
      default: .nil)
  }
}
