internal import CKernels
import Glibc

/// What a kernel printed.
public struct PrintedText: Sendable, Hashable {
  /// The text, by blocks in order, then by warps as they ran, then by lanes.
  public private(set) var text = ""
  /// Calls that the limit cut off.
  public let dropped: Int

  init(
    _ result: ok_result, _ tables: ModuleTables, _ code: MachineCode,
    _ memory: DeviceMemory
  ) {
    dropped = Int(result.prints_dropped)
    var at = 0
    let head = MemoryLayout<ok_print_head>.size
    while at + head <= Int(result.printed_bytes), let base = result.printed {
      // The machine wrote whole records one behind the other.
      let record = UnsafeRawPointer(base + at).loadUnaligned(as: ok_print_head.self)
      let values = (0..<Int(record.count)).map {
        UnsafeRawPointer(base + at + head + 8 * $0).loadUnaligned(as: UInt64.self)
      }
      let format =
        tables.strings.indices.contains(Int(record.format))
        ? tables.strings[Int(record.format)] : ""
      text += PrintedFormat.format(
        format, values, code.prints[Int(record.pc)] ?? []
      ) { memory.text(at: $0) }
      at += head + 8 * values.count
    }
  }
}

/// C's `printf` over values of known types.
enum PrintedFormat {
  /// The text of one call.
  ///
  /// A `%s` takes the address of a text in device memory.
  static func format(
    _ format: String, _ values: [UInt64], _ types: [ValueType], text string: (UInt64) -> String?
  ) -> String {
    var text = ""
    var next = 0
    var rest = format[...]
    while let percent = rest.firstIndex(of: "%") {
      text += rest[..<percent]
      rest = rest[rest.index(after: percent)...]
      if rest.first == "%" {
        text += "%"
        rest = rest.dropFirst()
        continue
      }
      var flags = ""
      while let character = rest.first, "-+ #0123456789.*".contains(character) {
        rest = rest.dropFirst()
        guard character == "*" else {
          flags.append(character)
          continue
        }
        if next < values.count { flags += "\(Int32(truncatingIfNeeded: values[next]))" }
        next += 1
      }
      while let character = rest.first, "hlLqjzt".contains(character) { rest = rest.dropFirst() }
      guard let conversion = rest.first else { break }
      rest = rest.dropFirst()
      guard next < values.count else {
        text += "%\(flags)\(conversion)"
        continue
      }
      let type = next < types.count ? types[next] : .u64
      text += one(flags, conversion, values[next], type, string)
      next += 1
    }
    return text + rest
  }

  private static func one(
    _ flags: String, _ conversion: Character, _ bits: UInt64, _ type: ValueType,
    _ text: (UInt64) -> String?
  ) -> String {
    switch conversion {
    case "d", "i": return printed("%\(flags)lld", integer(bits, type))
    case "u", "x", "X", "o": return printed("%\(flags)ll\(conversion)", unsigned(bits, type))
    case "c": return String(UnicodeScalar(UInt8(truncatingIfNeeded: bits)))
    case "p": return hexadecimal(bits)
    case "s":
      let string = text(bits) ?? "(null)"
      let width = Int(flags.prefix { $0 != "." }.filter(\.isNumber)) ?? 0
      let pad = String(repeating: " ", count: max(0, width - string.count))
      return flags.contains("-") ? string + pad : pad + string
    case "f", "F", "e", "E", "g", "G", "a", "A":
      return printed("%\(flags)\(conversion)", float(bits, type))
    default: return "%\(flags)\(conversion)"
    }
  }

  private static func printed(_ format: String, _ value: any CVarArg) -> String {
    withVaList([value]) { list in
      var buffer = [CChar](repeating: 0, count: 512)
      let length = vsnprintf(&buffer, buffer.count, format, list)
      return String(
        decoding: buffer.prefix(max(0, min(Int(length), 511))).map(UInt8.init(bitPattern:)),
        as: UTF8.self)
    }
  }

  private static func integer(_ bits: UInt64, _ type: ValueType) -> Int64 {
    if type.isFloating { return Int64(exactly: float(bits, type).rounded(.towardZero)) ?? 0 }
    return type.register == .wide ? Int64(bitPattern: bits) : Int64(Int32(truncatingIfNeeded: bits))
  }

  private static func unsigned(_ bits: UInt64, _ type: ValueType) -> UInt64 {
    type.register == .wide ? bits : bits & 0xffff_ffff
  }

  private static func float(_ bits: UInt64, _ type: ValueType) -> Double {
    switch type {
    case .f64: Double(bitPattern: bits)
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f16: Double(NarrowFloat.value(half: UInt16(truncatingIfNeeded: bits)))
    case .bf16: Double(NarrowFloat.value(brain: UInt16(truncatingIfNeeded: bits)))
    case .u32, .u64: Double(unsigned(bits, type))
    default: Double(integer(bits, type))
    }
  }
}
