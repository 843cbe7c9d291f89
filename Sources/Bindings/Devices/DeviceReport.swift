import Base
import Figures
public import LuaBridge

/// What was asked about devices: a Lua table that prints as text and shows as a picture.
public final class DeviceReport: CustomStringConvertible {
  /// The elements from 1 on, and named fields.
  let table: LuaTable
  private let figure: Figure?
  private let text: String?

  /// Columns that it needs at least.
  private let width: Int

  /// Takes values that are shown as a figure, which may need more columns than a terminal has.
  init(_ table: LuaTable, shown figure: Figure, width: Int = 0) {
    self.table = table
    self.figure = figure
    self.width = width
    text = nil
  }

  /// Takes values that are shown as text, with a picture beside it where there is one.
  init(_ table: LuaTable, text: String, picture: Figure? = nil) {
    self.table = table
    self.text = text
    width = 0
    figure = picture
  }

  /// The text for a page of 80 columns without colours.
  public var description: String { text ?? figure?.text(width: max(width, 80)) ?? "" }

  fileprivate func text(in state: LuaState) -> String {
    if let text { return text }
    return figure?.text(
      width: max(width, FigureDisplay.columns(state)), color: FigureDisplay.color(nil, state)) ?? ""
  }

  fileprivate func forms(in state: LuaState) -> [String: String] {
    var forms = figure.map { FigureDisplay.forms($0, state) } ?? [:]
    forms["text/plain"] = text(in: state)
    return forms
  }

  fileprivate func picture() throws(Problem) -> Figure {
    guard let figure else {
      throw Problem("this report has no picture", fix: "print it: it is text")
    }
    return figure
  }
}

extension DeviceReport: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "gpu.Report"

  /// What Lua sees of a report.
  public static let exported = Exported<DeviceReport>(
    "Values about devices: a list with fields that prints itself and shows as a picture.",
    example: #"return gpu("A30").mig:profiles()"#
  ) {
    method("figure", "The picture of it, where it has one.") { try $0.picture() }
      .example(#"return gpu("A30").mig:profiles():figure()"#)
    method("__mime", "The forms that a notebook shows.", .state) { $0.forms(in: $1) }
    metamethod(.length, "The number of elements.") { $0.table.count }
    metamethod(.index, "An element by its number from 1, or a field.", .any("key", "which")) {
      report, key in report.table[key]
    }
    metamethod(.string, "What it says as text.", .state) { $0.text(in: $1) }
  }
}
