/// What a number counts or measures.
///
/// Its name is the suffix that fields carry in Lua.
public enum Unit: String, Sendable, CaseIterable {
  case bytes, seconds, milliseconds, microseconds, tokens, layers, heads, requests, steps, threads
  case flops
  case flopsPerSecond = "flops_per_second"
  case flopsPerByte = "flops_per_byte"
  case bytesPerSecond = "bytes_per_second"
  case tokensPerSecond = "tokens_per_second"
  case requestsPerSecond = "requests_per_second"
  case dollars = "usd"
  case dollarsPerHour = "usd_per_hour"
  case watts, joules, hertz, ratio, percent, pixels, columns, rows, bits, logits, nats
}
