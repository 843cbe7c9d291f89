public import Testing

extension Tag {
  /// Takes longer than the fast tests may.
  @Tag public static var slow: Self
  /// Needs the language model's file.
  @Tag public static var model: Self
  /// Needs an installed peer, such as nbformat.
  @Tag public static var tool: Self
}
