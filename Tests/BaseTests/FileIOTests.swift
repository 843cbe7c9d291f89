import Base
import Glibc
import TestSupport
import Testing

@Suite struct FileIOTests {
  @Test func `a file is replaced whole and keeps its mode`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.txt"
      try FileIO.write(Array("one".utf8), to: path)
      chmod(path, 0o640)
      try FileIO.write(Array("two".utf8), to: path)
      #expect(try FileIO.read(path) == Array("two".utf8))
      var status = stat()
      stat(path, &status)
      #expect(status.st_mode & 0o777 == 0o640)
      #expect(try FileIO.list(folder) == ["a.txt"])
    }
  }

  @Test func `a symbolic link stays a link and its target changes`() throws {
    try withTemporaryFolder { folder in
      try FileIO.write([1], to: "\(folder)/real")
      symlink("real", "\(folder)/link")
      try FileIO.write([2], to: "\(folder)/link")
      #expect(try FileIO.read("\(folder)/real") == [2])
      var status = stat()
      lstat("\(folder)/link", &status)
      #expect(status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test(
    "what cannot be read or written says why",
    arguments: [
      ("/nowhere/x", "No such file"), ("/", "is a directory"),
    ])
  func refusals(path: String, reason: String) throws {
    let problem = #expect(throws: Problem.self) { try FileIO.read(path) }
    #expect(try #require(problem).message.contains(reason))
  }

  @Test func `paths are split at their last slash`() {
    #expect(FileIO.directory(of: "a/b/c") == "a/b" && FileIO.name(of: "a/b/c") == "c")
    #expect(FileIO.directory(of: "c") == "." && FileIO.directory(of: "/c") == "/")
  }
}
