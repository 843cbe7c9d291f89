import Foundation

/// One run of the built program, as a person runs it.
public struct ProgramRun: Sendable {
  /// What it wrote to standard output.
  public let output: String
  /// What it wrote to standard error.
  public let errors: String
  /// Its exit status.
  public let status: Int32

  /// The program beside the tests: the debug build, or what `$ORRERY_PROGRAM` names.
  public static var path: String {
    if let named = ProcessInfo.processInfo.environment["ORRERY_PROGRAM"] { return named }
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = tests.deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("orrery").path
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      folder.deleteLastPathComponent()
    }
    return ".build/debug/orrery"
  }

  /// Runs the program with arguments and standard input, in a folder, and waits for its end.
  public init(
    _ arguments: [String], input: String = "", folder: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    variables["NO_COLOR"] = "1"
    variables.merge(environment) { $1 }
    process.environment = variables
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (inPipe, outPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inPipe
    process.standardOutput = outPipe
    process.standardError = errorPipe
    try process.run()
    inPipe.fileHandleForWriting.write(Data(input.utf8))
    try inPipe.fileHandleForWriting.close()
    // Both pipes are emptied at once, or a full one would block the program.
    let errorReader = Reader(errorPipe)
    output = String(decoding: outPipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    errors = errorReader.text()
    process.waitUntilExit()
    status = process.terminationStatus
  }
}

/// Reads a pipe on a thread of its own.
private final class Reader: @unchecked Sendable {
  // Unchecked: the text is written before the semaphore is signalled and read after it.
  private var data = Data()
  private let done = DispatchSemaphore(value: 0)

  init(_ pipe: Pipe) {
    Thread.detachNewThread { [self] in
      data = pipe.fileHandleForReading.readDataToEndOfFile()
      done.signal()
    }
  }

  func text() -> String {
    done.wait()
    return String(decoding: data, as: UTF8.self)
  }
}
