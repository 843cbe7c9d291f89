/// One metadata value of a GGUF file.
public enum GGUFValue: Sendable {
  /// An unsigned whole number of any width.
  case unsigned(UInt64)
  /// A signed whole number of any width.
  case signed(Int64)
  /// A number with a fraction, single or double.
  case number(Double)
  /// A truth value.
  case boolean(Bool)
  /// A text.
  case string(String)
  /// A sequence of values of one type, left in the file until asked for.
  case array(GGUFArray)

  /// The whole number, when it is one that fits.
  public var integer: Int? {
    switch self {
    case .unsigned(let value): Int(exactly: value)
    case .signed(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whole or not.
  public var double: Double? {
    switch self {
    case .unsigned(let value): Double(value)
    case .signed(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The text, when it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The truth value, when it is one.
  public var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  /// The sequence, when it is one.
  public var array: GGUFArray? { if case .array(let value) = self { value } else { nil } }

  /// What kind of value it is, in words for messages.
  public var kindName: String {
    switch self {
    case .unsigned, .signed: "a whole number"
    case .number: "a number"
    case .boolean: "a boolean"
    case .string: "a string"
    case .array(let array): "an array of \(array.count) \(array.elementType)"
    }
  }
}

/// The type of a metadata value as the file numbers it.
public enum GGUFValueType: UInt32, Sendable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64
  case float64

  /// The bytes of a value of fixed size; nil for strings and arrays.
  public var size: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  /// The least bytes that one value takes: an empty string is its length, an empty array its head.
  var leastSize: Int { size ?? (self == .string ? 8 : 12) }
}

/// A sequence of metadata values that were checked when the file was opened.
///
/// A vocabulary has a hundred thousand strings; they stay in the mapped file until read.
public struct GGUFArray: Sendable {
  /// The type of every element.
  public let elementType: GGUFValueType
  /// The number of elements.
  public let count: Int
  let file: MappedFile
  /// Where elements of fixed size start.
  let start: Int
  /// Where each string lies in the file.
  let strings: [Range<Int>]
  /// Elements that are arrays themselves.
  let nested: [GGUFArray]

  /// Reads one element.
  public subscript(index: Int) -> GGUFValue {
    precondition(index >= 0 && index < count, "index \(index) of an array of \(count)")
    switch elementType {
    case .string: return .string(String(decoding: utf8(at: index), as: UTF8.self))
    case .array: return .array(nested[index])
    default:
      let size = elementType.size ?? 0
      return file.scalar(elementType, at: start + index * size)
    }
  }

  /// The bytes of a string element; valid as long as the file is.
  func utf8(at index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[strings[index]])
  }

  /// All elements as whole numbers, or nothing when one is not.
  public var integers: [Int]? {
    var result: [Int] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      guard let value = self[index].integer else { return nil }
      result.append(value)
    }
    return result
  }

  /// All elements as numbers, or nothing when one is not.
  public var doubles: [Double]? {
    var result: [Double] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      guard let value = self[index].double else { return nil }
      result.append(value)
    }
    return result
  }
}

extension MappedFile {
  /// Reads a value of fixed size whose place was checked.
  func scalar(_ type: GGUFValueType, at offset: Int) -> GGUFValue {
    func load<T: FixedWidthInteger>(_: T.Type) -> T {
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    switch type {
    case .uint8: return .unsigned(UInt64(load(UInt8.self)))
    case .uint16: return .unsigned(UInt64(load(UInt16.self)))
    case .uint32: return .unsigned(UInt64(load(UInt32.self)))
    case .uint64: return .unsigned(load(UInt64.self))
    case .int8: return .signed(Int64(load(Int8.self)))
    case .int16: return .signed(Int64(load(Int16.self)))
    case .int32: return .signed(Int64(load(Int32.self)))
    case .int64: return .signed(load(Int64.self))
    case .float32: return .number(Double(Float(bitPattern: load(UInt32.self))))
    case .float64: return .number(Double(bitPattern: load(UInt64.self)))
    case .bool: return .boolean(load(UInt8.self) != 0)
    case .string, .array: preconditionFailure("\(type) has no fixed size")
    }
  }
}
