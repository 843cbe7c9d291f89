import Base
import Glibc

/// Seconds on a clock that only goes forward.
func secondsNow() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Measures how many seconds something takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = secondsNow()
  try body()
  return secondsNow() - start
}

/// Measures how many seconds of processor time this thread spends on something.
///
/// For one thread that never waits this is what a stopwatch shows on an idle machine, and it stays
/// so on a busy one.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  try body()
  return now() - start
}

/// Keeps the optimiser from dropping a result.
@inline(never) @_semantics("optimize.no.crossmodule")
func keep<Value>(_ value: Value) {}

/// A child process and what it cost.
struct ChildRun {
  let seconds: Double
  /// The largest resident set of the child or of a descendant it waited for.
  let peakBytes: Double
  let status: Int32
  let output: String

  /// Runs a program to its end with its output collected; a status other than 0 is an error.
  static func run(_ command: [String], environment: [String: String] = [:]) throws -> ChildRun {
    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw Problem.system("open", "a pipe") }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
    let start = secondsNow()
    let child = try spawn(command, environment, actions, nil)
    close(pipe[1])
    let bytes = try FileIO.readAll(from: pipe[0], name: command[0])
    close(pipe[0])
    var (status, usage) = (Int32(0), rusage())
    while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
    let run = ChildRun(
      seconds: secondsNow() - start, peakBytes: Double(usage.ru_maxrss) * 1024, status: status,
      output: String(decoding: bytes, as: UTF8.self))
    guard status == 0 else {
      let tail = run.output.split(separator: "\n").suffix(5).joined(separator: "\n")
      throw Problem("\(command.joined(separator: " ")) ended with status \(status): \(tail)")
    }
    return run
  }

  /// What a program holds at most.
  ///
  /// A process begins with the resident set of the one that starts it in its record, so a fresh copy of
  /// this program, which holds next to nothing, does it.
  static func peakBytes(of command: [String]) throws -> Double {
    let output = try run([FileIO.resolved("/proc/self/exe"), "peak"] + command).output
    guard let bytes = output.split(separator: "\n").last.flatMap({ Double($0) }) else {
      throw Problem("no figure in: \(output)")
    }
    return bytes
  }

  /// Starts a program with this process's environment and some variables more.
  static func spawn(
    _ command: [String], _ environment: [String: String],
    _ actions: posix_spawn_file_actions_t, _ attributes: posix_spawnattr_t?
  ) throws -> pid_t {
    var variables = ProcessEnvironment.all.merging(environment) { $1 }.map { "\($0)=\($1)" }
    variables.sort()
    let (arguments, values) = (command.map { strdup($0) }, variables.map { strdup($0) })
    defer { for text in arguments + values { free(text) } }
    var (actions, child) = (actions, pid_t())
    let code: Int32
    if var attributes {
      code = posix_spawnp(
        &child, command[0], &actions, &attributes, arguments + [nil], values + [nil])
    } else {
      code = posix_spawnp(&child, command[0], &actions, nil, arguments + [nil], values + [nil])
    }
    guard code == 0 else {
      throw Problem("cannot start \(command[0]): \(String(cString: strerror(code)))")
    }
    return child
  }
}

/// The environment as a dictionary.
enum ProcessEnvironment {
  static var all: [String: String] {
    var all: [String: String] = [:]
    var position = 0
    while let entry = environ[position] {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        all[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      position += 1
    }
    return all
  }
}

/// A folder for one suite's files.
func temporaryFolder(_ name: String) throws -> String {
  let path = "\(ProcessEnvironment.all["TMPDIR"] ?? "/tmp")/orrery-bench-\(name)-\(getpid())"
  try FileIO.makeDirectory(path)
  return path
}

/// The program built beside this one.
func siblingProgram(_ name: String) -> String {
  FileIO.directory(of: FileIO.resolved("/proc/self/exe")) + "/" + name
}

/// Programs in Python that other people wrote, installed by `scripts/bench` into its cache.
enum PythonPeers {
  /// The interpreter that has them, where `ORRERY_PEERS` names its environment.
  static var python: String? {
    guard let folder = ProcessEnvironment.all["ORRERY_PEERS"] else { return nil }
    let path = "\(folder)/bin/python"
    return FileIO.exists(path) ? path : nil
  }

  /// The version of an installed package; nothing when it is not there.
  static func version(_ package: String) -> String? {
    guard let python else { return nil }
    let code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    let run = try? ChildRun.run([python, "-c", code, package])
    return run?.output.split(separator: "\n").last.map(String.init)
  }

  /// A peer that is a Python package; `measure` gets the interpreter's path.
  static func peer(
    _ package: String, measure: @escaping (_ python: String) throws -> Double
  ) -> Peer {
    guard let python, let version = version(package) else { return .missing(package) }
    return Peer(package, version: version) { try measure(python) }
  }
}

/// A process that computes until it is ended, so that something else wants a core.
final class BusyProcess {
  private let child: pid_t

  init() throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    child = try ChildRun.spawn(["sh", "-c", "while :; do :; done"], [:], actions, nil)
  }

  func end() {
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }
}
