// Written out by arity: an overload per number of arguments is specialised, a pack is not.

/// A place where declarations are written: conform an enumeration for a module's functions.
///
/// Exported types conform by themselves, so `function` also declares what belongs to a type.
public protocol LuaDeclarations: SendableMetatype {}

extension LuaDeclarations {
  /// Declares a function with no argument.
  @inlinable @inline(__always) public static func function<Result: LuaResult>(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable () throws -> Result
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [], results: { Result.luaResults }) { stack, _ in
      try body().luaReturn(stack)
    }
  }

  /// Declares a function with no argument and no result.
  @inlinable @inline(__always) public static func function(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable () throws -> Void
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [], results: { [] }) { stack, _ in
      try body()
      return 0
    }
  }

  /// Declares a function with one argument.
  @inlinable @inline(__always) public static func function<A: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [ArgumentShape(a)], results: { Result.luaResults }) {
      stack, box in
      try body(box.read(0, 1, stack)).luaReturn(stack)
    }
  }

  /// Declares a function with one argument and no result.
  @inlinable @inline(__always) public static func function<A: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [ArgumentShape(a)], results: { [] }) { stack, box in
      try body(box.read(0, 1, stack))
      return 0
    }
  }

  /// Declares a function with two arguments.
  @inlinable @inline(__always)
  public static func function<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary, [ArgumentShape(a), ArgumentShape(b)], results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 1, stack), box.read(1, 2, stack)).luaReturn(stack)
    }
  }

  /// Declares a function with two arguments and no result.
  @inlinable @inline(__always) public static func function<A: ArgumentValue, B: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [ArgumentShape(a), ArgumentShape(b)], results: { [] })
    { stack, box in
      try body(box.read(0, 1, stack), box.read(1, 2, stack))
      return 0
    }
  }

  /// Declares a function with three arguments.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary, [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack)).luaReturn(stack)
    }
  }

  /// Declares a function with three arguments and no result.
  @inlinable @inline(__always)
  public static func function<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary, [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c)],
      results: { [] }
    ) { stack, box in
      try body(box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack))
      return 0
    }
  }

  /// Declares a function with four arguments.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (A, B, C, D) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with four arguments and no result.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (A, B, C, D) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d)], results: { [] }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack))
      return 0
    }
  }

  /// Declares a function with five arguments.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (A, B, C, D, E) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d), ArgumentShape(e)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack),
        box.read(4, 5, stack)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with five arguments and no result.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (A, B, C, D, E) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d), ArgumentShape(e)],
      results: { [] }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack),
        box.read(4, 5, stack))
      return 0
    }
  }

  /// Declares a function with six arguments.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (A, B, C, D, E, F) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [
        ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d), ArgumentShape(e),
        ArgumentShape(f),
      ], results: { Result.luaResults }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack),
        box.read(4, 5, stack), box.read(5, 6, stack)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with six arguments and no result.
  @inlinable @inline(__always)
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (A, B, C, D, E, F) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .function, name, summary,
      [
        ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d), ArgumentShape(e),
        ArgumentShape(f),
      ], results: { [] }
    ) { stack, box in
      try body(
        box.read(0, 1, stack), box.read(1, 2, stack), box.read(2, 3, stack), box.read(3, 4, stack),
        box.read(4, 5, stack), box.read(5, 6, stack))
      return 0
    }
  }

  /// Declares a function with more than six arguments; calls cost about twice as much.
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue, G: ArgumentValue, each Value: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>, _ g: Argument<G>,
    _ arguments: repeat Argument<each Value>,
    body: @escaping @Sendable (A, B, C, D, E, F, G, repeat each Value) throws -> Result
  ) -> ExportedMember {
    var shapes = [
      ArgumentShape(a), ArgumentShape(b), ArgumentShape(c), ArgumentShape(d), ArgumentShape(e),
      ArgumentShape(f), ArgumentShape(g),
    ]
    for argument in repeat each arguments { shapes.append(ArgumentShape(argument)) }
    return ExportedMember(.function, name, summary, shapes, results: { Result.luaResults }) {
      stack, _ in
      var index: CInt = 1
      return try body(
        readNext(a, stack, &index),
        readNext(b, stack, &index),
        readNext(c, stack, &index),
        readNext(d, stack, &index),
        readNext(e, stack, &index),
        readNext(f, stack, &index),
        readNext(g, stack, &index),
        repeat readNext(each arguments, stack, &index)
      ).luaReturn(stack)
    }
  }
}
