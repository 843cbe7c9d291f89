internal import Base
internal import Synchronization

/// Gathers what a cell shows into the outputs of a notebook.
///
/// Text written to one stream in a row becomes one output, updates replace what an id showed
/// before, clearing takes effect here, and text beyond a limit keeps its head and its tail.
public final class OutputCollector: SessionPublisher {
  /// Called for an update of an id that this cell has not shown: another cell may have.
  public var onForeignUpdate: ((_ id: String, _ bundle: MIMEBundle) -> Void)?
  /// Shown everything at once as well, for a person who watches.
  public var live: (any SessionPublisher)?

  /// What has been shown, guarded: a save may look at it while the cell runs.
  let store: Store

  /// The outputs so far, for more than one thread.
  final class Store: Sendable {
    private let gathered: Mutex<GatheredOutputs>

    init(limitBytes: Int) { gathered = Mutex(GatheredOutputs(limitBytes: limitBytes)) }

    func change<Result: Sendable>(_ body: (inout GatheredOutputs) -> Result) -> Result {
      gathered.withLock { body(&$0) }
    }

    /// A copy, so that nobody waits while it is made into a file.
    var copy: GatheredOutputs { gathered.withLock { $0 } }
  }

  /// Creates a collector that keeps at most so many bytes of a cell's output.
  public init(limitBytes: Int? = nil) { store = Store(limitBytes: limitBytes ?? .max) }

  /// What has been shown so far, as a notebook stores it.
  public var outputs: [Output] { store.copy.outputs }

  /// True when output was left out.
  public var isTruncated: Bool { store.copy.isTruncated }

  /// Takes text of a stream; a character may come in parts.
  public func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    live?.write(bytes, to: stream)
    guard !bytes.isEmpty else { return }
    store.change { $0.write(bytes, to: stream) }
  }

  /// Takes something shown, or an update of it.
  public func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    live?.display(bundle, id: id, isUpdate: isUpdate)
    if isUpdate {
      guard let id else { return }
      if !update(id, bundle) { onForeignUpdate?(id, bundle) }
      return
    }
    store.change { $0.add(.display(bundle), size: bundle, id: id) }
  }

  /// Takes the result.
  public func result(_ bundle: MIMEBundle, number: Int?) {
    live?.result(bundle, number: number)
    store.change { $0.add(.result(bundle, number: number), size: bundle, id: nil) }
  }

  /// Takes the error that ended the cell.
  public func failure(_ error: EvaluationError) {
    live?.failure(error)
    store.change { $0.add(error) }
  }

  /// Clears what was shown, at once or when the next output comes.
  public func clear(wait: Bool) {
    live?.clear(wait: wait)
    store.change { $0.clear(wait: wait) }
  }

  /// Asks the person who watches; nil when nobody does.
  public func readLine(prompt: String, isPassword: Bool) -> String? {
    live?.readLine(prompt: prompt, isPassword: isPassword)
  }

  /// Replaces what an id showed.
  /// - Returns: false when this cell has not shown it.
  @discardableResult
  public func update(_ id: String, _ bundle: MIMEBundle) -> Bool {
    store.change { $0.update(id, bundle) }
  }
}
