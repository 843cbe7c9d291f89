internal import Glibc

/// The process's current directory.
enum Directory {
  /// Does something in a directory and comes back; without one, or when it is gone, where it is.
  static func visiting<Result>(_ path: String?, _ body: () -> Result) -> Result {
    guard let path else { return body() }
    let here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    let moved = here >= 0 && chdir(path) == 0
    defer {
      if moved { _ = fchdir(here) }
      if here >= 0 { close(here) }
    }
    return body()
  }
}
