import Glibc

/// Runs recursive work where the stack is known to suffice, whichever thread asks for it.
///
/// Readers of nested text go as deep as the text does; threads of pools and tests have half a
/// megabyte.
public enum LargeStack {
  /// The stack that is given, of which only what is used takes memory.
  public static let bytes = 64 << 20

  /// Runs a closure to its end on a thread of its own.
  ///
  /// - Throws: What the closure throws.
  public static func run<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var result: Result<Value, Failure>?
    withoutActuallyEscaping(body) { body in
      let work = Work { result = Result(catching: body) }
      if !start(work) { work.body() }
    }
    guard let result else { preconditionFailure("the thread ended without a result") }
    return try result.get()
  }

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// False where the system has no thread to give.
  private static func start(_ work: Work) -> Bool {
    withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
      guard let attributes = memory.baseAddress, pthread_attr_init(attributes) == 0 else {
        return false
      }
      defer { pthread_attr_destroy(attributes) }
      guard pthread_attr_setstacksize(attributes, bytes) == 0 else { return false }
      var thread: pthread_t = 0
      // The caller waits, so the work outlives the thread and nobody else touches it meanwhile.
      let status = pthread_create(
        &thread, attributes,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeUnretainedValue().body() }
          return nil
        }, Unmanaged.passUnretained(work).toOpaque())
      guard status == 0 else { return false }
      pthread_join(thread, nil)
      return true
    }
  }
}
