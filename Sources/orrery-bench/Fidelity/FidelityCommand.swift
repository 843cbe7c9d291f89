import Base
import Glibc

/// `orrery-bench fidelity [operators] [vllm] [offline] [silicon] [splitwise] [--detail] | fit`: how far our times are from measured ones.
enum FidelityCommand {
  static let name = "fidelity"
  private static let parts = ["operators", "vllm", "offline", "silicon", "splitwise"]

  /// Prints the tables and gives 0 when every bar is met, else 1; skipped, visibly, without the reference.
  static func run(_ arguments: [String]) throws -> Int32 {
    let root = getenv("ORRERY_REFERENCE").map { String(cString: $0) } ?? "../shared/reference"
    if arguments == ["fit"] {
      print(try EngineFit.table(root: root), terminator: "")
      return 0
    }
    let isDetailed = arguments.contains("--detail")
    let arguments = arguments.filter { $0 != "--detail" }
    for word in arguments where !parts.contains(word) {
      throw Problem.unknown("fidelity table", word, among: parts)
    }
    guard access("\(root)/serving", R_OK) == 0 else {
      print("fidelity: skipped, there is no \(root)/serving (ORRERY_REFERENCE names the folder)")
      return 0
    }
    var isGood = true
    for part in arguments.isEmpty ? parts : arguments {
      switch part {
      case "operators":
        let report = try OperatorFidelity.report(root: root)
        print(OperatorFidelity.text(report, isDetailed: isDetailed))
        isGood = isGood && report.isWithinBars
      case "vllm":
        let (text, isMet) = try VLLMFidelity.report(root: root)
        print(text)
        isGood = isGood && isMet
      case "offline": isGood = show([try OfflineFidelity.table(root: root)], isDetailed) && isGood
      case "splitwise":
        isGood = show(try SplitwiseFidelity.tables(root: root), isDetailed) && isGood
      default: isGood = show(try SiliconFidelity.tables(root: root), isDetailed) && isGood
      }
    }
    print(isGood ? "every bar is met" : "a bar is missed")
    return isGood ? 0 : 1
  }

  private static func show(_ tables: [FidelityTable], _ isDetailed: Bool) -> Bool {
    for table in tables { print(table.text(isDetailed: isDetailed)) }
    return tables.allSatisfy(\.isWithinBar)
  }
}
