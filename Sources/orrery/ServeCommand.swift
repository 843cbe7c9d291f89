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
      "Routes: GET /v1/models, POST /v1/completions, POST /v1/chat/completions, POST /v1/embeddings,\n"
      + "POST /tokenize, POST /detokenize, GET /health, GET /metrics (vLLM's names).\n"
      + "Token numbers in place of a text are taken as they stand, without marks or prefixes around them.\n"
      + "^C or SIGTERM takes no more requests and finishes those that run.",
    usage: [
      "serve [--model NAME|PATH] [--embedding-model NAME|PATH] [--host ADDRESS] [--port N]"
    ],
    options: ServeCommand.options,
    run: { words throws(Problem) in try ServeCommand(words).run() })
}

/// `orrery serve`: a model behind HTTP until a signal comes.
struct ServeCommand {
  static let options: [CommandOption] = [
    CommandOption(
      "model",
      "what writes texts, by default smollm2-135m-instruct; one that embeds is served alone",
      value: "NAME", letter: "m"),
    CommandOption(
      "embedding-model", "what embeds texts, as all-minilm-l6-v2; by default nothing does",
      value: "NAME"),
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
    if let threads = try arguments.integer("threads", in: 1...1024) {
      ComputeThreads.set(threads)
    }
    let (options, limits) = (try serviceOptions(), try limits())
    let seconds = try arguments.number("drain-seconds") ?? 30
    let port = try arguments.integer("port", in: 0...65_535) ?? 8000
    let models = try ServedModels(
      text: arguments.value("model"), embedding: arguments.value("embedding-model"),
      shownAs: arguments.value("name"), options)
    let service = OpenAIService(
      models.language, embedder: models.embedder, apiKeys: arguments.all("api-key"),
      mostWaiting: options.mostWaiting)
    defer { service.close() }
    defer { models.engines?.shutdown(.fail) }
    let host = arguments.value("host") ?? "127.0.0.1"
    let server = try HTTPServer(
      host: host, port: port, limits: limits, handler: { service.handle($0, $1) })
    note("\(models.names) at http://\(host):\(server.port)/v1 (^C ends)")
    let first = signals.wait()
    note("\(first), finishing what runs")
    server.stopListening()
    service.stop()
    drain(seconds, signals) {
      service.outstandingEmbeddings > 0
        || models.engines?.statistics.replicas.contains { $0.outstanding > 0 } ?? false
    }
    // What is left fails, and its clients are told so before the server is gone.
    models.engines?.shutdown(.fail)
    service.close()
    server.stop()
    return ExitStatus.success
  }

  /// Lets what runs end, until the time is over or another signal comes.
  private func drain(_ seconds: Double, _ signals: StopSignals, while isBusy: () -> Bool) {
    var left = seconds
    while left > 0, isBusy() {
      if signals.wait(seconds: 0.05) != nil { break }
      left -= 0.05
    }
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

/// The models that a server was asked to serve.
private struct ServedModels {
  private(set) var engines: EngineService?
  private(set) var language: EngineModel?
  private(set) var embedder: EmbedderModel?

  init(
    text: String?, embedding: String?, shownAs name: String?, _ options: EngineService.Options
  ) throws(Problem) {
    let store = ModelStore()
    let wanted = text ?? "smollm2-135m-instruct"
    let path = try store.find(wanted)
    guard let use = ModelUse(path: path) else {
      throw Problem(
        "--model \(wanted): \(path) is no model",
        fix: "give a .gguf file, an embedder, or a name that orrery models list shows",
        kind: .usage)
    }
    if use == .embedding {
      guard embedding == nil else {
        throw Problem(
          "--model \(wanted) embeds texts, and --embedding-model names another",
          fix: "give --model a model that writes texts, or leave one of the two out", kind: .usage)
      }
      embedder = EmbedderModel(try Embedder(path: path), name: name ?? wanted)
      return
    }
    if let embedding {
      let place = try store.find(embedding)
      guard ModelUse(path: place) != .text else {
        throw Problem(
          "--embedding-model \(embedding) writes texts and embeds none",
          fix: "all-minilm-l6-v2 and multilingual-e5-small embed", kind: .usage)
      }
      embedder = EmbedderModel(try Embedder(path: place), name: embedding)
    }
    let service = try EngineService(try Engine(path: path), options)
    engines = service
    language = EngineModel(service, name: name ?? wanted)
  }

  /// The models' names, for a person.
  var names: String {
    [language?.name, embedder?.name].compactMap { $0 }.joined(separator: " and ")
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
