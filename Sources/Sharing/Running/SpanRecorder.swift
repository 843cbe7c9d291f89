/// Who ran when: what a timeline is drawn from.
public struct SharingSpan: Hashable, Sendable {
  /// The tenant's position on its island; nil for a change from one to the next.
  public let tenant: Int?
  /// When it began, in seconds.
  public let start: Double
  /// When it ended, in seconds.
  public let end: Double
  /// On how many multiprocessors.
  public let multiprocessors: Double
}

/// Collects spans up to a number; later ones are left out.
public struct SpanRecorder: Sendable {
  /// The spans in the order of their ends.
  public private(set) var spans: [SharingSpan] = []
  /// True when no more spans are taken: what came later is not there.
  public var isFull: Bool { spans.count >= limit }

  private let limit: Int
  private var open: [(start: Double, multiprocessors: Double)?]
  private var switchStart: Double?

  init(limit: Int, tenants: Int) {
    self.limit = limit
    open = Array(repeating: nil, count: tenants)
  }

  mutating func set(_ tenant: Int, _ multiprocessors: Double, at now: Double) {
    guard !isFull else { return }
    if let known = open[tenant] {
      if known.multiprocessors == multiprocessors { return }
      add(
        SharingSpan(
          tenant: tenant, start: known.start, end: now, multiprocessors: known.multiprocessors))
      open[tenant] = nil
    }
    if multiprocessors > 0 { open[tenant] = (now, multiprocessors) }
  }

  mutating func setSwitching(_ isSwitching: Bool, at now: Double) {
    guard !isFull, isSwitching != (switchStart != nil) else { return }
    if let start = switchStart {
      add(SharingSpan(tenant: nil, start: start, end: now, multiprocessors: 0))
      switchStart = nil
    } else {
      switchStart = now
    }
  }

  mutating func close(at now: Double) {
    for tenant in open.indices { set(tenant, 0, at: now) }
    setSwitching(false, at: now)
  }

  private mutating func add(_ span: SharingSpan) {
    guard span.end > span.start else { return }
    if !isFull { spans.append(span) }
  }
}
