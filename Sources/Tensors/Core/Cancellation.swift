internal import CTensors

/// The process-wide request to stop long native loops.
///
/// Kernels look at it every few thousand elements and products between blocks; the operation then
/// throws a problem of kind `.interrupted`. Whoever made the request clears it.
public enum Cancellation {
  /// Asks running operations to stop; safe in a signal handler.
  public static func request() { ct_cancel_set(1) }

  /// Takes the request back.
  public static func clear() { ct_cancel_set(0) }

  /// Makes the calling thread's work look at one more flag, until nil takes it back.
  ///
  /// A bridge gives the number that its own stop sets; it must stay valid until then.
  public static func watch(_ flag: UnsafePointer<Int32>?) { ct_cancel_watch(flag) }

  /// True while a stop is asked for.
  public static var isRequested: Bool { ct_cancelled() != 0 }
}

/// The threads that large operations share.
public enum ComputeThreads {
  /// How many threads compute, the caller included; results do not depend on it.
  public static var count: Int { Int(ct_threads()) }

  /// Sets how many threads compute; 0 means one per core that the process may use.
  public static func set(_ threads: Int) { ct_set_threads(Int32(clamping: threads)) }
}

/// What multiplies matrices.
public enum BLAS {
  /// The library's own words on its build, the kernel it picked, its threads and its path.
  ///
  /// Loads it.
  public static var description: String {
    guard let library = ct_blas_library() else { return "blocked loops (OpenBLAS was not found)" }
    return "\(String(cString: ct_blas_config())); kernel \(String(cString: ct_blas_corename()))"
      + ", \(ct_blas_threads()) threads, \(String(cString: library))"
  }

  /// The name of the kernel in use, as in "SkylakeX"; "plain" without OpenBLAS.
  public static var kernel: String { String(cString: ct_blas_corename()) }
}
