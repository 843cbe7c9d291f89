// Written out by arity: an overload per number of arguments is specialised, a pack is not.

/// A place where declarations are written: conform an enumeration for a module's functions.
///
/// Exported types conform by themselves, so `function` also declares what belongs to a type.
public protocol LuaDeclarations: SendableMetatype {}

extension LuaDeclarations {
  /// Declares a function with no argument.
  @inlinable public static func function<Result: LuaResult>(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable () throws -> Result
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [], results: { Result.luaResults }) { stack in
      try body().luaReturn(stack)
    }
  }

  /// Declares a function with no argument and no result.
  @inlinable public static func function(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable () throws -> Void
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [], results: { [] }) { stack in
      try body()
      return 0
    }
  }

  /// Declares a function with one argument.
  @inlinable public static func function<A: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [a.shape], results: { Result.luaResults }) { stack in
      try body(a.read(stack, 1)).luaReturn(stack)
    }
  }

  /// Declares a function with one argument and no result.
  @inlinable public static func function<A: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.function, name, summary, [a.shape], results: { [] }) { stack in
      try body(a.read(stack, 1))
      return 0
    }
  }

  /// Declares a function with two arguments.
  @inlinable public static func function<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape], results: { Result.luaResults }
    ) { stack in
      try body(a.read(stack, 1), b.read(stack, bIndex)).luaReturn(stack)
    }
  }

  /// Declares a function with two arguments and no result.
  @inlinable public static func function<A: ArgumentValue, B: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Void
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    return ExportedMember(.function, name, summary, [a.shape, b.shape], results: { [] }) { stack in
      try body(a.read(stack, 1), b.read(stack, bIndex))
      return 0
    }
  }

  /// Declares a function with three arguments.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape], results: { Result.luaResults }
    ) { stack in
      try body(a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex)).luaReturn(stack)
    }
  }

  /// Declares a function with three arguments and no result.
  @inlinable public static func function<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Void
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(.function, name, summary, [a.shape, b.shape, c.shape], results: { [] }) {
      stack in
      try body(a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex))
      return 0
    }
  }

  /// Declares a function with four arguments.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (A, B, C, D) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape], results: { Result.luaResults }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with four arguments and no result.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (A, B, C, D) throws -> Void
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape], results: { [] }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex))
      return 0
    }
  }

  /// Declares a function with five arguments.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (A, B, C, D, E) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex),
        e.read(stack, eIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with five arguments and no result.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (A, B, C, D, E) throws -> Void
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape], results: { [] }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex),
        e.read(stack, eIndex))
      return 0
    }
  }

  /// Declares a function with six arguments.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (A, B, C, D, E, F) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    let fIndex = eIndex + e.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex),
        e.read(stack, eIndex), f.read(stack, fIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a function with six arguments and no result.
  @inlinable
  public static func function<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (A, B, C, D, E, F) throws -> Void
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    let fIndex = eIndex + e.width
    return ExportedMember(
      .function, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape],
      results: { [] }
    ) { stack in
      try body(
        a.read(stack, 1), b.read(stack, bIndex), c.read(stack, cIndex), d.read(stack, dIndex),
        e.read(stack, eIndex), f.read(stack, fIndex))
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
    var shapes = [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape, g.shape]
    for argument in repeat each arguments { shapes.append(argument.shape) }
    return ExportedMember(.function, name, summary, shapes, results: { Result.luaResults }) {
      stack in
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
