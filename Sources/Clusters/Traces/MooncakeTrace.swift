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

  static func write(_ trace: Trace) throws(Problem) -> [UInt8] {
    guard trace.prefixRanges.count == trace.count, trace.prefixes.tokensPerID == tokensPerID else {
      throw Problem(
        "\(trace.name) has no names for every \(tokensPerID) tokens, as this form wants",
        fix: "save it as \"seconds\"")
    }
    var bytes: [UInt8] = []
    for index in 0..<trace.count {
      let range = trace.prefixRanges[index]
      let count = (Int(range.tokens) + tokensPerID - 1) / tokensPerID
      let names = trace.prefixes.ids[Int(range.start)..<(Int(range.start) + count)]
      let milliseconds = (trace.arrivals[index] * 1000).rounded()
      bytes.append(
        contentsOf: ("{\"timestamp\":\(Int(milliseconds)),"
          + "\"input_length\":\(trace.promptTokens[index]),"
          + "\"output_length\":\(trace.outputTokens[index]),\"hash_ids\":["
          + names.map { String($0) }.joined(separator: ",") + "]}\n").utf8)
    }
    return bytes
  }
}
