import Foundation

/// Runs a test in a folder of its own, which is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/orrery-test-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw TemporaryFolderFault(code: errno) }
  let folder = String(cString: made)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// A temporary folder could not be made.
public struct TemporaryFolderFault: Error {
  /// The system's error number.
  public let code: Int32
}
