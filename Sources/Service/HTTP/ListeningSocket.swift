import Base
import Glibc

/// A socket that takes connections.
struct ListeningSocket {
  let descriptor: Int32
  /// The port it got, where 0 was asked for.
  let port: Int

  /// Opens a socket on an address of this machine.
  init(host: String, port: Int) throws(Problem) {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
    guard status == 0, let first = list else {
      throw Problem(
        "address \"\(host)\": \(String(cString: gai_strerror(status)))",
        fix: "127.0.0.1 is this machine alone, 0.0.0.0 all its addresses", kind: .system)
    }
    defer { freeaddrinfo(list) }
    descriptor = try Self.open(first.pointee, "\(host):\(port)")
    self.port = try Self.port(of: descriptor, "\(host):\(port)")
  }

  private static func open(_ address: addrinfo, _ name: String) throws(Problem) -> Int32 {
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
    guard descriptor >= 0 else { throw Problem.system("open a socket for", name) }
    var yes: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 512) == 0
    else {
      let isTaken = errno == EADDRINUSE
      let problem = Problem.system("listen on", name)
      close(descriptor)
      throw isTaken
        ? Problem("\(name) is taken by another program", fix: "--port picks another", kind: .system)
        : problem
    }
    return descriptor
  }

  private static func port(of descriptor: Int32, _ name: String) throws(Problem) -> Int {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      // The kernel fills in whichever sort of address it is; the storage is large enough for all.
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard status == 0 else { throw Problem.system("ask for the port of", name) }
    // The port stands at the same place in both sorts of address.
    return withUnsafeBytes(of: &address) { Int($0[2]) << 8 | Int($0[3]) }
  }
}
