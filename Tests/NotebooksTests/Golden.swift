import Base

/// The files beside the tests.
enum Golden {
  static func bytes(_ name: String) throws -> [UInt8] {
    try FileIO.read(FileIO.directory(of: #filePath) + "/Golden/" + name)
  }
}
