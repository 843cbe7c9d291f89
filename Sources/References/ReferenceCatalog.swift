/// Every file of vectors that is known here; a new family is a new line.
public enum ReferenceCatalog {
  /// The files in the order they are checked.
  public static var files: [any ReferenceFile] {
    TensorReference.files + LanguageModelReferences.files + GPUReferences.files
      + ServingReferences.files
  }
}
