extension LuaInterpreter {
  /// The blanks that the last line of a text should start with; nil inside a string or a comment.
  public func indentation(ofLastLineIn code: String) -> String? {
    LuaIndentation.ofLastLine(in: code)
  }
}
