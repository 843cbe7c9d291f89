public import Base

/// A source text that kernels can be had from, one by one: CUDA-C, or PTX.
public protocol KernelSource: AnyObject {
  /// The kernels' names; templates show their parameters.
  var kernelNames: [String] { get }
  /// What the kernels share; it may grow as kernels are asked for.
  var tables: ModuleTables { get }
  /// One kernel in the program form.
  func kernel(_ name: String) throws(Problem) -> KernelProgram
}

extension CUDASource: KernelSource {}
extension PTXSource: KernelSource {}

extension CUDASource {
  /// What was warned of, each with its source line.
  public var warnings: [String] {
    diagnostics.items.filter { $0.severity == .warning }.map { $0.text(in: tables.files) }
  }
}
