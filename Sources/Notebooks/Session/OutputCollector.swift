internal import Base

/// Gathers what a cell shows into the outputs of a notebook.
///
/// Text written to one stream in a row becomes one output, updates replace what an id showed
/// before, clearing takes effect here, and text beyond a limit keeps its head and its tail.
public final class OutputCollector: SessionPublisher {
  /// Called for an update of an id that this cell has not shown: another cell may have.
  public var onForeignUpdate: ((_ id: String, _ bundle: MIMEBundle) -> Void)?
  /// Shown everything at once as well, for a person who watches.
  public var live: (any SessionPublisher)?

  private var finished: [(output: Output, id: String?)] = []
  private var streamName: OutputStreamName?
  private var streamBytes: [UInt8] = []
  private var clearsBeforeNext = false
  private var limit: OutputLimit

  /// Creates a collector that keeps at most so many bytes of a cell's output.
  public init(limitBytes: Int? = nil) { limit = OutputLimit(bytes: limitBytes ?? .max) }

  /// What has been shown so far, as a notebook stores it.
  public var outputs: [Output] {
    var outputs = finished.map(\.output)
    if let streamName, !streamBytes.isEmpty {
      outputs.append(.stream(streamName, String(decoding: streamBytes, as: UTF8.self)))
    }
    if let tail = limit.tailText {
      outputs.append(.stream(.stderr, limit.note))
      outputs.append(.stream(.stdout, tail))
    }
    return outputs
  }

  /// True when output was left out.
  public var isTruncated: Bool { limit.dropped > 0 }

  /// Takes text of a stream; a character may come in parts.
  public func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    live?.write(bytes, to: stream)
    guard !bytes.isEmpty else { return }
    clearIfAsked()
    let head = limit.take(bytes)
    guard head > 0 else { return }
    if stream != streamName { finishStream() }
    streamName = stream
    streamBytes.append(contentsOf: bytes.prefix(head))
  }

  /// Takes something shown, or an update of it.
  public func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {
    live?.display(bundle, id: id, isUpdate: isUpdate)
    if isUpdate {
      guard let id else { return }
      if !update(id, bundle) { onForeignUpdate?(id, bundle) }
      return
    }
    add(.display(bundle), size: bundle, id: id)
  }

  /// Takes the result.
  public func result(_ bundle: MIMEBundle, number: Int?) {
    live?.result(bundle, number: number)
    add(.result(bundle, number: number), size: bundle, id: nil)
  }

  /// Takes the error that ended the cell.
  public func failure(_ error: EvaluationError) {
    live?.failure(error)
    clearIfAsked()
    finishStream()
    finished.append((.error(error), nil))
  }

  /// Clears what was shown, at once or when the next output comes.
  public func clear(wait: Bool) {
    live?.clear(wait: wait)
    if wait {
      clearsBeforeNext = true
    } else {
      removeAll()
    }
  }

  /// Asks the person who watches; nil when nobody does.
  public func readLine(prompt: String, isPassword: Bool) -> String? {
    live?.readLine(prompt: prompt, isPassword: isPassword)
  }

  /// Replaces what an id showed.
  /// - Returns: false when this cell has not shown it.
  @discardableResult
  public func update(_ id: String, _ bundle: MIMEBundle) -> Bool {
    var found = false
    for index in finished.indices where finished[index].id == id {
      finished[index].output.replaceBundle(bundle)
      found = true
    }
    return found
  }

  private func add(_ output: Output, size bundle: MIMEBundle, id: String?) {
    clearIfAsked()
    finishStream()
    if limit.takesWhole(bundle.byteCount) {
      finished.append((output, id))
    } else {
      let note = MIMEBundle(plain: "(\(Bytes(bundle.byteCount)) left out: beyond the output limit)")
      finished.append((.display(note), id))
    }
  }

  private func clearIfAsked() {
    if clearsBeforeNext { removeAll() }
  }

  private func removeAll() {
    finished = []
    (streamName, streamBytes, clearsBeforeNext) = (nil, [], false)
    limit.restart()
  }

  private func finishStream() {
    if let streamName, !streamBytes.isEmpty {
      finished.append((.stream(streamName, String(decoding: streamBytes, as: UTF8.self)), nil))
    }
    (streamName, streamBytes) = (nil, [])
  }
}

/// Keeps the first and the last half of what may be kept.
private struct OutputLimit {
  let bytes: Int
  private var kept = 0
  private var tail: [UInt8] = []
  private(set) var dropped = 0

  init(bytes: Int) { self.bytes = bytes }

  mutating func restart() { (kept, tail, dropped) = (0, [], 0) }

  /// Counts bytes: how many of them belong to the head; the others go to the tail.
  mutating func take(_ raw: UnsafeRawBufferPointer) -> Int {
    let half = bytes / 2
    let head = tail.isEmpty ? min(raw.count, max(0, half - kept)) : 0
    kept += head
    guard head < raw.count else { return head }
    tail.append(contentsOf: raw.dropFirst(head))
    // Cutting only at twice the size makes the cost of a byte constant.
    if tail.count > 2 * half {
      dropped += tail.count - half
      tail.removeFirst(tail.count - half)
    }
    return head
  }

  /// Counts something that is kept whole or not at all.
  mutating func takesWhole(_ count: Int) -> Bool {
    guard kept + tail.count + count <= bytes else {
      dropped += count
      return false
    }
    kept += count
    return true
  }

  var note: String { "\n… \(Bytes(dropped)) of output left out …\n" }

  // Continuation bytes at the cut would read as damage.
  var tailText: String? {
    tail.isEmpty ? nil : String(decoding: tail.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
  }
}

extension MIMEBundle {
  /// About how much the forms take in a file, in bytes.
  var byteCount: Int {
    forms.reduce(0) { sum, form in
      switch form.content {
      case .text(let text): sum + text.utf8.count
      case .bytes(let bytes): sum + bytes.count / 3 * 4
      case .json(let value): sum + value.formatted().utf8.count
      }
    }
  }
}
