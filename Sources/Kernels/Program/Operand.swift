/// What a register holds for each lane of a warp.
public enum RegisterClass: UInt8, Sendable, Hashable {
  /// One bit.
  case predicate
  /// 32 bits.
  case word
  /// 64 bits.
  case wide
}

/// A virtual register of a kernel: one value per lane.
public struct Register: Hashable, Sendable {
  /// Its number, unique inside the kernel whatever its class.
  public let number: Int
  /// What it holds.
  public let kind: RegisterClass

  /// Creates a register; `ProgramBuilder` hands out the numbers.
  public init(_ number: Int, _ kind: RegisterClass) {
    self.number = number
    self.kind = kind
  }
}

/// Where a lane stands in the launch, and the launch's own numbers: all are 32-bit words.
public enum SpecialValue: UInt8, Sendable, Hashable, CaseIterable {
  case threadX, threadY, threadZ
  case blockX, blockY, blockZ
  case blockSizeX, blockSizeY, blockSizeZ
  case gridSizeX, gridSizeY, gridSizeZ
  /// The position in the warp, 0 to 31.
  case lane
  /// The warp's number in its block.
  case warp
  /// Masks over the lanes of the warp, relative to this lane.
  case laneMaskEqual, laneMaskLess, laneMaskLessOrEqual, laneMaskGreater, laneMaskGreaterOrEqual
  /// The bytes of shared memory the launch asked for beside the kernel's own.
  case dynamicSharedBytes
  /// The bytes of shared memory a block has in all.
  case totalSharedBytes
  /// Where the dynamic part of shared memory begins, as an offset into it.
  case dynamicSharedOffset
  /// The multiprocessor that the block runs on, and how many there are.
  case multiprocessor, multiprocessors
}

/// What an instruction reads.
public enum Operand: Hashable, Sendable {
  case register(Register)
  /// The bits of a constant; floats by their bit pattern, all lanes alike.
  case immediate(UInt64)
  case special(SpecialValue)
  /// The launch arguments from this byte on; the instruction's type says how many are read.
  case argument(byteOffset: Int)
  /// The address of a `__device__` variable, a generic 64-bit address.
  case global(symbol: Int)

  /// A constant of 32 bits or less.
  public static func word(_ value: Int) -> Operand {
    .immediate(UInt64(UInt32(truncatingIfNeeded: value)))
  }

  /// A constant of 64 bits.
  public static func wide(_ value: Int) -> Operand {
    .immediate(UInt64(truncatingIfNeeded: value))
  }

  /// A float constant.
  public static func float(_ value: Float) -> Operand { .immediate(UInt64(value.bitPattern)) }

  /// A double constant.
  public static func double(_ value: Double) -> Operand { .immediate(value.bitPattern) }
}

/// A predicate that an instruction asks of each lane.
public struct Guard: Hashable, Sendable {
  /// The predicate register.
  public let register: Register
  /// True where the lane acts when the predicate is false.
  public let isNegated: Bool

  /// Creates a guard.
  public init(_ register: Register, isNegated: Bool = false) {
    precondition(register.kind == .predicate, "a guard reads a predicate register")
    self.register = register
    self.isNegated = isNegated
  }
}

/// The memory that an access goes to.
public enum Space: UInt8, Sendable, Hashable, CaseIterable {
  /// Device memory, by 64-bit address.
  case global
  /// The block's shared memory, by byte offset.
  case shared
  /// The lane's own memory, by byte offset.
  case local
  /// The module's `__constant__` bank, by byte offset.
  case constant
  /// A 64-bit address whose window says which of the others it is.
  case generic
}

/// Where generic addresses of spaces other than global begin.
public enum AddressWindow {
  /// Shared memory; the lane's block is meant.
  public static let shared: UInt64 = 0x7000_0000_0000
  /// Local memory; each lane sees its own.
  public static let local: UInt64 = 0x7100_0000_0000
  /// The constant bank.
  public static let constant: UInt64 = 0x7200_0000_0000
  /// Each window is this long.
  public static let bytes: UInt64 = 0x0100_0000_0000
}

/// How an access finds its bytes: `base + index · scale + offset`.
public struct Address: Hashable, Sendable {
  /// A 64-bit address in global and generic space, a byte offset (either register class) elsewhere.
  public var base: Operand
  /// A 32-bit count of elements, or nothing.
  public var index: Operand?
  /// True where the index may be negative; otherwise it is zero-extended.
  public var indexIsSigned: Bool
  /// Bytes per index.
  public var scale: Int
  /// Bytes added at last.
  public var offset: Int

  /// Creates an address.
  public init(
    base: Operand, index: Operand? = nil, indexIsSigned: Bool = true, scale: Int = 1,
    offset: Int = 0
  ) {
    self.base = base
    self.index = index
    self.indexIsSigned = indexIsSigned
    self.scale = scale
    self.offset = offset
  }
}
