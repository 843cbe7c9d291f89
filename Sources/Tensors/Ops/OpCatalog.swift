public import Base

extension Tensor {
  /// Every declared operation.
  public static let operations = Catalog<OpSpec>(
    "operation",
    OpSpec.creations + OpSpec.mathOperations + OpSpec.activations + OpSpec.binaryOperations
      + OpSpec.ternaryOperations + OpSpec.reductions + OpSpec.scans + OpSpec.rowOperations
      + OpSpec.orderOperations + OpSpec.indexOperations + OpSpec.shapeOperations
      + OpSpec.matrixOperations)
}
