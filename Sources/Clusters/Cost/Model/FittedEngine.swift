/// What was fitted to measurements of one engine: two numbers for all GPUs, five for each kind.
struct FittedEngine: Sendable {
  /// What differs from one kind of GPU to the next.
  struct Row: Sendable {
    /// Milliseconds of a step in which the GPU waits for the host.
    var host: Double
    /// How much longer kernels take than alone.
    var kernel: Double
    /// The same for attention of sequences that decode.
    var decode: Double
    /// The same for experts.
    var expert: Double
    /// The same for collectives.
    var collective: Double
  }

  /// Milliseconds of a request outside the steps.
  var request: Double
  /// Microseconds in which the host launches a kernel of a step with prompts.
  var launch: Double
  /// By the name of the device.
  var rows: [String: Row]
  /// Of a device that nobody measured: the geometric mean of the rows.
  var otherwise: Row
}
