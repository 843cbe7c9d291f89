import Base

/// llama.cpp through its Python package's low-level interface, each figure in a process of its own.
enum LlamaPeer {
  /// What is measured, and by which file.
  enum Task: String {
    /// Prompt tokens read per second, 512 of them.
    case prefill
    /// Tokens per second of one sequence.
    case decode
    /// Tokens per second of 16 sequences together.
    case batch
    /// One token from a fresh process.
    case start
  }

  /// The peer for a task; the rate is what the process prints, for a start the process's own time.
  static func peer(_ task: Task, model: String, threads: Int) -> Peer {
    PythonPeers.peer("llama-cpp-python") { python in
      let run = try ChildRun.run([python, "-c", code, task.rawValue, model, "\(threads)"])
      if task == .start { return run.seconds }
      guard let rate = run.output.split(separator: "\n").last.flatMap({ Double($0) }) else {
        throw Problem("llama.cpp printed no figure: \(run.output)")
      }
      return rate
    }
  }

  /// What a process of it holds at most, without what Python itself takes.
  static func memory(model: String) -> Peer {
    PythonPeers.peer("llama-cpp-python") { python in
      try ChildRun.peakBytes(of: [python, "-c", code, "prefill", model, "1"])
        - ChildRun.peakBytes(of: [python, "-c", "import llama_cpp"])
    }
  }

  /// The same model in the format that llama.cpp has its fastest kernels for, made by itself once.
  static func requantised(_ model: String) throws -> String {
    let path = FileIO.directory(of: model) + "/bench-q4_0.gguf"
    if FileIO.size(path) != nil { return path }
    guard let python = PythonPeers.python else { return path }
    _ = try ChildRun.run([python, "-c", code, "requantise", model, path])
    return path
  }

  private static let code = """
    import ctypes, os, sys, time
    import llama_cpp as L
    task, model, last = sys.argv[1:4]
    quiet = L.llama_log_callback(lambda *a: None)
    L.llama_log_set(quiet, None)
    L.llama_backend_init()
    if task == "requantise":
        p = L.llama_model_quantize_default_params()
        p.ftype, p.allow_requantize, p.nthread = L.LLAMA_FTYPE_MOSTLY_Q4_0, True, 2
        status = L.llama_model_quantize(model.encode(), (last + ".new").encode(), p)
        if status == 0: os.rename(last + ".new", last)
        sys.exit(status)
    threads = int(last)
    m = L.llama_model_load_from_file(model.encode(), L.llama_model_default_params())
    c = L.llama_context_default_params()
    c.n_ctx, c.n_batch, c.n_ubatch, c.n_seq_max = 2048, 512, 512, 16 if task == "batch" else 1
    c.n_threads = c.n_threads_batch = threads
    ctx = L.llama_init_from_model(m, c)
    memory = L.llama_get_memory(ctx)
    batch = L.llama_batch_init(512, 0, 1)
    def put(rows):
        batch.n_tokens = len(rows)
        for i, (token, position, sequence, wanted) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, position, 1
            batch.seq_id[i][0], batch.logits[i] = sequence, wanted
        assert L.llama_decode(ctx, batch) == 0
        L.llama_synchronize(ctx)
    def prefill():
        L.llama_memory_clear(memory, True)
        start = time.perf_counter()
        put([(100 + i * 37 % 40000, i, 0, i == 511) for i in range(512)])
        return 512 / (time.perf_counter() - start)
    def decode(sequences, steps):
        L.llama_memory_clear(memory, True)
        start = time.perf_counter()
        for step in range(steps):
            put([(100 + (step * 16 + s) * 37 % 40000, step, s, True) for s in range(sequences)])
        return sequences * steps / (time.perf_counter() - start)
    if task == "start": decode(1, 5)
    elif task == "prefill":
        prefill(); print(max(prefill() for _ in range(2)))
    elif task == "decode":
        decode(1, 16); print(max(decode(1, 96) for _ in range(2)))
    elif task == "batch":
        decode(16, 4); print(max(decode(16, 24) for _ in range(2)))
    """
}
