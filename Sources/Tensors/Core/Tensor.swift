public import Base
internal import CTensors

/// A block of numbers of one dtype: a shape over shared bytes.
///
/// A tensor is a view: a storage, the position of its first element, and per dimension a size and
/// a stride, both in elements. Views of one storage see each other's writes.
public struct Tensor: Sendable {
  /// The bytes, which other tensors may share.
  public let storage: TensorStorage
  /// What one element is.
  public let dtype: DType
  /// The size of each dimension.
  public let shape: [Int]
  /// How many elements lie between neighbours along each dimension; may be 0 or negative.
  public let strides: [Int]
  /// The position of the first element in the storage, in elements.
  public let offset: Int

  /// Creates a view of a storage; the caller promises that every element lies within it.
  public init(storage: TensorStorage, dtype: DType, shape: [Int], strides: [Int], offset: Int) {
    precondition(shape.count == strides.count, "each dimension has a stride")
    precondition(shape.count <= Shape.maximumRank, "at most \(Shape.maximumRank) dimensions")
    self.storage = storage
    self.dtype = dtype
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// Creates a dense tensor whose elements are whatever the memory held.
  public static func empty(_ shape: [Int], _ dtype: DType = .standardFloat) throws(Problem)
    -> Tensor
  {
    try dense(shape, dtype, zeroed: false)
  }

  /// Creates a dense tensor of zeros.
  public static func zeros(_ shape: [Int], _ dtype: DType = .standardFloat) throws(Problem)
    -> Tensor
  {
    try dense(shape, dtype, zeroed: true)
  }

  private static func dense(_ shape: [Int], _ dtype: DType, zeroed: Bool) throws(Problem) -> Tensor
  {
    let count = try Shape.count(shape)
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.size)
    guard !overflow else {
      throw Problem("tensor: shape \(Shape.text(shape)) has too many bytes", kind: .limit)
    }
    return Tensor(
      storage: try TensorStorage(byteCount: bytes, zeroed: zeroed), dtype: dtype, shape: shape,
      strides: Shape.denseStrides(shape), offset: 0)
  }

  /// The number of dimensions.
  public var rank: Int { shape.count }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The bytes that the elements alone would take.
  public var byteCount: Int { count * dtype.size }

  /// The bytes that all tensors of the process hold now.
  public static var liveBytes: Int { TensorStorage.liveBytes }

  /// True when the elements lie one after another in row-major order.
  public var isContiguous: Bool {
    if count == 0 { return true }
    var expected = 1
    for d in shape.indices.reversed() where shape[d] != 1 {
      if strides[d] != expected { return false }
      expected *= shape[d]
    }
    return true
  }

  /// True when both see the same bytes.
  public func sharesStorage(with other: Tensor) -> Bool { storage === other.storage }

  /// Where the first element lies.
  public var pointer: UnsafeMutableRawPointer { storage.bytes + offset * dtype.size }

  /// The shape and dtype as they stand in messages: "f32 2x3".
  public var summary: String { "\(dtype.name) \(Shape.text(shape))" }

  /// Calls with the elements of a contiguous tensor as raw bytes.
  public func withBytes<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
    precondition(isContiguous, "withBytes needs a contiguous tensor")
    // The storage outlives the call, and a contiguous view spans exactly these bytes.
    return withExtendedLifetime(storage) {
      body(UnsafeMutableRawBufferPointer(start: pointer, count: byteCount))
    }
  }

  /// The view as the kernels take it: strides in bytes.
  var kernelView: ct_view {
    var view = ct_view()
    view.data = pointer.assumingMemoryBound(to: CChar.self)
    view.dtype = dtype.rawValue
    view.ndim = Int32(rank)
    // The fixed arrays of the C structure are tuples here; both hold 32 numbers of 64 bits.
    withUnsafeMutableBytes(of: &view.shape) { raw in
      for (d, size) in shape.enumerated() {
        raw.storeBytes(of: Int64(size), toByteOffset: 8 * d, as: Int64.self)
      }
    }
    withUnsafeMutableBytes(of: &view.strides) { raw in
      for (d, stride) in strides.enumerated() {
        raw.storeBytes(of: Int64(stride * dtype.size), toByteOffset: 8 * d, as: Int64.self)
      }
    }
    return view
  }

  /// Turns a kernel's answer into an error when it was stopped.
  static func check(_ stopped: Int32, _ call: String) throws(Problem) {
    if stopped != 0 { throw Problem("\(call): stopped", kind: .interrupted) }
  }
}
