public import Base

/// A piece of device memory: its address is what kernels see.
public struct DeviceBuffer: Hashable, Sendable {
  /// The first byte's address; 256-byte aligned.
  public let address: UInt64
  /// How long it is.
  public let bytes: Int
}

/// The memory of a device: allocations with 64-bit addresses and gaps between them.
///
/// Addresses are handed out in rising order and never twice, so that an access to released memory is
/// known for what it is. Not safe to use from several threads at once.
public final class DeviceMemory {
  /// One allocation.
  struct Allocation {
    let buffer: DeviceBuffer
    var name: String
    let host: UnsafeMutableRawPointer
    let isReadOnly: Bool
    /// Keeps foreign memory alive; nil where the bytes are the allocation's own.
    let owner: AnyObject?
    let isOwned: Bool
  }

  /// In order of address.
  private(set) var allocations: [Allocation] = []
  /// What was released last, for messages.
  private(set) var released: [(buffer: DeviceBuffer, name: String)] = []
  private var next: UInt64 = 0x7f00_0000_0000
  /// The most bytes that may be allocated; what a device's memory holds.
  public let capacity: Int
  /// The bytes in use, views of foreign memory apart.
  public private(set) var used = 0

  /// The least distance between two allocations.
  static let gap: UInt64 = 4096

  /// Creates an empty memory of a capacity in bytes.
  public init(capacity: Int = 1 << 34) { self.capacity = capacity }

  deinit {
    for allocation in allocations where allocation.isOwned { allocation.host.deallocate() }
  }

  /// Allocates zeroed memory.
  ///
  /// - Throws: A problem when the device has no room for it.
  public func allocate(bytes: Int, name: String = "") throws(Problem) -> DeviceBuffer {
    guard bytes >= 0, bytes <= capacity - used else {
      throw Problem(
        "cannot allocate \(bytes) bytes: \(used) of \(capacity) bytes are in use", kind: .limit)
    }
    let host = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: 256)
    host.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 1))
    used += bytes
    return add(host, bytes, name, isReadOnly: false, owner: nil, isOwned: true)
  }

  /// Makes memory of the host visible to kernels without a copy.
  ///
  /// `owner` is kept alive as long as the view; the bytes must not move meanwhile.
  public func view(
    of host: UnsafeMutableRawPointer, bytes: Int, name: String = "", isReadOnly: Bool = false,
    owner: AnyObject? = nil
  ) -> DeviceBuffer {
    add(host, bytes, name, isReadOnly: isReadOnly, owner: owner, isOwned: false)
  }

  private func add(
    _ host: UnsafeMutableRawPointer, _ bytes: Int, _ name: String, isReadOnly: Bool,
    owner: AnyObject?, isOwned: Bool
  ) -> DeviceBuffer {
    let buffer = DeviceBuffer(address: next, bytes: bytes)
    allocations.append(
      Allocation(
        buffer: buffer, name: name, host: host, isReadOnly: isReadOnly, owner: owner,
        isOwned: isOwned))
    next = (next + UInt64(bytes) + 255) / 256 * 256 + Self.gap
    return buffer
  }

  /// Releases an allocation or ends a view.
  ///
  /// - Throws: A problem when there is none at that address.
  public func free(_ buffer: DeviceBuffer) throws(Problem) {
    guard let index = allocations.firstIndex(where: { $0.buffer == buffer }) else {
      throw Problem(
        "no allocation of \(buffer.bytes) bytes at \(hexadecimal(buffer.address)) is to be freed",
        kind: .missing)
    }
    let gone = allocations.remove(at: index)
    released.append((gone.buffer, gone.name))
    if released.count > 64 { released.removeFirst() }
    guard gone.isOwned else { return }
    used -= gone.buffer.bytes
    gone.host.deallocate()
  }

  /// Names an allocation in messages.
  public func name(_ buffer: DeviceBuffer, _ name: String) {
    guard let index = allocations.firstIndex(where: { $0.buffer == buffer }) else { return }
    allocations[index].name = name
  }

  /// Copies bytes out of an allocation.
  ///
  /// - Throws: A problem when they do not lie in one.
  public func read(_ address: UInt64, bytes: Int) throws(Problem) -> [UInt8] {
    let place = try locate(address, bytes, "read")
    return [UInt8](UnsafeRawBufferPointer(start: place, count: bytes))
  }

  /// Copies bytes into an allocation.
  ///
  /// - Throws: A problem when they do not lie in one.
  public func write(_ bytes: [UInt8], to address: UInt64) throws(Problem) {
    let place = try locate(address, bytes.count, "write")
    bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      // The range was checked to lie inside one allocation.
      place.copyMemory(from: base, byteCount: bytes.count)
    }
  }

  /// The text at an address up to its zero byte; nil where no allocation holds the address.
  func text(at address: UInt64) -> String? {
    for allocation in allocations where address >= allocation.buffer.address {
      let offset = address - allocation.buffer.address
      guard offset < UInt64(allocation.buffer.bytes) else { continue }
      let bytes = UnsafeRawBufferPointer(
        start: allocation.host + Int(offset), count: allocation.buffer.bytes - Int(offset))
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return nil
  }

  private func locate(_ address: UInt64, _ bytes: Int, _ what: String) throws(Problem)
    -> UnsafeMutableRawPointer
  {
    for allocation in allocations {
      let offset = Int64(bitPattern: address &- allocation.buffer.address)
      if offset >= 0, offset <= allocation.buffer.bytes,
        bytes <= allocation.buffer.bytes - Int(offset)
      {
        return allocation.host + Int(offset)
      }
    }
    throw Problem(
      "cannot \(what) \(bytes) bytes at \(hexadecimal(address)): no allocation holds them")
  }

  /// Copies typed values out of a buffer.
  ///
  /// - Throws: A problem when the buffer was released.
  public func values<T: BitwiseCopyable>(_ buffer: DeviceBuffer, as type: T.Type) throws(Problem)
    -> [T]
  {
    let bytes = try read(buffer.address, bytes: buffer.bytes)
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<T>.stride).map {
        raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self)
      }
    }
  }

  /// Allocates memory that holds typed values.
  ///
  /// - Throws: A problem when the device has no room for them.
  public func allocate<T: BitwiseCopyable>(_ values: [T], name: String = "") throws(Problem)
    -> DeviceBuffer
  {
    let bytes = values.withUnsafeBytes { [UInt8]($0) }
    let buffer = try allocate(bytes: bytes.count, name: name)
    try write(bytes, to: buffer.address)
    return buffer
  }
}

/// An address as messages spell it.
func hexadecimal(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }
