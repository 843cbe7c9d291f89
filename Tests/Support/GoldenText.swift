import Base
import Glibc
public import Testing

/// Compares a text with the file that keeps it; `ORRERY_GOLDEN=write` rewrites the file.
public func expectGolden(
  _ text: String, _ path: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  if getenv("ORRERY_GOLDEN").map({ String(cString: $0) }) == "write" {
    try FileIO.makeDirectory(FileIO.directory(of: path))
    try FileIO.write(Array(text.utf8), to: path)
  }
  let kept = FileIO.exists(path) ? String(decoding: try FileIO.read(path), as: UTF8.self) : ""
  if text == kept { return }
  // The first line that differs, and what a search would look for.
  let (new, old) = (text.split(separator: "\n"), kept.split(separator: "\n"))
  let line = zip(new, old).prefix { $0 == $1 }.count + 1
  let added = new.filter { !old.contains($0) }.prefix(10)
  let gone = old.filter { !new.contains($0) }.prefix(10)
  Issue.record(
    "\(path) differs from line \(line): + \(added) - \(gone); ORRERY_GOLDEN=write rewrites it",
    sourceLocation: sourceLocation)
}
