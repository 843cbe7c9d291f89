import Base
import Glibc

/// Traces in comma-separated columns: a time and two lengths.
struct CSVTrace: Sendable {
  enum Clock: Sendable {
    case seconds
    /// A date and a time of day, with or without a zone.
    case date
  }

  let name: String
  /// The columns of the time, the prompt and the answer.
  let columns: [String]
  let clock: Clock

  func matches(header: String) -> Bool {
    let names = header.split(separator: ",").map { Self.trimmed(String($0)) }
    return columns.allSatisfy(names.contains)
  }

  /// Rows in any order are sorted by time; those without an answer are left out.
  func read(_ path: String) throws(Problem) -> Trace {
    var reader = try LineReader(path: path)
    var (places, width): ([Int], Int) = ([], 0)
    var fields: [Range<Int>] = []
    var rows: [(time: Double, prompt: Int, output: Int)] = []
    var origin: Int?
    try reader.forEach { (line, number) throws(Problem) in
      if line.isEmpty { return true }
      if places.isEmpty {
        (places, width) = try self.places(String(decoding: line, as: UTF8.self), path)
        return true
      }
      Fields.split(line, into: &fields)
      guard fields.count == width else {
        throw Problem("\(path): line \(number) has \(fields.count) fields, expected \(width)")
      }
      func field(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: line[fields[places[index]]])
      }
      var time = clock == .seconds ? Fields.double(field(0)) : nil
      if clock == .date, let nanoseconds = Self.nanoseconds(field(0)) {
        let first = origin ?? nanoseconds
        origin = first
        time = Double(nanoseconds - first) * 1e-9
      }
      guard let time, time.isFinite, let prompt = Fields.integer(field(1)),
        let output = Fields.integer(field(2)), (0..<1 << 29).contains(prompt),
        (0..<1 << 29).contains(output)
      else {
        throw Problem(
          "\(path): line \(number): expected a time and two numbers of tokens, found "
            + "\"\(String(decoding: line.prefix(60), as: UTF8.self))\"")
      }
      if prompt > 0, output > 0 { rows.append((time, prompt, output)) }
      return true
    }
    return try trace(rows)
  }

  private func trace(_ unsorted: [(time: Double, prompt: Int, output: Int)]) throws(Problem)
    -> Trace
  {
    var rows = unsorted
    let isSorted = zip(rows, rows.dropFirst()).allSatisfy { $0.time <= $1.time }
    if !isSorted {
      // Swift's sort is stable only by a second key.
      rows = rows.enumerated().sorted {
        ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
      }.map(\.element)
    }
    // Dates count from the first request; seconds stand as they are, unless they are negative.
    let origin = clock == .date ? rows.first?.time ?? 0 : min(0, rows.first?.time ?? 0)
    var trace = Trace(name: name)
    for row in rows {
      try trace.append(at: row.time - origin, promptTokens: row.prompt, outputTokens: row.output)
    }
    return trace
  }

  private func places(_ header: String, _ path: String) throws(Problem) -> ([Int], Int) {
    let names = header.split(separator: ",", omittingEmptySubsequences: false).map {
      Self.trimmed(String($0))
    }
    var places: [Int] = []
    for column in columns {
      guard let place = names.firstIndex(of: column) else {
        throw .unknown("column", column, among: names, list: path)
      }
      places.append(place)
    }
    return (places, names.count)
  }

  private static func trimmed(_ text: String) -> String {
    String(
      decoding: text.utf8.filter { $0 != 0x22 && $0 != 13 && $0 > 0x20 || $0 == 0x20 },
      as: UTF8.self
    )
    .split(separator: " ").joined(separator: " ")
  }

  /// Nanoseconds since 1970 of "2023-11-16 18:15:46.6805900" or "2024-05-10 00:00:00.009930+00:00".
  ///
  /// A double would keep only seven digits of a second of our time.
  static func nanoseconds(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var text = Array(Fields.text(bytes).utf8)
    guard text.count >= 19, text[10] == 0x20 || text[10] == UInt8(ascii: "T") else { return nil }
    var offset = 0
    if text.last == UInt8(ascii: "Z") { text.removeLast() }
    let sign = text.count - 6
    if sign >= 19, text[sign] == UInt8(ascii: "+") || text[sign] == UInt8(ascii: "-") {
      guard let hours = number(text, sign + 1, 2), let minutes = number(text, sign + 4, 2)
      else { return nil }
      offset = (hours * 60 + minutes) * (text[sign] == UInt8(ascii: "+") ? 60 : -60)
      text.removeLast(6)
    }
    guard text[4] == 0x2D, text[7] == 0x2D, text[13] == 0x3A, text[16] == 0x3A,
      let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
      let hour = number(text, 11, 2), let minute = number(text, 14, 2),
      let second = number(text, 17, 2), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second < 61
    else { return nil }
    guard (1677...2262).contains(year), let fraction = fraction(text) else { return nil }
    let days = daysSince1970(year, month, day)
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    let (whole, isTooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return isTooFar ? nil : whole &+ fraction
  }

  /// What stands behind the whole seconds, in nanoseconds: a point and up to nine digits that count.
  private static func fraction(_ text: [UInt8]) -> Int? {
    guard text.count > 19 else { return 0 }
    guard text[19] == 0x2E, text.count > 20, text.count <= 40 else { return nil }
    var (value, scale) = (0, 100_000_000)
    for byte in text[20...] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value += Int(byte - 0x30) * scale
      scale /= 10
    }
    return value
  }

  private static func number(_ text: [UInt8], _ start: Int, _ count: Int) -> Int? {
    guard start + count <= text.count else { return nil }
    var value = 0
    for byte in text[start..<(start + count)] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  /// Days of the Gregorian calendar, counted in years that begin in March (Hinnant's algorithm).
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = (y / 400, y % 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  // MARK: Writing

  func write(_ trace: Trace) throws(Problem) -> [UInt8] {
    let isBurst = name == "burstgpt"
    var text = columns.joined(separator: ",") + "\n"
    if isBurst {
      text = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
    }
    var bytes = Array(text.utf8)
    for index in 0..<trace.count {
      let (prompt, output) = (trace.promptTokens[index], trace.outputTokens[index])
      let time = clock == .date ? Self.date(trace.arrivals[index]) : "\(trace.arrivals[index])"
      let row =
        isBurst
        ? "\(time),ChatGPT,\(prompt),\(output),\(prompt + output),API log\n"
        : "\(time),\(prompt),\(output)\n"
      bytes.append(contentsOf: row.utf8)
    }
    return bytes
  }

  /// Seconds as a date in 1970, to 10^-7 s as in Azure's files.
  private static func date(_ seconds: Double) -> String {
    let ticks = Int((seconds * 1e7).rounded())
    let (whole, fraction) = ticks.quotientAndRemainder(dividingBy: 10_000_000)
    var time = time_t(whole)
    var parts = tm()
    gmtime_r(&time, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let digits = String(fraction)
    let padded = String(repeating: "0", count: 7 - digits.count) + digits
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(padded)"
  }
}
