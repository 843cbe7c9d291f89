internal import Base
internal import Glibc

/// Time and memory that something took.
public struct ResourceUsage: Hashable, Sendable {
  /// Time on the wall, in seconds.
  public var wallSeconds: Double
  /// Time on all processors together, in seconds.
  public var cpuSeconds: Double
  /// The most memory that the process has held so far, in bytes.
  public var peakMemoryBytes: Int
}

/// Measures wall time and processor time from its creation.
struct Stopwatch {
  private let wallStart = Stopwatch.seconds(CLOCK_MONOTONIC)
  private let cpuStart = Stopwatch.seconds(CLOCK_PROCESS_CPUTIME_ID)

  /// Wall time since the start, in seconds.
  var elapsed: Double { Stopwatch.seconds(CLOCK_MONOTONIC) - wallStart }

  /// What has been used since the start.
  var usage: ResourceUsage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return ResourceUsage(
      wallSeconds: elapsed, cpuSeconds: Stopwatch.seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuStart,
      peakMemoryBytes: usage.ru_maxrss * 1024)
  }

  static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Writes a time with three digits and the unit that fits: "1.23 s", "45.6 µs".
func formatted(seconds: Double) -> String {
  if seconds >= 100 { return minutes(seconds) }
  let units: [(scale: Double, name: String)] = [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
  for unit in units where seconds >= unit.scale || unit.name == "ns" {
    let value = seconds / unit.scale
    let digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    return "\(fixed(value, digits)) \(unit.name)"
  }
  return "0 s"
}

private func minutes(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  let parts = (whole / 3600, whole / 60 % 60, whole % 60)
  return parts.0 > 0 ? "\(parts.0) h \(parts.1) min" : "\(parts.1) min \(parts.2) s"
}

/// Writes a number with a fixed count of digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 9e15 else { return value.description }
  let text = String(Int(scaled))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  if digits == 0 { return sign + text }
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
}
