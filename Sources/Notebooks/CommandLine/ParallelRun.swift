internal import Base
internal import Glibc

/// Runs several notebooks at once, each in a process of its own, as a directory and signals belong
/// to a process.
///
/// The processes tell what happens by the events of `--progress json`; what people see of it is
/// written here, a whole line or a whole report at a time.
struct ParallelRun {
  private let run: RunOfFiles
  private let jobs: Int
  private let options: [String]

  init(_ run: RunOfFiles, _ parsed: ParsedOptions, jobs: Int) {
    self.run = run
    self.jobs = jobs > 0 ? jobs : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let own: Set = ["jobs", "progress", "stream-output", "junit", "summary"]
    options = parsed.optionWords(leavingOut: own) + ["--progress=json"]
  }

  /// Runs the files; the status is the highest of all, as when they run one by one.
  func run(_ files: [String]) throws(Problem) -> Int32 {
    try StopSignals.watching { () throws(Problem) in
      var waiting = files[...]
      var running: [ChildRun] = []
      var ended: [ChildRun] = []
      while !waiting.isEmpty && StopSignals.arrivals == 0 || !running.isEmpty {
        while running.count < jobs, StopSignals.arrivals == 0, let file = waiting.popFirst() {
          running.append(try ChildRun(file, options: options, shownBy: run))
        }
        for child in running { child.passSignals(StopSignals.arrivals) }
        ChildRun.listen(to: running)
        ended += running.filter(\.hasEnded)
        running.removeAll(where: \.hasEnded)
      }
      return try finish(ended, files)
    }
  }

  private func finish(_ ended: [ChildRun], _ files: [String]) throws(Problem) -> Int32 {
    let reports = files.compactMap { file in ended.first { $0.file == file }?.report }
    try run.settings.writeDocuments(reports)
    if StopSignals.arrivals > 0 { return 130 }
    return ended.map(\.status).max() ?? 0
  }
}

/// One notebook that runs in a process of its own.
final class ChildRun {
  let file: String
  /// How it went, once it has said so or is gone.
  private(set) var report: RunReport?
  private(set) var hasEnded = false
  /// Its exit status, once it has ended.
  private(set) var status: Int32 = 0

  private let owner: RunOfFiles
  private let progress: RunProgress
  private let showsOutput: Bool
  private let process: pid_t
  private let pipe: Int32
  private var pending: [UInt8] = []
  private var passedSignals = 0
  /// The cell that runs, and what it has shown.
  private var cell: CellReport?
  private var shown = ""

  /// Starts the process.
  init(_ file: String, options: [String], shownBy owner: RunOfFiles) throws(Problem) {
    self.file = file
    self.owner = owner
    showsOutput = NotebookForm(path: file).map(owner.showsOutput) ?? false
    let context = owner.context
    progress = RunProgress(
      mode: [.none, .json].contains(owner.mode) ? .none : .plain, showsOutput: false,
      prefix: "\(FileIO.name(of: file)) ", put: { context.writeError(Array($0.utf8)) },
      putOutput: context.write)
    let words = ["orrery", "notebook", "run"] + options + ["--", file]
    (process, pipe) = try ChildRun.start(words, takesInput: file == "-")
  }

  // MARK: The process

  private static func start(_ words: [String], takesInput: Bool) throws(Problem) -> (pid_t, Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw .system("open", "a pipe") }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if !takesInput { posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addclose(&actions, ends[1])
    // In a group of its own, so that a signal comes once: from here.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let code = posix_spawn(
      &process, "/proc/self/exe", &actions, &attributes, &arguments, environ)
    guard code == 0 else {
      close(ends[0])
      errno = code
      throw .system("start", "another orrery")
    }
    return (process, ends[0])
  }

  /// Hands on the signals that have come since the last time.
  func passSignals(_ count: Int) {
    while passedSignals < count {
      passedSignals += 1
      kill(process, passedSignals < 3 ? SIGINT : SIGKILL)
    }
  }

  /// Waits a moment for any of the processes to say something or to end.
  static func listen(to children: [ChildRun]) {
    var descriptors = children.map { pollfd(fd: $0.pipe, events: Int16(POLLIN), revents: 0) }
    guard poll(&descriptors, nfds_t(descriptors.count), 100) >= 0 else { return }
    for (child, descriptor) in zip(children, descriptors) {
      child.listen(hasNews: descriptor.revents != 0)
    }
  }

  private func listen(hasNews: Bool) {
    // What a cell started in the background may hold the pipe, so its end alone says little.
    let isOver = !hasNews && hasExited
    if hasNews {
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(pipe, &chunk, chunk.count)
      if count > 0 { return take(chunk[..<count]) }
      if count < 0 { return }
      _ = wait(options: 0)
    }
    if hasNews || isOver { finish() }
  }

  private var hasExited: Bool { wait(options: WNOHANG) }

  /// Collects the process; true when it has ended.
  private func wait(options: Int32) -> Bool {
    var word: Int32 = 0
    var result = waitpid(process, &word, options)
    while result < 0, errno == EINTR { result = waitpid(process, &word, options) }
    guard result == process else { return false }
    let signal = word & 0x7F
    status = signal == 0 ? word >> 8 & 0xFF : 128 + signal
    return true
  }

  private func finish() {
    hasEnded = true
    close(pipe)
    if !pending.isEmpty { take(line: pending[...]) }
    guard report == nil, status > 128 else { return }
    // Killed from outside or by the system: its cell is the one that did not survive.
    var lost = cell ?? CellReport(index: 0, id: nil, tags: [])
    lost.status = status == 130 ? .interrupted : .failed
    lost.message = "the process ended by signal \(status - 128)"
    var report = RunReport(name: file)
    report.cells = [lost]
    self.report = report
    owner.finish(report)
  }

  // MARK: What it says

  private func take(_ bytes: ArraySlice<UInt8>) {
    pending += bytes
    var rest = pending[...]
    while let end = rest.firstIndex(of: 0x0A) {
      take(line: rest[..<end])
      rest = rest[(end + 1)...]
    }
    pending = Array(rest)
  }

  private func take(line: ArraySlice<UInt8>) {
    guard line.first == UInt8(ascii: "{"),
      let object = (try? JSONValue(parsing: Array(line)))?.object,
      let name = object["event"]?.string
    else { return owner.context.note(String(decoding: line, as: UTF8.self)) }
    if name == "report" {
      report = RunReport(json: object)
      if owner.mode != .json { report.map(owner.finish) }
    } else {
      take(event: name, object)
    }
    if owner.mode == .json { passOn(object) }
  }

  private func take(event name: String, _ object: JSONObject) {
    switch name {
    case "start":
      cell = CellReport(
        index: (object["cell"]?.integer ?? 1) - 1, id: object["id"]?.string, tags: [])
      shown = ""
    case "end":
      if let cell = CellReport(json: object) {
        progress.cellEnded(
          cell, place: (object["place"]?.integer ?? 1) - 1, of: object["of"]?.integer ?? 1)
      }
      show()
    case "output": shown += object["text"]?.string ?? ""
    case "display", "result": shown += (object["text"]?.string ?? "") + "\n"
    default: break
    }
  }

  /// Shows all that the cell has shown in one piece.
  private func show() {
    guard showsOutput, !shown.isEmpty else { return }
    owner.context.write(Array((shown.hasSuffix("\n") ? shown : shown + "\n").utf8))
    shown = ""
  }

  private func passOn(_ event: JSONObject) {
    var event = event
    event["file"] = .string(file)
    owner.context.note(JSONValue.object(event).formatted())
  }
}
