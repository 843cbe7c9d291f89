import CLua
import CLuaSupport

/// The two streams that Lua code writes to.
public enum LuaStream: Sendable {
  case standardOutput, standardError
}

/// Where what Lua prints goes, and where `io.read` takes from.
///
/// Both closures run on the state's thread, in order, in the middle of Lua's calls: they must not
/// use the state.
public struct LuaStreams {
  /// Takes bytes, which need not be whole UTF-8; a `print` comes in one piece.
  public var write: ((LuaStream, UnsafeRawBufferPointer) -> Void)?
  /// Fills a buffer with input and returns the number of bytes, 0 at the end.
  public var read: ((UnsafeMutableRawBufferPointer) -> Int)?

  /// Creates streams; where a closure is nil, stdio serves.
  public init(
    write: ((LuaStream, UnsafeRawBufferPointer) -> Void)? = nil,
    read: ((UnsafeMutableRawBufferPointer) -> Int)? = nil
  ) {
    self.write = write
    self.read = read
  }
}

extension LuaState {
  /// Sends `print`, `io.write`, `io.stdout`, `io.stderr` and `io.read` through the host.
  public var streams: LuaStreams {
    get { self[StreamBox.self]?.streams ?? LuaStreams() }
    set {
      let box = StreamBox(newValue)
      self[StreamBox.self] = box
      // The state keeps the box until it is closed or gets another one.
      lb_set_streams(
        core.running, newValue.write == nil ? nil : writeToHost,
        newValue.read == nil ? nil : readFromHost, Unmanaged.passUnretained(box).toOpaque())
    }
  }

  /// Writes a text as Lua's `print` does, without a newline of its own.
  public func write(_ text: String, to stream: LuaStream = .standardOutput) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        lb_write(
          core.running, CInt(stream == .standardOutput ? LB_STDOUT : LB_STDERR), $0.baseAddress,
          $0.count)
      }
    }
  }
}

private final class StreamBox {
  let streams: LuaStreams
  init(_ streams: LuaStreams) { self.streams = streams }
}

private func writeToHost(
  _ user: UnsafeMutableRawPointer?, _ stream: CInt, _ bytes: UnsafePointer<CChar>?, _ count: Int
) {
  guard let user else { return }
  // The state keeps its box while Lua runs, so no reference is taken for the call.
  Unmanaged<StreamBox>.fromOpaque(user)._withUnsafeGuaranteedRef { box in
    box.streams.write?(
      stream == CInt(LB_STDOUT) ? .standardOutput : .standardError,
      UnsafeRawBufferPointer(start: bytes, count: count))
  }
}

private func readFromHost(
  _ user: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ capacity: Int
) -> Int {
  guard let user else { return 0 }
  // As for writing: the state keeps the box.
  return Unmanaged<StreamBox>.fromOpaque(user)._withUnsafeGuaranteedRef { box in
    box.streams.read?(UnsafeMutableRawBufferPointer(start: bytes, count: capacity)) ?? 0
  }
}
