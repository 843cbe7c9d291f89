import Base
import Clusters
import Foundation
import Serving
import TestSupport
import Testing

@Suite struct TraceTests {
  private func write(_ text: String, _ folder: String, _ name: String = "t.csv") throws -> String {
    try FileIO.write(Array(text.utf8), to: "\(folder)/\(name)")
    return "\(folder)/\(name)"
  }

  private static let forms: [(form: String, text: String)] = [
    ("seconds", "arrival_s,input_tokens,output_tokens\n0.5,10,2\n1.25,3,1\n"),
    ("vidur", "arrived_at,num_prefill_tokens,num_decode_tokens\n0.5,10,2\n1.25,3,1\n"),
    (
      "azure",
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.5000000,10,2\r\n"
        + "2023-11-16 18:15:47.2500000,3,1\r\n"
    ),
    (
      "azure",
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.500000+00:00,10,2\n"
        + "2024-05-10 01:00:01.250000+01:00,3,1\n"
    ),
    (
      "burstgpt",
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        + "0.5,ChatGPT,10,2,12,API log\n0.9,GPT-4,5,0,5,API log\n1.25,ChatGPT,3,1,4,API log\n"
    ),
    (
      "mooncake",
      #"{"timestamp":500,"input_length":10,"output_length":2,"hash_ids":[0]}"# + "\n"
        + #"{"timestamp":1250,"input_length":3,"output_length":1,"hash_ids":[7]}"# + "\n"
    ),
  ]

  @Test("each published form is found by its first line and read", arguments: forms)
  func read(form: String, text: String) throws {
    try withTemporaryFolder { folder in
      let trace = try Trace.load(write(text, folder))
      // Dates count from the first request, everything else from the file's own zero.
      #expect(zip(trace.arrivals.dropFirst(), trace.arrivals).map { $0 - $1 } == [0.75])
      #expect(Array(trace.promptTokens) == [10, 3])
      #expect(Array(trace.outputTokens) == [2, 1])
      let written = "\(folder)/again"
      let known = try TraceFormat.catalog[form]
      try trace.save(written, format: known)
      let again = try Trace.load(written)
      #expect(again.arrivals.map { $0 - again.arrivals[0] } == [0, 0.75])
      #expect(again.promptTokens == trace.promptTokens)
      #expect(again.prefixes.ids == trace.prefixes.ids)
    }
  }

  @Test("damaged files are refused or read, never more", arguments: forms)
  func fuzz(form: String, text: String) throws {
    var random = SeededRandom(seed: 5, named: form + text.prefix(40))
    try withTemporaryFolder { folder in
      let path = "\(folder)/t"
      for _ in 0..<trials(2000, fast: 150) {
        let bytes = Mutations.mutated(Array(text.utf8), header: text.utf8.count, &random)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard let trace = try? Trace.load(path, format: TraceFormat.catalog[form]) else { continue }
        #expect(trace.arrivals.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(
          trace.promptTokens.allSatisfy { $0 >= 1 } && trace.outputTokens.allSatisfy { $0 >= 1 })
        #expect(zip(trace.arrivals, trace.arrivals.dropFirst()).allSatisfy { $0 <= $1 })
      }
    }
  }

  @Test(
    "the fault names the line",
    arguments: [
      ("arrival_s,input_tokens,output_tokens\n0,1\n", "line 2 has 2 fields"),
      ("arrival_s,input_tokens,output_tokens\n0,x,1\n", "line 2: expected a time"),
      (
        "{\"timestamp\":0,\"input_length\":513,\"output_length\":1,\"hash_ids\":[1]}",
        "line 1: 1 hash"
      ),
      ("a,b\n", "in no form of trace"),
      ("arrival_s,input_tokens,output_tokens\n", "no requests"),
    ])
  func faults(text: String, message: String) throws {
    try withTemporaryFolder { folder in
      let path = try write(text, folder)
      let fault = #expect(throws: Problem.self) { try Trace.load(path) }
      #expect(fault?.description.contains(message) == true, "\(fault?.description ?? "")")
    }
  }

  @Test func `a trace is sliced by place and by time, and scaled to a rate`() throws {
    let trace = try OpenWorkload(
      .poisson(perSecond: 2), lengths: Lengths(prompt: 10, output: 5), requests: 100
    ).trace(seed: 3)
    let middle = try trace.sliced(10..<20)
    #expect(middle.count == 10 && middle.arrivals[0] == 0)
    #expect(middle.arrivals[9] == trace.arrivals[19] - trace.arrivals[10])
    let early = try trace.sliced(seconds: 0..<trace.arrivals[50])
    #expect(early.count == 50)
    let faster = try trace.scaled(toRequestsPerSecond: 8)
    #expect(abs(Double(faster.count) / faster.durationSeconds - 8) < 1e-9)
    #expect(try trace.clipped(toTokens: 9).promptTokens.max() == 4)
  }

  @Test func `requests in disorder are sorted by time, equal times as they stood`() throws {
    try withTemporaryFolder { folder in
      let path = try write(
        "arrival_s,input_tokens,output_tokens\n2,1,1\n1,2,1\n1,3,1\n", folder)
      #expect(Array(try Trace.load(path).promptTokens) == [2, 3, 1])
    }
  }

  @Test func `a cache of every size holds the longest known beginning`() throws {
    try withTemporaryFolder { folder in
      func line(_ ids: [Int]) -> String {
        "{\"timestamp\":0,\"input_length\":\(ids.count * 512),\"output_length\":1,\"hash_ids\":\(ids)}\n"
      }
      let path = try write(line([1, 2, 3]) + line([1, 2, 4]) + line([1, 2, 3]), folder)
      let trace = try Trace.load(path)
      #expect(PrefixReuse(trace, capacity: nil).names == CacheCounts(asked: 9, hit: 5))
      // Three names fit: 3 went when 4 came.
      #expect(PrefixReuse(trace, capacity: 3).names == CacheCounts(asked: 9, hit: 4))
    }
  }

  @Test func `problems count requests from 1, as people do`() throws {
    var trace = Trace()
    try trace.append(at: 2, promptTokens: 5, outputTokens: 1)
    let late = #expect(throws: Problem.self) {
      try trace.append(at: 1, promptTokens: 5, outputTokens: 1)
    }
    #expect(late.map { "\($0)" }?.hasPrefix("request 2 arrives at 1.0 s, before request 1") == true)
    let empty = #expect(throws: Problem.self) {
      try trace.append(at: 3, promptTokens: 0, outputTokens: 1)
    }
    #expect(empty.map { "\($0)" }?.hasPrefix("request 2 has 0 and 1 tokens") == true)
  }
}
