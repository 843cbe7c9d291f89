import Base
import Clusters
import LuaBridge

/// A bar that says how far a study is, where a person looks on.
final class StudyProgress {
  private static var nextNumber: Int {
    let now = ContinuousClock.now
    return Int(truncatingIfNeeded: now.hashValue)
  }

  private let title: String
  private let port: (any DisplayPort)?
  private let id = "progress \(nextNumber)"
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant?

  /// Shows nothing unless it is wanted, or the session is a terminal.
  init(_ title: String, _ options: OptionTable, in state: LuaState) {
    self.title = title
    let port = state[DisplayPortBox.self]?.port
    let isWanted =
      switch options["progress"] {
      case .boolean(let wanted): wanted
      default: port?.usesColour ?? false
      }
    self.port = isWanted ? port : nil
  }

  /// Draws the bar, ten times a second at most.
  func show(_ done: Int, of count: Int, _ remark: String = "") {
    guard let port, count > 0 else { return }
    let now = ContinuousClock.now
    if let last, now - last < .milliseconds(100), done < count { return }
    // What takes no time shows no bar.
    if last == nil, now - start < .milliseconds(300) { return }
    draw(Self.bar(title, done, count, now - start, remark), port, now)
  }

  /// Says what is known so far, where nobody knows how much is left; twice a second at most.
  func show(_ remark: String) {
    guard let port else { return }
    let now = ContinuousClock.now
    if now - (last ?? start) < .milliseconds(500) { return }
    draw("\(title) \(ShownNumber.time((now - start) / .seconds(1))), \(remark)", port, now)
  }

  /// Says what is left of a study that was interrupted.
  func stop(_ remark: String) {
    guard let port else { return }
    draw("\(title) interrupted: \(remark)", port, .now)
  }

  private func draw(_ text: String, _ port: any DisplayPort, _ now: ContinuousClock.Instant) {
    var forms = DisplayForms()
    forms.add("text/plain", text)
    port.display(forms, id: id, isUpdate: last != nil)
    last = now
  }

  /// A line such as "sweep ━━━━━━────  6 of 10, 3 s, 2 s to go".
  static func bar(
    _ title: String, _ done: Int, _ count: Int, _ elapsed: Duration, _ remark: String = ""
  ) -> String {
    let width = 24
    let filled = done * width / max(1, count)
    let seconds = elapsed / .seconds(1)
    var line =
      "\(title) " + String(repeating: "━", count: filled)
      + String(repeating: "─", count: width - filled)
      + " \(done) of \(count), \(ShownNumber.time(seconds))"
    if done > 0, done < count {
      let left = seconds / Double(done) * Double(count - done)
      line += ", \(ShownNumber.time(left)) to go"
    }
    return remark.isEmpty ? line : "\(line), \(remark)"
  }
}

/// What a search has tried so far, where a person looks on.
final class CapacityProgress {
  private let bar: StudyProgress
  private let kind: CapacityResult.Kind
  private var points: [CapacityPoint] = []

  init(_ bar: StudyProgress, _ kind: CapacityResult.Kind) { (self.bar, self.kind) = (bar, kind) }

  /// Takes a run that is over.
  func add(_ point: CapacityPoint) { points.append(point) }

  /// Tells what is known, and passes on whether to stop.
  func tick(_ isStopRequested: Bool) -> Bool {
    if !isStopRequested { bar.show(text) }
    return isStopRequested
  }

  /// Says what was found out before the search was interrupted.
  func stop() { bar.stop(points.isEmpty ? "no run had ended" : text) }

  /// The runs, and those that are nearest to the answer.
  private var text: String {
    guard !points.isEmpty else { return "first runs" }
    let sorted = points.sorted { $0.amount < $1.amount }
    let (enough, short) = (sorted.filter(\.isEnough), sorted.filter { !$0.isEnough })
    let near =
      kind == .replicas ? [short.last, enough.first] : [enough.last, short.first]
    let parts = near.compactMap { $0 }.map { point in
      let amount =
        kind == .replicas
        ? "\(Int(point.amount)) \(point.amount == 1 ? "replica" : "replicas")"
        : "\(ShownNumber.text(point.amount)) requests/s"
      return
        "\(ShownNumber.percent(point.share)) in time \(kind == .replicas ? "on" : "at") \(amount)"
    }
    return "\(points.count) runs: " + parts.joined(separator: ", ")
  }
}
