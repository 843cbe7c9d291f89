import CLua
import LuaBridge
import Notebooks

/// Finds the globals that a compiled chunk names, from its byte code: exact, and nothing is run.
///
/// Lua compiles each use of a global to one instruction on the upvalue `_ENV` with a constant name.
/// A chunk with more than 256 constants falls back to other instructions for the names beyond.
struct ChunkGlobals {
  private var reads: [GlobalUse.Name] = []
  private var laterReads: [GlobalUse.Name] = []
  private var writes: [GlobalUse.Name] = []
  private var seenReads: Set<String> = []
  private var seenLater: Set<String> = []
  private var seenWrites: Set<String> = []

  /// The globals of a function from `LuaState.load`; nil when its byte code is of another form.
  static func use(of function: LuaFunction, on stack: LuaStack) -> GlobalUse? {
    var bytes = DumpedBytes()
    function.luaPush(stack)
    defer { lua_settop(stack, -2) }
    let status = withUnsafeMutablePointer(to: &bytes) { lua_dump(stack, takeDumped, $0, 0) }
    guard status == 0, var reader = DumpReader(bytes.all), let main = reader.function() else {
      return nil
    }
    var globals = ChunkGlobals()
    globals.visit(main, isMain: true)
    return GlobalUse(
      reads: globals.reads, laterReads: globals.laterReads, writes: globals.writes)
  }

  private mutating func visit(_ function: DumpedFunction, isMain: Bool) {
    guard let environment = function.upvalueNames.firstIndex(of: "_ENV") else {
      for inner in function.functions { visit(inner, isMain: false) }
      return
    }
    for (index, instruction) in function.code.enumerated() {
      let upvalue: Int
      let constant: Int
      switch instruction.operation {
      case .getGlobal: (upvalue, constant) = (instruction.b, instruction.c)
      case .setGlobal: (upvalue, constant) = (instruction.a, instruction.b)
      case .other: continue
      }
      guard upvalue == environment, constant < function.names.count,
        let name = function.names[constant]
      else { continue }
      note(name, line: function.lines[index], instruction.operation, isMain: isMain)
    }
    for inner in function.functions { visit(inner, isMain: false) }
  }

  private mutating func note(
    _ name: String, line: Int, _ operation: DumpedInstruction.Operation, isMain: Bool
  ) {
    let use = GlobalUse.Name(name, line: line)
    if operation == .setGlobal {
      if seenWrites.insert(name).inserted { writes.append(use) }
    } else if isMain {
      if !seenWrites.contains(name), seenReads.insert(name).inserted { reads.append(use) }
    } else if seenLater.insert(name).inserted {
      laterReads.append(use)
    }
  }
}

/// What `lua_dump` has written so far.
private struct DumpedBytes {
  var all: [UInt8] = []
}

private func takeDumped(
  _ stack: LuaStack?, _ bytes: UnsafeRawPointer?, _ count: Int, _ user: UnsafeMutableRawPointer?
) -> CInt {
  guard let user, let bytes else { return count == 0 ? 0 : 1 }
  // The pointer is the caller's own variable, alive for the whole of `lua_dump`.
  user.assumingMemoryBound(to: DumpedBytes.self).pointee.all.append(
    contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
