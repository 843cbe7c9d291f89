import Base
import Serving

extension Cluster {
  /// What became of each request that came, one row each; times that have not come are NaN.
  public var requestTable: ResultTable {
    let rows = records.values
    let came = rows.indices.filter { !rows[$0].arrivedAt.isNaN }
    func numbers(_ name: String, _ value: (RequestRecord) -> Double) -> ResultTable.Column {
      ResultTable.Column(name, .numbers(came.map { value(rows[$0]) }))
    }
    func integers(_ name: String, _ value: (Int) -> Int) -> ResultTable.Column {
      ResultTable.Column(name, .integers(came.map(value)))
    }
    return ResultTable([
      integers("request") { $0 },
      integers("prompt_tokens") { Int(trace.promptTokens[$0]) },
      integers("output_tokens") { Int(trace.outputTokens[$0]) },
      integers("class") { trace.slaClasses.isEmpty ? 0 : Int(trace.slaClasses[$0]) },
      integers("replica") { Int(rows[$0].replica) },
      numbers("arrived_seconds", \.arrivedAt),
      numbers("scheduled_seconds", \.scheduledAt),
      numbers("first_token_seconds", \.firstTokenAt),
      numbers("finished_seconds") { Self.hasEnded($0) ? $0.finishedAt : .nan },
      numbers("queueing_seconds", \.queueing),
      numbers("ttft_seconds", \.ttft),
      ResultTable.Column(
        "tpot_seconds",
        .numbers(
          came.map { index in
            let record = rows[index]
            guard Self.hasEnded(record) else { return .nan }
            return record.tpot(outputTokens: Int(trace.outputTokens[index]))
          })),
      numbers("e2e_seconds") { Self.hasEnded($0) ? $0.e2e : .nan },
      integers("preemptions") { Int(rows[$0].preemptions) },
      integers("cached_tokens") { Int(rows[$0].cachedTokens) },
      integers("rejected") { rows[$0].isRejected ? 1 : 0 },
      integers("cancelled") { rows[$0].isCancelled ? 1 : 0 },
    ])
  }

  /// True for a request that has all its tokens.
  static func hasEnded(_ record: RequestRecord) -> Bool {
    !record.isRejected && !record.isCancelled && !record.finishedAt.isNaN
  }

  /// The steps that were kept, one row each; see `stepStride` for how many there are for one.
  public var stepTable: ResultTable {
    let rows = steps.values
    func numbers(_ name: String, _ value: (StepRecord) -> Double) -> ResultTable.Column {
      ResultTable.Column(name, .numbers(rows.map(value)))
    }
    func integers(_ name: String, _ value: (StepRecord) -> Int32) -> ResultTable.Column {
      ResultTable.Column(name, .integers(rows.map { Int(value($0)) }))
    }
    return ResultTable([
      integers("replica", \.replica), numbers("started_seconds", \.startedAt),
      numbers("ended_seconds", \.endedAt), integers("tokens", \.tokens),
      integers("decodes", \.decodes), integers("prefills", \.prefills),
      integers("used_blocks", \.usedBlocks), integers("waiting", \.waiting),
    ])
  }
}
