/// Takes what a cell shows, and besides its result and its error, in order.
public protocol SessionPublisher: OutputSink {
  /// Takes the value of the cell's last expression, filed under a number.
  func result(_ bundle: MIMEBundle, number: Int?)
  /// Takes the error that ended the cell.
  func failure(_ error: EvaluationError)
}

extension OutputSink {
  /// Writes text to a stream.
  public func write(_ text: String, to stream: OutputStreamName = .stdout) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0), to: stream) }
  }
}

/// Takes everything and shows nothing: what `%bench` runs its code into.
final class SilentPublisher: SessionPublisher {
  func write(_ bytes: UnsafeRawBufferPointer, to stream: OutputStreamName) {}
  func display(_ bundle: MIMEBundle, id: String?, isUpdate: Bool) {}
  func clear(wait: Bool) {}
  func readLine(prompt: String, isPassword: Bool) -> String? { nil }
  func result(_ bundle: MIMEBundle, number: Int?) {}
  func failure(_ error: EvaluationError) {}
}
