import Base
import Glibc
import Inference

/// Metrics in the text form that Prometheus reads, under vLLM's names; an engine is a replica.
struct PrometheusText {
  /// A replica with what its lines are labelled by.
  private struct Source {
    let model: String
    let engine: Int
    let statistics: ServiceStatistics
  }

  private let sources: [Source]
  private var lines: [String] = []

  static let type = "text/plain; version=0.0.4; charset=utf-8"

  /// Writes everything down.
  static func write(_ models: [(model: String, replicas: [ServiceStatistics])]) -> String {
    var text = PrometheusText(
      models.flatMap { model, replicas in
        replicas.enumerated().map { Source(model: model, engine: $0, statistics: $1) }
      })
    text.addState()
    text.addCounters()
    text.addHistograms()
    text.addProcess()
    return text.lines.joined(separator: "\n") + "\n"
  }

  private init(_ sources: [Source]) { self.sources = sources }

  private mutating func addState() {
    gauge("num_requests_running", "Number of requests in model execution batches.") {
      Double($0.running)
    }
    gauge("num_requests_waiting", "Number of requests waiting to be processed.") {
      Double($0.waiting)
    }
    gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", \.occupancy)
  }

  private mutating func addCounters() {
    let counters: [(String, String, KeyPath<ServiceStatistics.Counts, Int>)] = [
      ("num_preemptions", "Cumulative number of preemption from the engine.", \.preemptions),
      (
        "prefix_cache_queries", "Prefix cache queries, in number of queried tokens.", \.promptTokens
      ),
      ("prefix_cache_hits", "Prefix cache hits, in number of cached tokens.", \.cachedTokens),
      ("prompt_tokens", "Number of prefill tokens processed.", \.promptTokens),
      ("generation_tokens", "Number of generation tokens processed.", \.generatedTokens),
    ]
    for (name, help, path) in counters {
      head(name + "_total", "counter", help)
      for source in sources {
        add(name + "_total", source, "", Double(source.statistics.counts[keyPath: path]))
      }
    }
    head("request_success_total", "counter", "Count of successfully processed requests.")
    for source in sources {
      let counts = source.statistics.counts
      let ends = [
        ("stop", counts.stopped), ("length", counts.ended), ("abort", counts.cancelled),
        ("error", counts.failed),
      ]
      for (reason, count) in ends {
        add("request_success_total", source, "finished_reason=\"\(reason)\"", Double(count))
      }
    }
  }

  private mutating func addHistograms() {
    let histograms: [(String, String, KeyPath<ServiceStatistics, BoundedHistogram>)] = [
      ("time_to_first_token_seconds", "Time to first token in seconds.", \.ttft),
      ("inter_token_latency_seconds", "Inter-token latency in seconds.", \.interToken),
      ("time_per_output_token_seconds", "Time per output token in seconds.", \.interToken),
      ("request_time_per_output_token_seconds", "Time per output token by request.", \.tpot),
      ("e2e_request_latency_seconds", "End to end request latency in seconds.", \.e2e),
      ("request_queue_time_seconds", "Time spent in the waiting phase.", \.queueing),
      ("request_prefill_time_seconds", "Time spent in the prefill phase.", \.prefill),
      ("request_decode_time_seconds", "Time spent in the decode phase.", \.decode),
      ("request_prompt_tokens", "Number of prefill tokens processed.", \.promptTokens),
      ("request_generation_tokens", "Number of generation tokens processed.", \.answerTokens),
      ("iteration_tokens_total", "Number of tokens per engine step.", \.stepTokens),
    ]
    for (name, help, path) in histograms {
      head(name, "histogram", help)
      for source in sources { add(name, source, source.statistics[keyPath: path]) }
    }
  }

  private mutating func addProcess() {
    guard let bytes = try? FileIO.read("/proc/self/statm") else { return }
    let pages = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard pages.count > 1, let resident = Int(pages[1]) else { return }
    lines.append("# HELP process_resident_memory_bytes Resident memory size in bytes.")
    lines.append("# TYPE process_resident_memory_bytes gauge")
    lines.append("process_resident_memory_bytes \(resident * sysconf(Int32(_SC_PAGESIZE)))")
  }

  // MARK: Lines

  private mutating func gauge(
    _ name: String, _ help: String, _ value: (ServiceStatistics) -> Double
  ) {
    head(name, "gauge", help)
    for source in sources { add(name, source, "", value(source.statistics)) }
  }

  private mutating func head(_ name: String, _ kind: String, _ help: String) {
    lines.append("# HELP vllm:\(name) \(help)")
    lines.append("# TYPE vllm:\(name) \(kind)")
  }

  private mutating func add(_ name: String, _ source: Source, _ more: String, _ value: Double) {
    var labels = "engine=\"\(source.engine)\",model_name=\"\(Self.escaped(source.model))\""
    if !more.isEmpty { labels += "," + more }
    lines.append("vllm:\(name){\(labels)} \(value)")
  }

  private mutating func add(_ name: String, _ source: Source, _ histogram: BoundedHistogram) {
    var total = 0
    for (bound, count) in zip(histogram.bounds, histogram.counts) {
      total += count
      add(name + "_bucket", source, "le=\"\(bound)\"", Double(total))
    }
    add(name + "_bucket", source, "le=\"+Inf\"", Double(histogram.count))
    add(name + "_count", source, "", Double(histogram.count))
    add(name + "_sum", source, "", histogram.sum)
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result
  }
}
