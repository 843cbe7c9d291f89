import Base
import Glibc
import Inference
import Service
import Serving
import Tensors

extension Command {
  static let serve: Command = Command(
    "serve", "serve a model over HTTP, as OpenAI's clients expect it",
    detail:
      "Routes: GET /v1/models, POST /v1/completions, POST /v1/chat/completions, GET /health,\n"
      + "GET /metrics (vLLM's names). ^C or SIGTERM takes no more requests and finishes those that run.",
    usage: ["serve [--model NAME|PATH] [--host ADDRESS] [--port N]"],
    options: ServeCommand.options,
    run: { words throws(Problem) in try ServeCommand(words).run() })
}

/// `orrery serve`: a model behind HTTP until a signal comes.
struct ServeCommand {
  static let options: [CommandOption] = [
    CommandOption(
      "model", "the model; by default smollm2-135m-instruct", value: "NAME", letter: "m"),
    CommandOption("name", "the name that requests ask for; by default the model's", value: "NAME"),
    CommandOption(
      "host", "the address; by default 127.0.0.1, this machine alone", value: "ADDRESS"),
    CommandOption(
      "port", "the port; by default 8000, 0 for any that is free", value: "N", letter: "p"),
    CommandOption("replicas", "copies that run side by side; by default 1", value: "N"),
    CommandOption(
      "scheduler", "what decides the steps; by default vllm-v1", value: "NAME",
      choices: SchedulerKind.catalog.names),
    CommandOption("step-tokens", "the most tokens of a step; by default 256", value: "N"),
    CommandOption("max-running", "the most requests in a step; by default 64", value: "N"),
    CommandOption("max-waiting", "the most requests that wait; by default 256", value: "N"),
    CommandOption("kv-blocks", "KV blocks of 16 tokens; by default 4096", value: "N"),
    CommandOption(
      "api-key", "a key that clients must send; may be given more than once", value: "KEY"),
    CommandOption(
      "drain-seconds", "how long requests may finish at the end; by default 30", value: "N"),
    CommandOption("max-body", "the largest body of a request; by default 4MiB", value: "SIZE"),
    CommandOption("max-connections", "the most connections at once; by default 1024", value: "N"),
    CommandOption("threads", "threads for tensors; by default one a core", value: "N"),
    CommandOption("quiet", "say nothing unless something fails", letter: "q"),
  ]

  private let arguments: ParsedOptions

  init(_ words: [String]) throws(Problem) {
    arguments = try ParsedOptions(words, options: Self.options)
    if let word = arguments.words.first {
      throw Problem("serve takes no word \"\(word)\"", fix: "--model names the model", kind: .usage)
    }
  }

  func run() throws(Problem) -> Int32 {
    let signals = StopSignals()
    let wanted = arguments.value("model") ?? "smollm2-135m-instruct"
    let path = try ModelStore().find(wanted)
    if let threads = try arguments.integer("threads", in: 1...1024) {
      ComputeThreads.set(threads)
    }
    let engine = try Engine(path: path)
    let engines = try EngineService(engine, try serviceOptions())
    let model = EngineModel(engines, name: arguments.value("name") ?? wanted)
    let service = OpenAIService(model, apiKeys: arguments.all("api-key"))
    let host = arguments.value("host") ?? "127.0.0.1"
    let server = try HTTPServer(
      host: host, port: try arguments.integer("port", in: 0...65_535) ?? 8000, limits: try limits(),
      handler: { service.handle($0, $1) })
    note("\(model.name) at http://\(host):\(server.port)/v1 (^C ends)")
    let first = signals.wait()
    note("\(first), finishing what runs")
    server.stopListening()
    service.stop()
    drain(engines, seconds: try arguments.number("drain-seconds") ?? 30, signals)
    server.stop()
    return ExitStatus.success
  }

  /// Lets what runs end, until the time is over or another signal comes.
  private func drain(_ engines: EngineService, seconds: Double, _ signals: StopSignals) {
    var left = seconds
    while left > 0, engines.statistics.replicas.contains(where: { $0.outstanding > 0 }) {
      if signals.wait(seconds: 0.05) != nil { break }
      left -= 0.05
    }
    engines.shutdown(.fail)
  }

  private func serviceOptions() throws(Problem) -> EngineService.Options {
    var options = EngineService.Options()
    options.replicas = try arguments.integer("replicas", in: 1...64) ?? 1
    options.blocks = try arguments.integer("kv-blocks", in: 1...1 << 24) ?? 4096
    options.mostWaiting = try arguments.integer("max-waiting", in: 0...1 << 20) ?? 256
    if let name = arguments.value("scheduler") {
      options.scheduler = try SchedulerKind.catalog[name].make(SchedulerOptions())
    }
    options.limits = Batcher.Limits(
      running: try arguments.integer("max-running", in: 1...4096) ?? 64,
      stepTokens: try arguments.integer("step-tokens", in: 1...1 << 16) ?? 256)
    return options
  }

  private func limits() throws(Problem) -> HTTPLimits {
    var limits = HTTPLimits()
    if let bytes = try arguments.bytes("max-body") { limits.bodyBytes = bytes.count }
    if let count = try arguments.integer("max-connections", in: 1...1 << 16) {
      limits.connections = count
    }
    return limits
  }

  private func note(_ text: String) {
    if !arguments.has("quiet") { Output.note(text) }
  }
}

/// The signals that end a server, taken one by one by the main thread.
private struct StopSignals {
  private var set = sigset_t()

  /// Keeps the signals from ending the process; threads made from now on do not see them.
  init() {
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for a signal and gives its name.
  func wait() -> String {
    while true {
      if let name = wait(seconds: 3600) { return name }
    }
  }

  /// Waits so long at most.
  func wait(seconds: Double) -> String? {
    var set = set
    var limit = timespec(
      tv_sec: Int(seconds), tv_nsec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9))
    switch sigtimedwait(&set, nil, &limit) {
    case SIGINT: return "interrupted"
    case SIGTERM: return "terminated"
    default: return nil
    }
  }
}
