// Written out by arity: an overload per number of arguments is specialised, a pack is not.

extension LuaExported {
  /// Declares how objects answer an event, with no argument.
  @inlinable public static func metamethod<Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [], results: { Result.luaResults })
    { stack in
      try body(luaSelf(stack)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with no argument and no result.
  @inlinable public static func metamethod(
    _ event: LuaMetamethod, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [], results: { [] }) { stack in
      try body(luaSelf(stack))
      return 0
    }
  }

  /// Declares how objects answer an event, with one argument.
  @inlinable public static func metamethod<A: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape], results: { Result.luaResults }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with one argument and no result.
  @inlinable public static func metamethod<A: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [a.shape], results: { [] }) {
      stack in
      try body(luaSelf(stack), a.read(stack, 2))
      return 0
    }
  }

  /// Declares how objects answer an event, with two arguments.
  @inlinable public static func metamethod<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    return ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape, b.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with two arguments and no result.
  @inlinable public static func metamethod<A: ArgumentValue, B: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    return ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape, b.shape], results: { [] }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex))
      return 0
    }
  }

  /// Declares how objects answer an event, with three arguments.
  @inlinable
  public static func metamethod<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape, b.shape, c.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex))
        .luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with three arguments and no result.
  @inlinable public static func metamethod<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Void
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape, b.shape, c.shape], results: { [] }
    ) { stack in
      try body(luaSelf(stack), a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex))
      return 0
    }
  }

  /// Declares an operator whose object may stand on either side, with two arguments.
  @inlinable public static func metamethod<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, left a: Argument<A>, right b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    let bIndex = 1 + a.width
    return ExportedMember(
      .metamethod(event), event.rawValue, summary, [a.shape, b.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(a.read(stack, 1), b.read(stack, bIndex)).luaReturn(stack)
    }
  }
}

extension LuaDeclarations {
  /// Declares what calling the module does, with no argument.
  @inlinable public static func callable<Result: LuaResult>(
    _ summary: String,
    _ body: @escaping @Sendable () throws -> Result
  ) -> ExportedMember {
    ExportedMember(.metamethod(.call), "__call", summary, [], results: { Result.luaResults }) {
      stack in
      try body().luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with one argument.
  @inlinable public static func callable<A: ArgumentValue, Result: LuaResult>(
    _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.metamethod(.call), "__call", summary, [a.shape], results: { Result.luaResults })
    { stack in
      try body(a.read(stack, 2)).luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with two arguments.
  @inlinable public static func callable<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    return ExportedMember(
      .metamethod(.call), "__call", summary, [a.shape, b.shape], results: { Result.luaResults }
    ) { stack in
      try body(a.read(stack, 2), b.read(stack, bIndex)).luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with three arguments.
  @inlinable
  public static func callable<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Result
  ) -> ExportedMember {
    let bIndex = 2 + a.width
    let cIndex = bIndex + b.width
    return ExportedMember(
      .metamethod(.call), "__call", summary, [a.shape, b.shape, c.shape],
      results: { Result.luaResults }
    ) { stack in
      try body(a.read(stack, 2), b.read(stack, bIndex), c.read(stack, cIndex)).luaReturn(stack)
    }
  }
}
