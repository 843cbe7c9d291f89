public import Base

/// A command of REPL, notebook and kernel: `%name` on a line of its own, `%%name` over a cell.
///
/// To add one, write a type in a file of its own and put it into `CellCommands.all`.
public protocol CellCommand: Described, Sendable {
  /// Where it may stand.
  var form: CellCommandForm { get }
  /// What it takes behind its options.
  var rest: CellCommandRest { get }
  /// Does the work; what it shows goes to the call's publisher.
  func run(_ call: CommandCall) throws(Problem) -> Evaluation
}

/// Where a cell command may stand.
public enum CellCommandForm: Sendable { case line, cell, both }

/// What a cell command takes behind its options.
public enum CellCommandRest: Hashable, Sendable {
  case nothing
  /// Words, described as in "FILE [N-M …]"; at least so many.
  case words(String, atLeast: Int)
  /// Code up to the end of the line.
  case code
}

/// One use of a cell command.
public struct CommandCall {
  let run: CellRun
  /// The options and what stands behind them.
  public let arguments: CommandArguments
  /// The rest of the cell, for `%%name`.
  public let body: String?

  /// The session.
  public var session: Session { run.session }
  /// Takes what the command shows.
  public var publisher: any SessionPublisher { run.publisher }
  /// The code to run: the rest of the cell, or of the line.
  public var code: String { body ?? arguments.code }

  /// Shows lines of text.
  func print(_ text: String) { publisher.write(text + "\n") }
}

extension CellCommand {
  /// How it is written, as in `%bench [--repeats N] CODE`.
  public var usage: String {
    var text = form == .cell ? "%%\(info.name)" : "%\(info.name)"
    for parameter in info.parameters {
      text += parameter.kind == .boolean ? " [--\(parameter.name)]" : " [--\(parameter.name) …]"
    }
    switch rest {
    case .nothing: break
    case .words(let words, _): text += " \(words)"
    case .code: text += " CODE"
    }
    return text
  }

  /// The explanation as `%help` and `?%name` show it.
  var help: MIMEBundle {
    var lines = ["\(usage)", info.summary]
    if form == .both { lines[0] += "   or %%\(info.name) over a cell" }
    if !info.detail.isEmpty { lines += ["", info.detail] }
    for parameter in info.parameters {
      let fallback = parameter.defaultValue.map { ", default \($0)" } ?? ""
      lines.append("  --\(parameter.name)  \(parameter.summary)\(fallback)")
    }
    if let example = info.example { lines += ["", "  \(example)"] }
    return MIMEBundle(plain: lines.joined(separator: "\n"))
  }
}
