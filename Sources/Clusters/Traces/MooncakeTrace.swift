import Base
import Serving

/// Mooncake's traces: lengths, and a name for every 512 tokens of a prompt.
enum MooncakeTrace {
  static let tokensPerID = 512

  static func read(_ path: String) throws(Problem) -> Trace {
    var reader = try LineReader(path: path)
    var trace = Trace(name: "mooncake")
    trace.prefixes.tokensPerID = tokensPerID
    var ids: [UInt64] = []
    try reader.forEach { (line, number) throws(Problem) in
      if line.isEmpty { return true }
      let place = "\(path): line \(number)"
      let row = try JSONValue(parsing: line, file: place)
      guard let time = row["timestamp"]?.double, let prompt = row["input_length"]?.integer,
        let output = row["output_length"]?.integer, let names = row["hash_ids"]?.array
      else {
        throw Problem("\(place): expected timestamp, input_length, output_length and hash_ids")
      }
      guard prompt > 0, prompt < 1 << 29, names.count == (prompt + tokensPerID - 1) / tokensPerID
      else {
        throw Problem(
          "\(place): \(names.count) hash_ids for \(prompt) tokens, expected one for every "
            + "\(tokensPerID)")
      }
      ids.removeAll(keepingCapacity: true)
      for name in names {
        guard let id = name.integer, id >= 0 else {
          throw Problem("\(place): hash_ids must be whole numbers from 0")
        }
        ids.append(UInt64(id))
      }
      guard output > 0 else { return true }
      try trace.append(at: time / 1000, promptTokens: prompt, outputTokens: output)
      trace.setLastPrefix(ids, tokens: prompt)
      return true
    }
    return trace
  }

  /// Writes every trace: where it has no names for every 512 tokens, they are made from those it has, and
  /// tokens without a name get one that nothing else has.
  static func write(_ trace: Trace) throws(Problem) -> [UInt8] {
    var names = MooncakeNames(trace)
    var bytes: [UInt8] = []
    for index in 0..<trace.count {
      let milliseconds = (trace.arrivals[index] * 1000).rounded()
      bytes.append(
        contentsOf: ("{\"timestamp\":\(Int(milliseconds)),"
          + "\"input_length\":\(trace.promptTokens[index]),"
          + "\"output_length\":\(trace.outputTokens[index]),\"hash_ids\":["
          + names.names(of: index).map { String($0) }.joined(separator: ",") + "]}\n").utf8)
    }
    return bytes
  }
}

/// The numbers that stand for the blocks of each prompt in a Mooncake trace.
private struct MooncakeNames {
  private let trace: Trace
  /// True where the trace's own names can stand as they are.
  private let isKept: Bool
  private var numbers: [UInt64: Int] = [:]
  private var next = 0

  init(_ trace: Trace) {
    self.trace = trace
    let prefixes = trace.prefixes
    isKept =
      trace.prefixRanges.count == trace.count
      && prefixes.tokensPerID == MooncakeTrace.tokensPerID
      && zip(trace.prefixRanges, trace.promptTokens).allSatisfy { $0.tokens >= $1 }
      && prefixes.ids.allSatisfy { $0 <= UInt64(Int32.max) }
  }

  mutating func names(of index: Int) -> [Int] {
    let size = MooncakeTrace.tokensPerID
    let count = (Int(trace.promptTokens[index]) + size - 1) / size
    return (0..<count).map { block in name(block, of: index) }
  }

  /// The name of the beginning that ends with a block of 512 tokens.
  private mutating func name(_ block: Int, of index: Int) -> Int {
    let own = trace.prefixes.tokensPerID
    let end = min((block + 1) * MooncakeTrace.tokensPerID, Int(trace.promptTokens[index]))
    let range =
      index < trace.prefixRanges.count ? trace.prefixRanges[index] : PrefixRange()
    // A block is named where one of the trace's names ends with it, or where it is the prompt's last.
    let place = Int(range.start) + (end + own - 1) / own - 1
    guard Int(range.tokens) >= end, isKept || end % own == 0 else { return fresh() }
    let id = trace.prefixes.ids[place]
    return isKept ? Int(id) : number(of: id)
  }

  private mutating func number(of id: UInt64) -> Int {
    if let known = numbers[id] { return known }
    let new = fresh()
    numbers[id] = new
    return new
  }

  private mutating func fresh() -> Int {
    defer { next += 1 }
    return next
  }
}
