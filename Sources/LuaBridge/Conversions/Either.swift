public import Base

extension Either: ArgumentValue where First: LuaReadable, Second: LuaReadable {}

extension Either: LuaReadable where First: LuaReadable, Second: LuaReadable {
  /// Reads the first kind, else the second.
  @inlinable public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Either? {
    if let first = First.luaRead(stack, index) { return .first(first) }
    return Second.luaRead(stack, index).map { .second($0) }
  }

  /// Both kinds.
  public static var luaKind: Parameter.Kind { .either([First.luaKind, Second.luaKind]) }
}

extension Either: LuaResult where First: LuaWritable, Second: LuaWritable {}

extension Either: LuaWritable where First: LuaWritable, Second: LuaWritable {
  /// Pushes whichever it is.
  public func luaPush(_ stack: LuaStack) {
    switch self {
    case .first(let value): value.luaPush(stack)
    case .second(let value): value.luaPush(stack)
    }
  }

  /// Both types.
  public static var luaType: String { "\(First.luaType)|\(Second.luaType)" }
}

/// An enumeration that Lua writes as one of its words.
public protocol LuaChoice: LuaReadable, LuaWritable, CaseIterable, RawRepresentable<String> {}

extension LuaChoice {
  /// Reads one of the words.
  public static func luaRead(_ stack: LuaStack, _ index: CInt) -> Self? {
    String.luaRead(stack, index).flatMap { Self(rawValue: $0) }
  }

  /// Pushes the word.
  public func luaPush(_ stack: LuaStack) { rawValue.luaPush(stack) }

  /// The words.
  public static var luaKind: Parameter.Kind { .choice(allCases.map(\.rawValue)) }

  /// The words as alternatives.
  public static var luaType: String { luaKind.luaType }

  /// The word that came, with the nearest one that is known.
  public static func luaFound(_ stack: LuaStack, _ index: CInt) -> String {
    foundWord(stack, index, among: allCases.map(\.rawValue))
  }
}

/// Shows the word at an index and the nearest of those that are taken.
func foundWord(_ stack: LuaStack, _ index: CInt, among words: [String]) -> String {
  guard let word = String.luaRead(stack, index) else { return foundName(stack, index) }
  let near = nearestNames(to: word, among: words).map { "\"\($0)\"" }
  return near.isEmpty ? "\"\(word)\"" : "\"\(word)\": did you mean \(near.alternatives)?"
}
