public import Base

extension ModelSpec {
  /// Models whose numbers are published, by the name Lua uses.
  public static let catalog = Catalog<ModelSpec>(
    "model",
    smallModels + llamaModels + mistralModels + qwenModels + gemmaModels + gptModels + googleModels
      + deepSeekModels + otherModels)
}
