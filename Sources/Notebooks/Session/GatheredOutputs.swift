internal import Base

/// What a cell has shown so far, as it will be stored.
struct GatheredOutputs: Sendable {
  private var finished: [(output: Output, id: String?)] = []
  private var streamName: OutputStreamName?
  private var streamBytes: [UInt8] = []
  private var clearsBeforeNext = false
  private var limit: OutputLimit

  init(limitBytes: Int) { limit = OutputLimit(bytes: limitBytes) }

  /// The outputs as a notebook stores them.
  var outputs: [Output] {
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
  var isTruncated: Bool { limit.dropped > 0 }

  mutating func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {
    clearIfAsked()
    let head = limit.take(bytes)
    guard head > 0 else { return }
    if stream != streamName { finishStream() }
    streamName = stream
    streamBytes.append(contentsOf: bytes.prefix(head))
  }

  mutating func add(_ output: Output, size bundle: MIMEBundle, id: String?) {
    clearIfAsked()
    finishStream()
    if limit.takesWhole(bundle.byteCount) {
      finished.append((output, id))
    } else {
      let note = MIMEBundle(plain: "(\(Bytes(bundle.byteCount)) left out: beyond the output limit)")
      finished.append((.display(note), id))
    }
  }

  mutating func add(_ error: EvaluationError) {
    clearIfAsked()
    finishStream()
    finished.append((.error(error), nil))
  }

  mutating func clear(wait: Bool) {
    if wait {
      clearsBeforeNext = true
    } else {
      removeAll()
    }
  }

  /// Replaces what an id showed; false when it has shown nothing.
  mutating func update(_ id: String, _ bundle: MIMEBundle) -> Bool {
    var found = false
    for index in finished.indices where finished[index].id == id {
      finished[index].output.replaceBundle(bundle)
      found = true
    }
    return found
  }

  private mutating func clearIfAsked() {
    if clearsBeforeNext { removeAll() }
  }

  private mutating func removeAll() {
    finished = []
    (streamName, streamBytes, clearsBeforeNext) = (nil, [], false)
    limit.restart()
  }

  private mutating func finishStream() {
    if let streamName, !streamBytes.isEmpty {
      finished.append((.stream(streamName, String(decoding: streamBytes, as: UTF8.self)), nil))
    }
    (streamName, streamBytes) = (nil, [])
  }
}

/// Keeps the first and the last half of what may be kept.
private struct OutputLimit: Sendable {
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
