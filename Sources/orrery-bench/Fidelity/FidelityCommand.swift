import Base
import Glibc

/// `orrery-bench fidelity [operators] [vllm] [offline] [silicon]`: how far our times are from measured ones.
enum FidelityCommand {
  static let name = "fidelity"
  private static let parts = ["operators", "vllm", "offline", "silicon"]

  /// Prints the tables and gives 0 when every bar is met, else 1; skipped, visibly, without the reference.
  static func run(_ arguments: [String]) throws -> Int32 {
    for word in arguments where !parts.contains(word) {
      throw Problem.unknown("fidelity table", word, among: parts)
    }
    let root = getenv("ORRERY_REFERENCE").map { String(cString: $0) } ?? "../shared/reference"
    guard access("\(root)/serving", R_OK) == 0 else {
      print("fidelity: skipped, there is no \(root)/serving (ORRERY_REFERENCE names the folder)")
      return 0
    }
    var isGood = true
    for part in arguments.isEmpty ? parts : arguments {
      switch part {
      case "operators":
        let report = try OperatorFidelity.report(root: root)
        print(OperatorFidelity.text(report))
        isGood = isGood && report.isWithinBars
      case "vllm":
        let (text, isMet) = try VLLMFidelity.report(root: root)
        print(text)
        isGood = isGood && isMet
      case "offline": isGood = show([try OfflineFidelity.table(root: root)]) && isGood
      default: isGood = show(try SiliconFidelity.tables(root: root)) && isGood
      }
    }
    print(isGood ? "every bar is met" : "a bar is missed")
    return isGood ? 0 : 1
  }

  private static func show(_ tables: [FidelityTable]) -> Bool {
    for table in tables { print(table.text) }
    return tables.allSatisfy(\.isWithinBar)
  }
}
