import Base
import CCurl

/// How long one exchange may take.
struct TransferLimits {
  /// Seconds until the connection stands.
  var connectSeconds = 10.0
  /// Seconds in which nothing comes.
  var silenceSeconds = 60.0
  /// Seconds altogether.
  var timeoutSeconds: Double

  init(timeoutSeconds: Double, silenceSeconds: Double = 60) {
    self.timeoutSeconds = timeoutSeconds
    self.silenceSeconds = silenceSeconds
  }
}

/// One request to a server and what comes back.
///
/// It belongs to one thread.
final class Transfer {
  /// What came, unless `onBytes` takes it; at most `mostBytes`.
  private(set) var body: [UInt8] = []
  /// The HTTP status; 0 before it came.
  private(set) var status = 0
  /// What went wrong, in words.
  private(set) var failure: String?
  /// True when nothing more will come.
  private(set) var isDone = false
  /// Takes the bytes of an answer with status 200.
  var onBytes: ((UnsafeRawBufferPointer) throws(Problem) -> Void)?
  /// Told when it is done.
  var onEnd: (() -> Void)?

  let handle: UnsafeMutableRawPointer
  private let request: [UInt8]
  private var headers: UnsafeMutablePointer<curl_slist>?
  /// A larger answer is not one of these servers'.
  private static let mostBytes = 16 << 20

  /// Prepares a request; with a body it is a POST of JSON.
  init(url: String, body: [UInt8]?, apiKey: String?, limits: TransferLimits) throws(Problem) {
    guard let handle = curl_easy_init() else {
      throw Problem("libcurl has no memory for a request", kind: .system)
    }
    self.handle = handle
    request = body ?? []
    set(CURLOPT_URL, url)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_NOPROXY, "127.0.0.1,localhost,::1")
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connectSeconds * 1000))
    set(CURLOPT_TIMEOUT_MS, max(1, Int(limits.timeoutSeconds * 1000)))
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, max(1, Int(limits.silenceSeconds.rounded(.up))))
    if let apiKey { addHeader("Authorization: Bearer \(apiKey)") }
    if body != nil {
      addHeader("Content-Type: application/json")
      // Without it libcurl waits for the server's leave before it sends a larger body.
      addHeader("Expect:")
      set(CURLOPT_POST, 1)
      set(CURLOPT_POSTFIELDSIZE, request.count)
      // The option copies the bytes, whose number was set just before.
      request.withUnsafeBytes { bytes in
        _ = curl_set_pointer(
          handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
    }
    // The list and this object live as long as the handle does.
    curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
    curl_set_writer(
      handle,
      { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return transfer.take(piece) ? size * count : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
  }

  /// Notes how it ended.
  func finish(_ code: CURLcode) {
    readStatus()
    isDone = true
    if failure == nil, code != CURLE_OK {
      failure = String(cString: curl_easy_strerror(code))
    } else if failure == nil, status != 200 {
      failure = "status \(status): \(message)"
    }
    onEnd?()
  }

  /// What a server says of its refusal.
  private var message: String {
    let json = try? JSONValue(parsing: body)
    let text =
      json?["error"]?["message"]?.string ?? json?["error"]?.string ?? json?["message"]?.string
    return (text ?? String(decoding: body.prefix(400), as: UTF8.self)).truncated(toWidth: 200)
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if status == 0 { readStatus() }
    if status == 200, let onBytes {
      do throws(Problem) { try onBytes(bytes) } catch {
        failure = error.description
        return false
      }
      return true
    }
    guard body.count + bytes.count <= Self.mostBytes else {
      failure = "an answer of more than \(Self.mostBytes) bytes"
      return false
    }
    body += bytes
    return true
  }

  private func readStatus() {
    var code = 0
    curl_get_number(handle, CURLINFO_RESPONSE_CODE, &code)
    status = code
  }

  private func addHeader(_ line: String) { headers = curl_slist_append(headers, line) }
  private func set(_ option: CURLoption, _ text: String) { curl_set_text(handle, option, text) }
  private func set(_ option: CURLoption, _ number: Int) { curl_set_number(handle, option, number) }
}

/// Transfers that run at the same time on one thread.
final class TransferLoop {
  private let multi: UnsafeMutableRawPointer
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  init() throws(Problem) {
    curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard let multi = curl_multi_init() else {
      throw Problem("libcurl has no memory for its transfers", kind: .system)
    }
    self.multi = multi
  }

  deinit {
    for handle in running.keys { curl_multi_remove_handle(multi, handle) }
    curl_multi_cleanup(multi)
  }

  /// How many run.
  var count: Int { running.count }

  /// Starts a transfer.
  func add(_ transfer: Transfer) throws(Problem) {
    try check(curl_multi_add_handle(multi, transfer.handle))
    running[transfer.handle] = transfer
  }

  /// Moves what can be moved, and waits so long at most for more unless something ended.
  ///
  /// - Throws: A problem of kind `interrupted` when stopped.
  func run(seconds: Double, shouldStop: () -> Bool) throws(Problem) {
    var active: Int32 = 0
    try check(curl_multi_perform(multi, &active))
    // What has ended would be noticed late otherwise: nothing more comes that ends the wait.
    if takeEnded() == 0, seconds > 0 {
      try check(curl_multi_poll(multi, nil, 0, Int32((min(seconds, 0.1) * 1000).rounded(.up)), nil))
    }
    if shouldStop() { throw Problem("stopped", kind: .interrupted) }
  }

  /// Finishes the transfers that ended and gives how many there were.
  private func takeEnded() -> Int {
    var (ended, left): (Int, Int32) = (0, 0)
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else {
        continue
      }
      let result = message.pointee.data.result
      curl_multi_remove_handle(multi, handle)
      running.removeValue(forKey: handle)?.finish(result)
      ended += 1
    }
    return ended
  }

  private func check(_ code: CURLMcode) throws(Problem) {
    guard code == CURLM_OK else {
      throw Problem("libcurl: \(String(cString: curl_multi_strerror(code)))", kind: .system)
    }
  }
}
