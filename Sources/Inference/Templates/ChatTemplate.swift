public import Base

/// How a conversation is written down for a model: the Jinja template that its file carries.
///
/// The part of Jinja that chat templates use is understood: if, for, set, the usual operators,
/// filters, tests and methods. What is not says so by name when the template is used.
public struct ChatTemplate: Sendable {
  /// One message of a conversation.
  public struct Message: Hashable, Sendable {
    /// Who speaks: "system", "user", "assistant".
    public var role: String
    /// What is said.
    public var content: String

    /// Creates a message.
    public init(role: String, content: String) {
      self.role = role
      self.content = content
    }
  }

  /// The template as it stands in the file.
  public let source: String

  /// Takes a template; it is read when it is used.
  public init(_ source: String) { self.source = source }

  /// Writes a conversation.
  ///
  /// - Parameters:
  ///   - messages: What was said, in order.
  ///   - asksForReply: True to end with the opening of the assistant's turn.
  ///   - begin: The spelling of the model's begin token.
  ///   - end: The spelling of the model's end token.
  /// - Returns: The text to be tokenized with special tokens parsed.
  /// - Throws: A problem that names the line and what is not understood there.
  public func render(
    _ messages: [Message], asksForReply: Bool = true, begin: String = "", end: String = ""
  ) throws(Problem) -> String {
    var parser = try TemplateParser(source)
    let nodes = try parser.parse()
    let list = messages.map { message in
      TemplateValue.map([
        ("role", .string(message.role)), ("content", .string(message.content)),
      ])
    }
    var interpreter = TemplateInterpreter([
      "messages": .list(list), "add_generation_prompt": .boolean(asksForReply),
      "bos_token": .string(begin), "eos_token": .string(end),
    ])
    try interpreter.run(nodes)
    return interpreter.output
  }
}
