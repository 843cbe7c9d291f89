/// Every file of vectors that is known here; a new family is a new line.
public enum ReferenceCatalog {
  /// Measurements that estimates are held against: a table of errors, and bars for the whole of it.
  public static var measured: [any ReferenceFile] { [KernelTimesReference()] }

  /// The files in the order they are checked.
  public static var files: [any ReferenceFile] {
    TensorReference.files + LanguageModelReferences.files + GPUReferences.files
      + ServingReferences.files
  }
}
