/// What a new interpreter is told once: limits and the seed of everything random.
public struct InterpreterOptions: Sendable {
  /// The most memory that the language may hold, in bytes.
  public var memoryLimitBytes: Int?
  /// The most instructions that one chunk may run.
  public var stepLimit: Int?
  /// The seed of every random stream; nil takes the interpreter's own.
  public var seed: UInt64?
  /// True for code of strangers: no files, processes, byte code or debugging.
  public var isRestricted: Bool

  /// Creates options; without any, nothing is limited.
  public init(
    memoryLimitBytes: Int? = nil, stepLimit: Int? = nil, seed: UInt64? = nil,
    isRestricted: Bool = false
  ) {
    self.memoryLimitBytes = memoryLimitBytes
    self.stepLimit = stepLimit
    self.seed = seed
    self.isRestricted = isRestricted
  }
}

/// A variable of the session, as `%who` lists it.
public struct Variable: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// The type as the language calls it, as in "number", "table" or "tensor".
  public var type: String
  /// Its value in a few words, as in "3.14" or "[2, 3] f32".
  public var summary: String
  /// The memory it holds by itself, where that is known.
  public var sizeBytes: Int?

  /// Creates a description.
  public init(name: String, type: String, summary: String, sizeBytes: Int? = nil) {
    self.name = name
    self.type = type
    self.summary = summary
    self.sizeBytes = sizeBytes
  }
}

/// What a session holds in memory.
public struct MemoryUse: Hashable, Sendable {
  /// Bytes on the language's own heap.
  public var heapBytes: Int
  /// Bytes that objects hold outside of it, as tensors do.
  public var externalBytes: Int
  /// The most that heap and outside held together so far; nil where nobody keeps it.
  public var peakBytes: Int?
  /// The limit, where there is one.
  public var limitBytes: Int?

  /// Creates a reading.
  public init(
    heapBytes: Int, externalBytes: Int = 0, peakBytes: Int? = nil, limitBytes: Int? = nil
  ) {
    self.heapBytes = heapBytes
    self.externalBytes = externalBytes
    self.peakBytes = peakBytes
    self.limitBytes = limitBytes
  }
}

/// The globals that a chunk names.
public struct GlobalUse: Hashable, Sendable {
  /// A global and the line that names it first.
  public struct Name: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The first line that reads or sets it, from 1.
    public var line: Int

    /// Creates a name with its line.
    public init(_ name: String, line: Int) {
      self.name = name
      self.line = line
    }
  }

  /// What the chunk reads before it sets it, as it runs when loaded.
  public var reads: [Name]
  /// What only its functions read, so when they are called.
  public var laterReads: [Name]
  /// What it sets.
  public var writes: [Name]

  /// Creates a list of uses.
  public init(reads: [Name], laterReads: [Name] = [], writes: [Name]) {
    self.reads = reads
    self.laterReads = laterReads
    self.writes = writes
  }
}
