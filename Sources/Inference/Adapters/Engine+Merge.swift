public import Base
public import Tensors

extension Engine {
  /// An engine whose matrices are `W + scale · B · A`: the adapter costs nothing more per token.
  ///
  /// Only matrices that the adapter adds to are copied; the rest is read from the same mapped file. The
  /// adapter is taken back by going on with ``original``, whose matrices were never touched.
  /// - Parameters:
  ///   - adapter: What is added.
  ///   - format: How the sums are stored: as floats nothing is lost, packed they round anew.
  /// - Returns: The engine with the sums.
  /// - Throws: A problem when the adapter is for other shapes, or the format cannot hold the rows.
  public func merging(_ adapter: Adapter, format: BlockFormat = .single) throws(Problem) -> Engine {
    try adapter.check(fits: self)
    var changes = changes
    changes.merged.append(adapter)
    changes.mergedFormat = format
    return try Engine(self, changes)
  }
}
