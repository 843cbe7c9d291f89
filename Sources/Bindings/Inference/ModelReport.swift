import Base
import Figures
public import LuaBridge

/// What a look inside a model gave: a Lua table of numbers that prints as text and shows as a picture.
public final class ModelReport: CustomStringConvertible {
  /// The elements from 1 on, and named fields.
  let table: LuaTable
  private let text: (_ columns: Int, _ color: TerminalColor) -> String
  private let html: String?
  private let picture: Figure?

  /// Takes numbers and how they are shown.
  init(
    _ table: LuaTable, html: String? = nil, picture: Figure? = nil,
    text: @escaping (_ columns: Int, _ color: TerminalColor) -> String
  ) {
    self.table = table
    self.html = html
    self.picture = picture
    self.text = text
  }

  /// Takes numbers that are shown as a table, and a picture that notebooks show in its place.
  convenience init(_ table: LuaTable, shown: TableFigure, picture: Figure? = nil) {
    let figure = Figure.table(shown)
    self.init(table, html: figure.html, picture: picture) { figure.text(width: $0, color: $1) }
  }

  /// The text for a page of 80 columns without colours.
  public var description: String { text(80, .none) }

  /// The text as a session shows it.
  fileprivate func text(in state: LuaState) -> String {
    text(FigureDisplay.columns(state), FigureDisplay.color(nil, state))
  }

  fileprivate func forms(in state: LuaState) -> [String: String] {
    var forms = ["text/plain": text(in: state)]
    if let picture { forms["image/svg+xml"] = picture.svg() } else { forms["text/html"] = html }
    return forms
  }

  fileprivate func figure() throws(Problem) -> Figure {
    guard let picture else {
      throw Problem("this report has no picture", fix: "print it: it is a table of text")
    }
    return picture
  }
}

extension ModelReport: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "llm.Report"

  /// What Lua sees of a report.
  public static let exported = Exported<ModelReport>(
    "Numbers from inside a model: a list with fields that prints itself and shows as a picture.",
    example: "llm.load():layers()"
  ) {
    method("figure", "The picture of it, where it has one.") { try $0.figure() }
      .example("llm.load():activation_statistics(\"The cat sat\"):figure()")
    method("__mime", "The forms that a notebook shows.", .state) { $0.forms(in: $1) }
    metamethod(.length, "The number of elements.") { $0.table.count }
    metamethod(.index, "An element by its number from 1, or a field.", .any("key", "which")) {
      report, key in report.table[key]
    }
    metamethod(.string, "What it says as text.", .state) { $0.text(in: $1) }
  }
}
