import Base
public import LuaBridge
import Tensors

/// The module `tensor`: making, drawing, saving and every operation.
public enum TensorLibrary: LuaDeclarations {
  /// The declaration.
  public static let module = LuaModule(
    "tensor", "Blocks of numbers, and what can be computed with them.",
    detail: """
      tensor{ {1, 2}, {3, 4} } makes one. Everything counts from 1 and includes both ends, as Lua \
      does. Numbers are f32 unless a dtype is named.
      """,
    example: "tensor{ {1, 2}, {3, 4} } * 10"
  ) {
    callable(
      "Makes a tensor from a number, a boolean, or tables nested to any depth.",
      .any("data", "the elements"), .optional(.string("dtype", "f32, or bool for booleans")), .state
    ) { data, dtype, state in
      if let object = TensorElement.object(data) {
        let copy = try object.tensor().cast(
          to: try dtype.map(TensorElement.dtype) ?? object.tensor().dtype, copying: true)
        return TensorObject(copy, in: state)
      }
      let tensor = try TensorTables.tensor(from: data, dtype: try dtype.map(TensorElement.dtype))
      return TensorObject(tensor, in: state)
    }.example("tensor{ {1, 2}, {3, 4} }")
    function(
      "arange", "Numbers from one to another with both ends, as Lua's for counts.",
      .number("first", "the first, or the last where it is alone"),
      .optional(.number("last", "where it ends")),
      .optional(.number("step", "distance; 1 unless given")),
      .optional(.string("dtype", "i64 for whole numbers, else f32")), .state
    ) { first, last, step, dtype, state in
      func scalar(_ value: Double) -> Scalar {
        Int(exactly: value).map { .integer($0) } ?? .float(value)
      }
      let numbers = try Tensor.through(
        last == nil ? 1 : scalar(first), scalar(last ?? first), scalar(step ?? 1),
        try dtype.map(TensorElement.dtype))
      return TensorObject(numbers, in: state)
    }.example("tensor.arange(1, 9, 2)")
    random
    session
    files
    TensorOperations.functions
    TensorObject.exported
    GeneratorObject.exported
    ScopeObject.exported
  }

  private static var random: [ExportedMember] {
    RandomDraw.all.map { draw in
      rawFunction(
        draw.name, draw.summary, parameters: draw.parameters, returns: [TensorObject.luaName]
      ) { frame in try draw.run(frame, from: 1, TensorSession.of(frame.state).generator) }
      .example(draw.example)
    } + [
      function(
        "seed", "Starts the stream of tensor.rand and its kin anew.",
        .integer("seed", "what fixes the numbers"), .state
      ) { seed, state in
        TensorSession.of(state).generator.reseed(UInt64(bitPattern: Int64(seed)))
      }.example("tensor.seed(42)"),
      function(
        "generator", "Makes a random stream of its own.",
        .integer("seed", "what fixes the numbers", default: 0)
      ) { seed in
        GeneratorObject(TensorGenerator(seed: UInt64(bitPattern: Int64(seed))))
      }.example("tensor.generator(42):rand(3)"),
    ]
  }

  private static var session: [ExportedMember] {
    [
      function(
        "scope", "Frees the tensors made from here on when the variable is closed.", .state
      ) { state in ScopeObject(TensorScope(in: TensorSession.of(state))) }
      .example("do local s <close> = tensor.scope(); local t = tensor{ 1 } end"),
      function("memory", "Bytes that tensors hold, and the most they may.", .state) { state in
        [
          "live_bytes": Tensor.liveBytes, "limit_bytes": TensorStorage.byteLimit,
          "lua_bytes": state.memoryUsed.count,
        ]
      }.example("tensor.memory().live_bytes"),
      function("threads", "How many threads compute; results do not depend on it.") {
        ComputeThreads.count
      }.example("tensor.threads()"),
    ]
  }

  private static var files: [ExportedMember] {
    [
      function(
        "save", "Writes a tensor (.npy, .csv) or a table of named ones (.npz, .safetensors).",
        .string("path", "where; its ending says how"),
        .any("value", "a tensor, or names to tensors"),
        .optional(.table("metadata", "notes for safetensors", shape: "table<string, string>")),
        .state
      ) { path, value, metadata, state in
        try state.requireFileAccess("tensor.save")
        try TensorFiles.save(path, value, metadata)
      }.example("tensor.save(\"numbers.npy\", tensor{ 1, 2 })"),
      function(
        "load", "Reads a tensor, or names to tensors and a table of notes.",
        .string("path", "a .npy, .npz, .safetensors or .csv file"), .state
      ) { path, state in
        try state.requireFileAccess("tensor.load")
        return try TensorFiles.load(path, state)
      }.returns("tensor.Tensor|table<string, tensor.Tensor>", "table<string, string>?")
        .example("tensor.load(\"numbers.npy\")"),
    ]
  }
}

/// A scope as Lua holds it, for a variable that is closed.
public final class ScopeObject: CustomStringConvertible {
  private let scope: TensorScope

  init(_ scope: TensorScope) { self.scope = scope }

  // A scope that was never closed frees nothing: its tensors may be in use.
  deinit { scope.abandon() }

  func close() { scope.close() }

  func keep(_ object: TensorObject) { scope.keep(object) }

  /// How many tensors it would free.
  public var description: String { scope.description }
}

extension ScopeObject: LuaExported {
  /// The name in messages and stubs.
  public static let luaName = "tensor.Scope"

  /// What Lua sees of a scope.
  public static let exported = Exported<ScopeObject>(
    "A stretch of code whose tensors are freed at its end.",
    example: "do local s <close> = tensor.scope() end"
  ) {
    method(
      "keep", "Keeps a tensor beyond the end, and returns it.", .value("t", of: TensorObject.self)
    ) {
      scope, object in
      scope.keep(object)
      return object
    }.example("tensor.scope():keep(tensor{ 1 })")
    metamethod(.close, "Frees what was made since the scope was opened and is not kept.") {
      $0.close()
    }.example("do local s <close> = tensor.scope() end")
  }
}
