import Base
import Glibc

/// One run of another program, to its end, with both of its streams.
struct ToolRun {
  let status: Int32
  let output: String

  /// Runs a program without a shell and with nothing on standard input.
  init(_ command: [String]) throws(Problem) {
    var pipes: [Int32] = [0, 0]
    guard pipe(&pipes) == 0 else { throw .system("start", command[0]) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(pipes[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 2)
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
    close(pipes[1])
    guard code == 0 else {
      throw Problem(
        "cannot start \(command[0]): \(String(cString: strerror(code)))",
        fix: "install it and try again", kind: .missing)
    }
    let bytes = try FileIO.readAll(from: pipes[0], name: command[0])
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    // The exit status stands in the second byte; a signal in the first makes it a failure.
    self.status = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    output = String(decoding: bytes, as: UTF8.self)
  }
}
