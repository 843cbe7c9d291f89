// Written out by arity: an overload per number of arguments is specialised, a pack is not.

extension LuaExported {
  /// Declares a method with no argument.
  @inlinable public static func method<Result: LuaResult>(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.method, name, summary, [], results: { Result.luaResults }) { stack in
      try body(luaSelf(stack)).luaReturn(stack)
    }
  }

  /// Declares a method with no argument and no result.
  @inlinable public static func method(
    _ name: String, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.method, name, summary, [], results: { [] }) { stack in
      try body(luaSelf(stack))
      return 0
    }
  }

  /// Declares a method with one argument.
  @inlinable public static func method<A: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.method, name, summary, [a.shape], results: { Result.luaResults }) { stack in
      try body(luaSelf(stack), a.read(stack, 2)).luaReturn(stack)
    }
  }

  /// Declares a method with one argument and no result.
  @inlinable public static func method<A: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.method, name, summary, [a.shape], results: { [] }) { stack in
      try body(luaSelf(stack), a.read(stack, 2))
      return 0
    }
  }

  /// Declares a method with two arguments.
  @inlinable public static func method<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape], results: { Result.luaResults }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex)).luaReturn(stack)
    }
  }

  /// Declares a method with two arguments and no result.
  @inlinable public static func method<A: ArgumentValue, B: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    return ExportedMember(.method, name, summary, [a.shape, b.shape], results: { [] }) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex))
      return 0
    }
  }

  /// Declares a method with three arguments.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape], results: { Result.luaResults }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex))
        .luaReturn(stack)
    }
  }

  /// Declares a method with three arguments and no result.
  @inlinable public static func method<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(.method, name, summary, [a.shape, b.shape, c.shape], results: { [] }) {
      stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex))
      return 0
    }
  }

  /// Declares a method with four arguments.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (Self, A, B, C, D) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape], results: { Result.luaResults }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a method with four arguments and no result.
  @inlinable
  public static func method<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue>(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>,
    _ body: @escaping @Sendable (Self, A, B, C, D) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape], results: { [] }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex))
      return 0
    }
  }

  /// Declares a method with five arguments.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (Self, A, B, C, D, E) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex), e.read(stack, eIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a method with five arguments and no result.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>,
    _ body: @escaping @Sendable (Self, A, B, C, D, E) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape], results: { [] }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex), e.read(stack, eIndex))
      return 0
    }
  }

  /// Declares a method with six arguments.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (Self, A, B, C, D, E, F) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    let fIndex = eIndex + e.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex), e.read(stack, eIndex), f.read(stack, fIndex)
      ).luaReturn(stack)
    }
  }

  /// Declares a method with six arguments and no result.
  @inlinable
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>,
    _ body: @escaping @Sendable (Self, A, B, C, D, E, F) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    let dIndex = cIndex + c.width
    let eIndex = dIndex + d.width
    let fIndex = eIndex + e.width
    return ExportedMember(
      .method, name, summary, [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape],
      results: { [] }
    ) { stack in
      try body(
        luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex),
        d.read(stack, dIndex), e.read(stack, eIndex), f.read(stack, fIndex))
      return 0
    }
  }

  /// Declares a method with more than six arguments; calls cost about twice as much.
  public static func method<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, D: ArgumentValue, E: ArgumentValue,
    F: ArgumentValue, G: ArgumentValue, each Value: ArgumentValue, Result: LuaResult
  >(
    _ name: String, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ d: Argument<D>, _ e: Argument<E>, _ f: Argument<F>, _ g: Argument<G>,
    _ arguments: repeat Argument<each Value>,
    body: @escaping @Sendable (Self, A, B, C, D, E, F, G, repeat each Value) throws -> Result
  ) -> ExportedMember {
    var shapes = [a.shape, b.shape, c.shape, d.shape, e.shape, f.shape, g.shape]
    for argument in repeat each arguments { shapes.append(argument.shape) }
    return ExportedMember(.method, name, summary, shapes, results: { Result.luaResults }) { stack in
      var index: CInt = 2
      return try body(
        luaSelf(stack),
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
