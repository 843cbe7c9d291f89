/// What a simulator reads and writes at every event.
struct SimulatorCore {
  var now = 0.0
  var eventCount = 0
  var current: ProcessID?
  var processCount = 0
  var queue = EventQueue()
  var rows = ProcessTable()
  var details: ContiguousArray<ProcessDetail> = []
  var freeSlots: [UInt32] = []
  var actions: ContiguousArray<(() -> Void)?> = []
  var freeActions: [UInt32] = []
  var conditions: [ConditionWaiter] = []
  var breakpoints: [Breakpoint] = []
  var stopRequest: StopReason?
  var resumeProcess: ((ProcessID, Wake) -> Void)?
  // One flag for both, so that a switch asks once whether anyone looks on.
  var isWatched = false
  var tracer: ((TraceRecord) -> Void)? {
    didSet { isWatched = tracer != nil || timeline != nil }
  }
  var timeline: Timeline? {
    didSet { isWatched = tracer != nil || timeline != nil }
  }
}

extension Simulator {
  /// The virtual time in seconds.
  public internal(set) var now: Double {
    get { core.pointee.now }
    set { core.pointee.now = newValue }
  }

  /// How many events have happened.
  public internal(set) var eventCount: Int {
    get { core.pointee.eventCount }
    set { core.pointee.eventCount = newValue }
  }

  /// The process that runs now.
  public internal(set) var current: ProcessID? {
    get { core.pointee.current }
    set { core.pointee.current = newValue }
  }

  /// How many processes have not ended.
  public internal(set) var processCount: Int {
    get { core.pointee.processCount }
    set { core.pointee.processCount = newValue }
  }

  /// Resumes processes that were spawned without a body of their own; set it before a run.
  public var resumeProcess: ((ProcessID, Wake) -> Void)? {
    get { core.pointee.resumeProcess }
    set { core.pointee.resumeProcess = newValue }
  }

  /// Takes one record for everything that happens; nil costs nothing.
  public var tracer: ((TraceRecord) -> Void)? {
    get { core.pointee.tracer }
    set { core.pointee.tracer = newValue }
  }

  /// Where spans are drawn while it is set.
  public var timeline: Timeline? {
    get { core.pointee.timeline }
    set { core.pointee.timeline = newValue }
  }

  var stopRequest: StopReason? {
    get { core.pointee.stopRequest }
    set { core.pointee.stopRequest = newValue }
  }

  var queue: EventQueue {
    _read { yield core.pointee.queue }
    _modify { yield &core.pointee.queue }
  }

  /// The first of the rows; it moves when a process is added.
  var rows: UnsafeMutablePointer<ProcessRow> { core.pointee.rows.first }

  var rowCount: Int { core.pointee.rows.count }

  var details: ContiguousArray<ProcessDetail> {
    _read { yield core.pointee.details }
    _modify { yield &core.pointee.details }
  }

  var freeSlots: [UInt32] {
    _read { yield core.pointee.freeSlots }
    _modify { yield &core.pointee.freeSlots }
  }

  var actions: ContiguousArray<(() -> Void)?> {
    _read { yield core.pointee.actions }
    _modify { yield &core.pointee.actions }
  }

  var freeActions: [UInt32] {
    _read { yield core.pointee.freeActions }
    _modify { yield &core.pointee.freeActions }
  }

  var conditions: [ConditionWaiter] {
    _read { yield core.pointee.conditions }
    _modify { yield &core.pointee.conditions }
  }

  var breakpoints: [Breakpoint] {
    _read { yield core.pointee.breakpoints }
    _modify { yield &core.pointee.breakpoints }
  }
}
