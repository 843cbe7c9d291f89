/// A group of cases that are run and reported together.
///
/// To add one: a file `<Name>Suite.swift` with a type like this, and its line in `allSuites`.
protocol Suite {
  /// What `orrery-bench NAME` calls it.
  var name: String { get }
  /// What it measures, one line.
  var summary: String { get }
  /// Prepares and lists the cases; called once per run.
  func cases() throws -> [Case]
}

/// One thing measured, what it is measured against, and the bar it is held to.
struct Case {
  /// What it is, as in "call with two numbers".
  let name: String
  /// What the figures count.
  let quantity: Quantity
  /// What decides.
  let bar: Bar
  /// The same thing done by somebody else, where there is somebody.
  let peer: Peer?
  /// How often both are measured, one after the other.
  let rounds: Int
  /// Measures once.
  let ours: () throws -> Double

  init(
    _ name: String, _ quantity: Quantity, _ bar: Bar, peer: Peer? = nil, rounds: Int = 5,
    ours: @escaping () throws -> Double
  ) {
    self.name = name
    self.quantity = quantity
    self.bar = bar
    self.peer = peer
    self.rounds = rounds
    self.ours = ours
  }
}

/// What a figure counts and whether less of it is better.
enum Quantity: String {
  case seconds, nanoseconds, perSecond, bytes, share
}

/// The same thing done by somebody else.
struct Peer {
  /// Who, as in "papermill".
  let name: String
  /// Which version; asked before it is measured.
  let version: String
  /// Measures once; nil when the peer is not there.
  let measure: (() throws -> Double)?

  init(_ name: String, version: String, measure: @escaping () throws -> Double) {
    self.name = name
    self.version = version
    self.measure = measure
  }

  private init(missing name: String) {
    self.name = name
    version = ""
    measure = nil
  }

  /// A peer that is not installed: its case fails.
  static func missing(_ name: String) -> Peer { Peer(missing: name) }
}

/// What a case is held to.
enum Bar {
  /// Our figure over the peer's must not be larger.
  case ratioAtMost(Double)
  /// The peer's figure over ours must not be smaller: we are that many times faster.
  case fasterAtLeast(Double)
  /// Our figure must not be larger.
  case atMost(Double)
  /// Our figure must not be smaller.
  case atLeast(Double)
  /// Only reported.
  case none

  /// True when nothing can be said without the peer.
  var needsPeer: Bool {
    switch self {
    case .ratioAtMost, .fasterAtLeast: true
    case .atMost, .atLeast, .none: false
    }
  }

  func text(_ quantity: Quantity) -> String {
    switch self {
    case .ratioAtMost(let limit): "ratio ≤ \(short(limit))"
    case .fasterAtLeast(let limit): "≥ \(short(limit))x faster"
    case .atMost(let limit): "≤ \(quantity.text(limit))"
    case .atLeast(let limit): "≥ \(quantity.text(limit))"
    case .none: ""
    }
  }
}

/// What came of a case.
struct CaseResult {
  enum Verdict: String {
    case ok, missed
    case peerMissing = "peer missing"
    case failed
  }

  let subject: Case
  let ours: [Double]
  let peers: [Double]
  let verdict: Verdict
  let note: String

  var oursMedian: Double? { median(ours) }
  var peerMedian: Double? { median(peers) }

  /// Our figure over the peer's.
  var ratio: Double? {
    guard let ours = oursMedian, let peer = peerMedian, peer != 0 else { return nil }
    return ours / peer
  }
}

/// Measures a case: ours and the peer's turn about, so that both see the same noise.
func run(_ subject: Case, rounds: Int?) -> CaseResult {
  var ours: [Double] = []
  var peers: [Double] = []
  func result(_ verdict: CaseResult.Verdict, _ note: String = "") -> CaseResult {
    CaseResult(subject: subject, ours: ours, peers: peers, verdict: verdict, note: note)
  }
  do {
    for _ in 0..<(rounds ?? subject.rounds) {
      ours.append(try subject.ours())
      if let measure = subject.peer?.measure { peers.append(try measure()) }
    }
  } catch {
    return result(.failed, "\(error)")
  }
  if let peer = subject.peer, peer.measure == nil { return result(.peerMissing) }
  if subject.bar.needsPeer, peers.isEmpty { return result(.peerMissing) }
  return result(holds(subject.bar, result(.ok)) ? .ok : .missed)
}

private func holds(_ bar: Bar, _ result: CaseResult) -> Bool {
  guard let ours = result.oursMedian else { return false }
  return switch bar {
  case .ratioAtMost(let limit): result.ratio.map { $0 <= limit } ?? false
  case .fasterAtLeast(let limit):
    // A rate is better when it is larger, everything else when it is smaller.
    result.ratio.map { (result.subject.quantity == .perSecond ? $0 : 1 / $0) >= limit } ?? false
  case .atMost(let limit): ours <= limit
  case .atLeast(let limit): ours >= limit
  case .none: true
  }
}

/// The middle of some numbers, the lower of the two where their count is even.
func median(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
}
