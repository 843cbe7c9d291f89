public import Base

/// A form in which traces are published.
public struct TraceFormat: Described, Sendable {
  /// What is known of it.
  public let info: Info
  /// True when the first line of a file looks like it.
  let matches: @Sendable (String) -> Bool
  let read: @Sendable (String) throws(Problem) -> Trace
  let write: @Sendable (Trace) throws(Problem) -> [UInt8]

  /// Every form that is known.
  public static let catalog = Catalog<TraceFormat>(
    "trace format", [mooncake, vidur, seconds, azure, burstGPT])

  /// One JSON object per line with the names of the blocks of a prompt.
  public static let mooncake = TraceFormat(
    info: Info(
      "mooncake", "JSON lines with timestamp (ms), input_length, output_length and hash_ids.",
      source: "kvcache-ai/Mooncake, FAST25-release; Qin et al., Mooncake (FAST 2025)"),
    matches: { $0.hasPrefix("{") }, read: MooncakeTrace.read, write: MooncakeTrace.write)

  /// The arrivals of a Vidur run.
  public static let vidur = csv(
    Info(
      "vidur", "CSV with arrived_at (s), num_prefill_tokens, num_decode_tokens.",
      source: "microsoft/vidur, data/processed_traces"),
    ["arrived_at", "num_prefill_tokens", "num_decode_tokens"], .seconds)

  /// Seconds and lengths, as the Azure traces are often converted to.
  public static let seconds = csv(
    Info("seconds", "CSV with arrival_s, input_tokens, output_tokens."),
    ["arrival_s", "input_tokens", "output_tokens"], .seconds)

  /// The Azure LLM inference traces of 2023 and 2024.
  public static let azure = csv(
    Info(
      "azure", "CSV with TIMESTAMP (date and time), ContextTokens, GeneratedTokens.",
      source: "Azure/AzurePublicDataset, AzureLLMInferenceTrace 2023 and 2024; Patel et al. (2024)"),
    ["TIMESTAMP", "ContextTokens", "GeneratedTokens"], .date)

  /// BurstGPT's traces of ChatGPT and GPT-4.
  public static let burstGPT = csv(
    Info(
      "burstgpt", "CSV with Timestamp (s), Model, Request tokens, Response tokens, Total tokens.",
      detail: "Requests that failed have no answer and are left out.",
      source: "HPMLL/BurstGPT; Wang et al., BurstGPT (2024)"),
    ["Timestamp", "Request tokens", "Response tokens"], .seconds)

  private static func csv(_ info: Info, _ columns: [String], _ clock: CSVTrace.Clock)
    -> TraceFormat
  {
    let form = CSVTrace(name: info.name, columns: columns, clock: clock)
    return TraceFormat(
      info: info, matches: { form.matches(header: $0) },
      read: { (path) throws(Problem) in try form.read(path) },
      write: { (trace) throws(Problem) in try form.write(trace) })
  }
}

extension Trace {
  /// Reads a file, gzipped or not; the form is found by its first line where it is not given.
  public static func load(_ path: String, format: TraceFormat? = nil) throws(Problem) -> Trace {
    var trace: Trace
    if let format {
      trace = try format.read(path)
    } else {
      var first = ""
      var reader = try LineReader(path: path)
      try reader.forEach { (line, _) throws(Problem) in
        first = String(decoding: line.prefix(400), as: UTF8.self)
        return first.isEmpty
      }
      let found = TraceFormat.catalog.elements.first { $0.matches(first) }
      guard let found else {
        throw Problem(
          "\(path) is in no form of trace that is known: it begins with \"\(first.prefix(60))\"",
          fix: "known are \(TraceFormat.catalog.names.joined(separator: ", "))")
      }
      trace = try found.read(path)
    }
    guard trace.count > 0 else { throw Problem("\(path) has no requests") }
    trace.name = FileIO.name(of: path)
    return trace
  }

  /// Writes the trace to a file.
  public func save(_ path: String, format: TraceFormat = .seconds) throws(Problem) {
    guard follows.isEmpty else {
      throw Problem(
        "\(name) has requests that follow others, which no form of trace can say",
        fix: "save the trace of a run's arrivals instead")
    }
    try FileIO.write(format.write(self), to: path)
  }
}
