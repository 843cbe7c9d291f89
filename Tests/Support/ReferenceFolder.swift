import Glibc

/// Where the vectors from other systems lie: `$ORRERY_REFERENCE`, else `../shared/reference`.
public enum ReferenceFolder {
  /// The folder's path, or nothing where it does not exist; tests then say `skipped`.
  public static var path: String? {
    let named = getenv("ORRERY_REFERENCE").map { String(cString: $0) }
    let candidate = named ?? "../shared/reference"
    return access(candidate, R_OK) == 0 ? candidate : nil
  }
}
