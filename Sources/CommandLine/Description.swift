public import ArrayStore

extension ArrayFileWriter {
  /// Carries over which network and layer a file is about.
  public func copyDescription(from source: ArrayFileReader) throws(ArrayStoreError) {
    for name in ["network", "layer", "tensor"] {
      if let value = try source.attribute(name) { try setAttribute(name, value) }
    }
  }
}

extension ArrayFileReader {
  /// An attribute that is a text; an error if it is missing.
  public func text(_ name: String) throws -> String {
    guard case .string(let text) = try attribute(name) else {
      throw StageError("Cannot use \(path): it has no attribute \(name); make it again.")
    }
    return text
  }

  /// An attribute that is a whole number; an error if it is missing.
  public func integer(_ name: String, on object: String = "/") throws -> Int {
    guard case .integer(let number) = try attribute(name, on: object) else {
      throw StageError("Cannot use \(path): it has no attribute \(name); make it again.")
    }
    return number
  }
}
