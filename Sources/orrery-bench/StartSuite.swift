import Base
import Glibc

/// How long a person waits for the first prompt, on a real pseudo terminal.
struct StartSuite: Suite {
  let name = "start"
  let summary = "From starting the process to the first prompt, and to the end of `-e ''`."

  func cases() throws -> [Case] {
    let program = siblingProgram("orrery")
    return [
      Case("first prompt", .seconds, .atMost(0.050), rounds: 20) {
        try secondsToPrompt([program])
      },
      Case("empty chunk, start to exit", .seconds, .none, rounds: 20) {
        try ChildRun.run([program, "-e", ""]).seconds
      },
    ]
  }
}

/// Starts a program on a pseudo terminal and waits until it has written a prompt.
private func secondsToPrompt(_ command: [String]) throws -> Double {
  var (master, slave) = (Int32(-1), Int32(-1))
  var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
  guard openpty(&master, &slave, nil, nil, &size) == 0 else {
    throw Problem.system("open", "a pseudo terminal")
  }
  defer { close(master) }
  let name = FileIO.resolved("/proc/self/fd/\(slave)")
  _ = fcntl(master, F_SETFD, FD_CLOEXEC)
  close(slave)
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // Opened by the leader of a new session, so it becomes the controlling terminal.
  posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
  posix_spawn_file_actions_adddup2(&actions, 0, 1)
  posix_spawn_file_actions_adddup2(&actions, 0, 2)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  posix_spawnattr_setflags(&attributes, 0x80)  // POSIX_SPAWN_SETSID, a macro Swift does not see
  let start = secondsNow()
  let child = try ChildRun.spawn(command, ["TERM": "xterm-256color"], actions, attributes)
  defer {
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }
  return try awaitPrompt(master, start)
}

private func awaitPrompt(_ master: Int32, _ start: Double) throws -> Double {
  var seen: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while secondsNow() - start < 10 {
    var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 1000) > 0 else { continue }
    let count = read(master, &chunk, chunk.count)
    guard count > 0 else { break }
    seen += chunk[..<count]
    if plain(seen).hasSuffix("> ") { return secondsNow() - start }
  }
  throw Problem("no prompt came; seen: \(plain(seen))")
}

/// The text without escape sequences.
private func plain(_ bytes: [UInt8]) -> String {
  var kept: [UInt8] = []
  var rest = bytes[...]
  while let byte = rest.popFirst() {
    guard byte == 0x1B else {
      if byte >= 0x20 || byte == 0x0A { kept.append(byte) }
      continue
    }
    guard rest.popFirst() == UInt8(ascii: "[") else { continue }
    while let next = rest.popFirst(), !(0x40...0x7E).contains(next) {}
  }
  return String(decoding: kept, as: UTF8.self)
}
