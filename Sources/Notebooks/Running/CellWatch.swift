internal import Base
internal import Glibc
internal import Synchronization

/// Saves a notebook while one of its cells runs for long, from a thread of its own.
///
/// A process that is killed in the middle of such a cell leaves what the cell has shown. Saves here
/// and saves between cells never meet: a cell ends only when the save under way has ended.
final class CellWatch: Sendable {
  private struct Running {
    var notebook: Notebook
    let index: Int
    let store: OutputCollector.Store
    var lastSave: Double
  }

  private let running = Mutex<Running?>(nil)
  private let interval: Double
  private let save: @Sendable (Notebook) -> Void

  /// Creates a watch that saves at this interval, in seconds.
  init(interval: Double, save: @escaping @Sendable (Notebook) -> Void) {
    self.interval = interval
    self.save = save
  }

  /// A cell begins; the notebook is as it was before it.
  func begin(_ notebook: Notebook, _ index: Int, _ store: OutputCollector.Store) {
    running.withLock {
      $0 = Running(
        notebook: notebook, index: index, store: store, lastSave: Stopwatch.seconds(CLOCK_MONOTONIC)
      )
    }
  }

  /// The cell has ended.
  func end() { running.withLock { $0 = nil } }

  /// Does something while a thread looks after the cells that run meanwhile.
  func watching<Result>(_ body: () throws(Problem) -> Result) throws(Problem) -> Result {
    let ticker = Ticker(interval: interval / 5) { self.tick() }
    defer { ticker?.stop() }
    return try body()
  }

  private func tick() {
    running.withLock { running in
      let now = Stopwatch.seconds(CLOCK_MONOTONIC)
      guard var cell = running, now - cell.lastSave >= interval else { return }
      cell.lastSave = now
      running = cell
      cell.notebook.cells[cell.index].outputs = cell.store.copy.outputs
      cell.notebook.cells[cell.index].executionCount = nil
      cell.notebook.cells[cell.index].runStatus = "running"
      save(cell.notebook)
    }
  }
}

/// Calls something again and again on a thread of its own that no signal reaches.
private final class Ticker: Sendable {
  private let thread: pthread_t
  /// Closing it ends the thread.
  private let stopWriter: Int32
  private let stopReader: Int32

  /// What the thread needs; it lives as long as the thread.
  private final class Task: Sendable {
    let stopReader: Int32
    let milliseconds: Int32
    let tick: @Sendable () -> Void

    init(stopReader: Int32, milliseconds: Int32, tick: @escaping @Sendable () -> Void) {
      self.stopReader = stopReader
      self.milliseconds = milliseconds
      self.tick = tick
    }

    func run() {
      while true {
        var stop = pollfd(fd: stopReader, events: Int16(POLLIN), revents: 0)
        if poll(&stop, 1, milliseconds) != 0 { return }
        tick()
      }
    }
  }

  /// Starts the thread; nil when the system gives none.
  init?(interval: Double, tick: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    // A program that a cell starts must not hold the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let task = Task(
      stopReader: ends[0], milliseconds: Int32(max(1, min(interval * 1000, 60_000))), tick: tick)
    // The thread inherits the mask: interrupts stay with the thread that runs the language.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    var made = pthread_t()
    let status = pthread_create(
      &made, nil,
      { raw in
        raw.map { Unmanaged<Task>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(task).toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard status == 0 else {
      Unmanaged.passUnretained(task).release()
      for end in ends { close(end) }
      return nil
    }
    (thread, stopReader, stopWriter) = (made, ends[0], ends[1])
  }

  /// Ends the thread and waits for it.
  func stop() {
    close(stopWriter)
    pthread_join(thread, nil)
    close(stopReader)
  }
}
