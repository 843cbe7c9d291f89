import Glibc

/// Runs another program to its end and collects what it prints.
public enum ChildProcess {
  /// How a program ended and what it printed.
  public struct Result: Sendable {
    /// The exit status; 128 and more where a signal ended it.
    public let status: Int32
    /// Both of its streams, in the order of writing.
    public let output: String
  }

  /// Runs a program found on the path, without a shell and with nothing on standard input.
  ///
  /// - Throws: A problem of kind `missing` where the program cannot be started.
  public static func run(_ command: [String]) throws(Problem) -> Result {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw .system("start", command[0]) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipes[0]) }
    let started = start(command, output: pipes[1])
    close(pipes[1])
    let child = try started.get()
    let output = try FileIO.readAll(from: pipes[0], name: command[0])
    return Result(status: wait(for: child), output: String(decoding: output, as: UTF8.self))
  }

  private static func start(
    _ command: [String], output: Int32
  ) -> Swift.Result<pid_t, Problem> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
    guard code == 0 else {
      return .failure(
        Problem(
          "cannot start \(command[0]): \(String(cString: strerror(code)))",
          fix: "install it and try again", kind: .missing))
    }
    return .success(child)
  }

  private static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    // The exit status stands in the second byte; a signal in the first makes it a failure.
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
