import Base
import Glibc
import LuaBridge

/// Where Orrery's Lua files lie.
public enum StandardLibrary {
  /// The folder: `$ORRERY_STDLIB`, then `<prefix>/share/orrery`, then the source tree above the
  /// program; nil where there is none.
  public static let folder: String? = {
    if let named = getenv("ORRERY_STDLIB") { return String(cString: named) }
    let program = FileIO.resolved("/proc/self/exe")
    var above = FileIO.directory(of: program)
    let shared = "\(FileIO.directory(of: above))/share/orrery"
    if FileIO.isDirectory(shared) { return shared }
    while above != "/", above != "." {
      if FileIO.isDirectory("\(above)/stdlib/orrery") { return "\(above)/stdlib" }
      above = FileIO.directory(of: above)
    }
    return nil
  }()

  /// Lets `require` find the files.
  static func addToPath(of lua: LuaState) {
    guard let folder, case .table(let package) = lua.globals["package"],
      let path = package["path"].text
    else { return }
    package["path"] = .text("./?.lua;./?/init.lua;\(folder)/?.lua;\(folder)/?/init.lua;\(path)")
  }
}
