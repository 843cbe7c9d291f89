import Base
import Glibc

/// A file mapped read-only into memory; pages are read when touched and belong to the system's cache.
// @unchecked: the mapping never changes after init and ends with the last reference.
final class MappedFile: @unchecked Sendable {
  /// The path as given.
  let path: String
  /// The whole file.
  let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  init(_ path: String) throws(Problem) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Problem("\(path) is not a regular file", fix: "give the path of a .gguf file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let mapping = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else { throw .system("map", path) }
    bytes = UnsafeRawBufferPointer(start: mapping, count: count)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }

  /// Asks the system to read a range ahead, so that the first touch of each page does not wait.
  func readAhead(_ range: Range<Int>) {
    guard let base = bytes.baseAddress, !range.isEmpty else { return }
    // Advice only: a system that cannot follow it reads when touched.
    let start = range.lowerBound & ~4095
    madvise(
      UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start, MADV_WILLNEED)
  }

  /// Takes whole pages of a part out of this process's memory; they are read again when touched.
  func letGo(_ part: UnsafeRawBufferPointer) {
    guard let base = part.baseAddress else { return }
    let start = (UInt(bitPattern: base) + 4095) & ~4095
    let end = UInt(bitPattern: base + part.count) & ~4095
    guard start < end, let page = UnsafeMutableRawPointer(bitPattern: start) else { return }
    madvise(page, Int(end - start), MADV_DONTNEED)
  }
}
