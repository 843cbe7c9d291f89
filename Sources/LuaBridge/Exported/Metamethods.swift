// Written out by arity: an overload per number of arguments is specialised, a pack is not.

extension LuaExported {
  /// Declares how objects answer an event, with no argument.
  @inlinable @inline(__always) public static func metamethod<Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Result
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [], results: { Result.luaResults })
    { stack, box in
      try body(luaSelf(stack, box)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with no argument and no result.
  @inlinable @inline(__always) public static func metamethod(
    _ event: LuaMetamethod, _ summary: String,
    _ body: @escaping @Sendable (Self) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [], results: { [] }) { stack, box in
      try body(luaSelf(stack, box))
      return 0
    }
  }

  /// Declares how objects answer an event, with one argument.
  @inlinable @inline(__always) public static func metamethod<A: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary, [ArgumentShape(a)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(luaSelf(stack, box), box.read(0, 2, stack)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with one argument and no result.
  @inlinable @inline(__always) public static func metamethod<A: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (Self, A) throws -> Void
  ) -> ExportedMember {
    ExportedMember(.metamethod(event), event.rawValue, summary, [ArgumentShape(a)], results: { [] })
    { stack, box in
      try body(luaSelf(stack, box), box.read(0, 2, stack))
      return 0
    }
  }

  /// Declares how objects answer an event, with two arguments.
  @inlinable @inline(__always)
  public static func metamethod<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary, [ArgumentShape(a), ArgumentShape(b)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(luaSelf(stack, box), box.read(0, 2, stack), box.read(1, 3, stack)).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with two arguments and no result.
  @inlinable @inline(__always) public static func metamethod<A: ArgumentValue, B: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (Self, A, B) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary, [ArgumentShape(a), ArgumentShape(b)],
      results: { [] }
    ) { stack, box in
      try body(luaSelf(stack, box), box.read(0, 2, stack), box.read(1, 3, stack))
      return 0
    }
  }

  /// Declares how objects answer an event, with three arguments.
  @inlinable @inline(__always)
  public static func metamethod<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c)], results: { Result.luaResults }
    ) { stack, box in
      try body(
        luaSelf(stack, box), box.read(0, 2, stack), box.read(1, 3, stack), box.read(2, 4, stack)
      ).luaReturn(stack)
    }
  }

  /// Declares how objects answer an event, with three arguments and no result.
  @inlinable @inline(__always)
  public static func metamethod<A: ArgumentValue, B: ArgumentValue, C: ArgumentValue>(
    _ event: LuaMetamethod, _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (Self, A, B, C) throws -> Void
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c)], results: { [] }
    ) { stack, box in
      try body(
        luaSelf(stack, box), box.read(0, 2, stack), box.read(1, 3, stack), box.read(2, 4, stack))
      return 0
    }
  }

  /// Declares an operator whose object may stand on either side, with two arguments.
  @inlinable @inline(__always)
  public static func metamethod<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ event: LuaMetamethod, _ summary: String, left a: Argument<A>, right b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(event), event.rawValue, summary, [ArgumentShape(a), ArgumentShape(b)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 1, stack), box.read(1, 2, stack)).luaReturn(stack)
    }
  }
}

extension LuaDeclarations {
  /// Declares what calling the module does, with no argument.
  @inlinable @inline(__always) public static func callable<Result: LuaResult>(
    _ summary: String,
    _ body: @escaping @Sendable () throws -> Result
  ) -> ExportedMember {
    ExportedMember(.metamethod(.call), "__call", summary, [], results: { Result.luaResults }) {
      stack, _ in
      try body().luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with one argument.
  @inlinable @inline(__always) public static func callable<A: ArgumentValue, Result: LuaResult>(
    _ summary: String, _ a: Argument<A>,
    _ body: @escaping @Sendable (A) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(.call), "__call", summary, [ArgumentShape(a)], results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 2, stack)).luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with two arguments.
  @inlinable @inline(__always)
  public static func callable<A: ArgumentValue, B: ArgumentValue, Result: LuaResult>(
    _ summary: String, _ a: Argument<A>, _ b: Argument<B>,
    _ body: @escaping @Sendable (A, B) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(.call), "__call", summary, [ArgumentShape(a), ArgumentShape(b)],
      results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 2, stack), box.read(1, 3, stack)).luaReturn(stack)
    }
  }

  /// Declares what calling the module does, with three arguments.
  @inlinable @inline(__always)
  public static func callable<
    A: ArgumentValue, B: ArgumentValue, C: ArgumentValue, Result: LuaResult
  >(
    _ summary: String, _ a: Argument<A>, _ b: Argument<B>, _ c: Argument<C>,
    _ body: @escaping @Sendable (A, B, C) throws -> Result
  ) -> ExportedMember {
    ExportedMember(
      .metamethod(.call), "__call", summary,
      [ArgumentShape(a), ArgumentShape(b), ArgumentShape(c)], results: { Result.luaResults }
    ) { stack, box in
      try body(box.read(0, 2, stack), box.read(1, 3, stack), box.read(2, 4, stack)).luaReturn(stack)
    }
  }
}
