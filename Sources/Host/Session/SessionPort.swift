import Base
import Bindings
import LuaBridge
import Notebooks

/// Carries what running code shows to the sink of the cell that runs.
final class SessionPort: DisplayPort {
  /// Where things go now; nil between cells, when they go to the standard streams.
  var sink: (any OutputSink)?
  /// Columns that text may take.
  let widthColumns: () -> Int
  let usesColour: Bool

  init(widthColumns: @escaping () -> Int, usesColour: Bool) {
    self.widthColumns = widthColumns
    self.usesColour = usesColour
  }

  var columns: Int { widthColumns() }

  func display(_ forms: DisplayForms, id: String?, isUpdate: Bool) {
    sink?.display(MIMEBundle(forms), id: id, isUpdate: isUpdate)
  }

  /// Prints tables of the session's state.
  var printTable: ((LuaTable) -> String)?

  func text(of table: LuaTable) -> String? { printTable?(table) }

  func clear(wait: Bool) { sink?.clear(wait: wait) }

  func readLine(prompt: String, isPassword: Bool) -> String? {
    sink?.readLine(prompt: prompt, isPassword: isPassword)
  }

  /// What `io.read` still has to give of the last line that was asked for.
  private var pending: [UInt8] = []

  /// Streams that write to the sink; with `asksSink` input comes from there too.
  func streams(asksSink: Bool) -> LuaStreams {
    LuaStreams(
      write: { [unowned self] stream, bytes in
        sink?.write(bytes, to: stream == .standardOutput ? .stdout : .stderr)
      },
      read: asksSink ? { [unowned self] in fill($0) } : nil)
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    if pending.isEmpty, let line = readLine(prompt: "", isPassword: false) {
      pending = Array(line.utf8) + [UInt8(ascii: "\n")]
    }
    let count = min(pending.count, buffer.count)
    buffer.copyBytes(from: pending[..<count])
    pending.removeFirst(count)
    return count
  }
}

extension MIMEBundle {
  /// The forms as a front takes them: JSON parsed, pictures as bytes, the rest as text.
  init(_ forms: DisplayForms) {
    self.init()
    for (type, bytes) in forms.forms {
      if type.hasPrefix("application/"), type.hasSuffix("json") {
        self[type] = (try? JSONValue(parsing: bytes, file: type)).map(Content.json)
      } else if type.hasPrefix("text/") || type == "image/svg+xml" {
        self[type] = .text(String(decoding: bytes, as: UTF8.self))
      } else {
        self[type] = .bytes(bytes)
      }
    }
    metadata = forms.metadata
  }
}
