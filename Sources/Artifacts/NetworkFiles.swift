public import ArrayStore

/// `in.h5`: an input, and if wanted a gradient, for `atlas-network run`; written by the caller's program.
public struct NetworkInputFile {
  private let reader: ArtifactReader

  /// The shape of the input.
  public let inputShape: [Int]

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    inputShape = try reader.file.shape(of: Self.input.schema.name)
  }

  /// Reads the input, row-major.
  public func input() throws -> [Float] { try reader.read(Self.input) }

  /// Reads the gradient with respect to a tensor, row-major.
  public func gradient() throws -> [Float] {
    guard reader.contains(Self.gradient) else {
      throw ArtifactError(
        "Cannot use \(reader.path): it has no dataset \(Self.gradient.schema.name), which "
          + "--gradient-of needs; write it in the shape of that tensor")
    }
    return try reader.read(Self.gradient)
  }

  private static let input = Dataset<Float>(
    "input", [.any], "The network's input, in the network's own shape.")
  private static let gradient = Dataset<Float>(
    "gradient", [.any],
    "Gradient of something with respect to the tensor that `--gradient-of` names.",
    .optionally("for `--gradient-of`"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "network-input", fileName: "in.h5", program: "the caller's program",
    summary:
      "What `atlas-network run` computes with; only `kind` of the common attributes is needed.",
    axes: [], datasets: [input.schema, gradient.schema],
    example: """
      import h5py
      import numpy as np
      with h5py.File("in.h5", "w") as f:
          f.attrs["kind"] = "network-input"
          f["input"] = np.zeros((1, 3, 48, 48), "float32")
          f["gradient"] = np.ones((1, 10), "float32")
      """)
}

/// `out.h5`: tensors of a network and the gradient with respect to its input, written by
/// `atlas-network run`.
public final class NetworkValuesFile {
  private let writer: ArtifactWriter
  private var tensorCount = 0

  /// Begins a file.
  public init(path: String) throws(ArrayStoreError) {
    writer = try ArtifactWriter(Self.schema, path: path, provenance: nil, subject: Subject())
  }

  /// Writes the next tensor.
  public func write(
    tensor name: String, _ values: [Float], shape: [Int]
  ) throws(ArrayStoreError) {
    let dataset = Self.tensor.at("\(tensorCount)")
    try writer.write(dataset, values, shape: shape)
    try writer.annotate(dataset, "tensor", name)
    tensorCount += 1
  }

  /// Writes the gradient with respect to the network's input.
  public func write(inputGradient: [Float], shape: [Int]) throws(ArrayStoreError) {
    try writer.write(Self.inputGradient, inputGradient, shape: shape)
  }

  /// Completes the file.
  public func finish() throws(ArrayStoreError) { try writer.finish() }

  private static let tensor = Dataset<Float>(
    "tensor{i}", [.any],
    "Values of a tensor, in the order of `--tensor`; the attribute `tensor` has its name.")
  private static let inputGradient = Dataset<Float>(
    "input_gradient", [.any], "Gradient with respect to the input.",
    .optionally("with `--gradient-of`"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "network-values", fileName: "out.h5", program: "atlas-network run",
    summary:
      "What `atlas-network run` computed. Only `kind` and `format` of the common attributes.",
    axes: [], datasets: [tensor.schema, inputGradient.schema],
    example: """
      import h5py
      with h5py.File("out.h5") as f:
          for name, values in f.items():
              tensor = values.attrs.get("tensor", b"").decode()
              print(name, tensor, values.shape, values[:].ravel()[:3])
      """)
}
