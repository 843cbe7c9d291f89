public import Base
import Bindings
public import LuaBridge

/// The files under `stdlib/` that are made from the declarations.
public enum GeneratedDocs {
  /// Everything that is declared: the modules, and the session's own functions as "_G".
  public static var declarations: [LuaModule] {
    StandardModules.all.map { $0.declaration() } + [SessionFunctions.module]
  }

  /// Every file's path under the standard library and its text.
  public static var files: [(path: String, text: String)] {
    let modules = declarations
    return modules.map { ("meta/\($0.name).lua", StubWriter.text(of: $0)) }
      + [("REFERENCE.md", ReferenceWriter.text(of: modules))]
  }

  /// Writes the files that differ and returns their paths.
  public static func write(under folder: String) throws(Problem) -> [String] {
    var written: [String] = []
    for (path, text) in try outdated(under: folder) {
      let target = "\(folder)/\(path)"
      try FileIO.makeDirectory(FileIO.directory(of: target))
      try FileIO.write(Array(text.utf8), to: target)
      written.append(path)
    }
    return written
  }

  /// The files whose text on disk is not what the declarations say.
  public static func outdated(
    under folder: String
  ) throws(Problem) -> [(path: String, text: String)] {
    var outdated: [(path: String, text: String)] = []
    for (path, text) in files {
      let target = "\(folder)/\(path)"
      let isCurrent = FileIO.exists(target) ? try FileIO.read(target) == Array(text.utf8) : false
      if !isCurrent { outdated.append((path, text)) }
    }
    return outdated
  }
}
