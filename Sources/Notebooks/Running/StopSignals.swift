internal import Base
internal import Glibc
internal import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into an interruption of the cell that runs.
///
/// The first stops the cell, or the next one where none runs, so that the run can save and end; the
/// third ends the process at once.
enum StopSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]
  // Written only while no handler is installed; the handler only reads it.
  nonisolated(unsafe) private static var session: Session?
  private static let count = Atomic<Int>(0)

  /// Does something while signals stop the session; without one they are counted only.
  static func watching<Result>(
    _ session: Session? = nil, _ body: () throws(Problem) -> Result
  ) throws(Problem) -> Result {
    self.session = session
    count.store(0, ordering: .sequentiallyConsistent)
    unblock()
    var old: [sigaction] = []
    for number in numbers { old.append(install(number)) }
    defer {
      for (number, action) in zip(numbers, old) {
        var action = action
        sigaction(number, &action, nil)
      }
      self.session = nil
      count.store(0, ordering: .sequentiallyConsistent)
    }
    return try body()
  }

  /// How many signals have come.
  static var arrivals: Int { count.load(ordering: .sequentiallyConsistent) }

  // A parent that starts programs from a worker thread hands its blocked signals down.
  private static func unblock() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func install(_ number: Int32) -> sigaction {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in StopSignals.handle() }
    var old = sigaction()
    sigaction(number, &action, &old)
    return old
  }

  private static func handle() {
    let before = count.add(1, ordering: .sequentiallyConsistent).oldValue
    if before >= 2 { _exit(130) }
    session?.interrupt()
  }
}
