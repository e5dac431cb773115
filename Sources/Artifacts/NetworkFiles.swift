public import ArrayStore

/// `in.h5`: what `atlas-network run` computes with; written by the caller's program.
public struct NetworkInputFile {
  private let reader: ArtifactReader

  /// The shape of the input.
  public let inputShape: [Int]
  /// The number of tangents, the first dimension of their dataset; 0 where there are none.
  public let tangentCount: Int

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    inputShape = try reader.shape(of: Self.input)
    tangentCount =
      reader.contains(Self.tangents) ? try reader.shape(of: Self.tangents).first ?? 0 : 0
  }

  /// Reads the input, row-major.
  ///
  /// - Parameter count: The number of elements that are expected.
  /// - Returns: As many elements.
  /// - Throws: `ArtifactError` for another number.
  public func input(count: Int) throws -> [Float] { try values(Self.input, count) }

  /// Reads the gradient that is given for a tensor, row-major.
  ///
  /// - Parameters:
  ///   - index: The tensor's index among the options `--seed`.
  ///   - count: The number of elements that are expected.
  /// - Returns: As many elements.
  /// - Throws: `ArtifactError` for another number, or none.
  public func seed(_ index: Int, count: Int) throws -> [Float] {
    try values(Self.seed.at("\(index)"), count)
  }

  /// Reads the tangents that are given, one after the other, row-major.
  ///
  /// - Parameter count: The number of elements that are expected of all tangents together.
  /// - Returns: As many elements.
  /// - Throws: `ArtifactError` for another number, or none.
  public func tangents(count: Int) throws -> [Float] { try values(Self.tangents, count) }

  private func values(_ dataset: Dataset<Float>, _ count: Int) throws -> [Float] {
    guard reader.contains(dataset) else {
      throw ArtifactError(
        "Cannot use \(reader.path): it has no dataset \(dataset.schema.name); write it, or leave "
          + "the option out that needs it")
    }
    // Any shape of that many elements will do: callers may leave out a batch of one.
    let values = try reader.read(dataset)
    guard values.count == count else {
      throw ArtifactError(
        "Cannot use \(reader.path): \(dataset.schema.name) has \(values.count) values, \(count) are "
          + "expected; write it in the shape of its tensor")
    }
    return values
  }

  private static let input = Dataset<Float>(
    "input", [.any], "The network's input, or the tensor that `--from` names, in its own shape.")
  private static let seed = Dataset<Float>(
    "seeds/{i}", [.any],
    "Gradient of an objective with respect to the tensor that the i-th `--seed` names.",
    .optionally("for each `--seed`"))
  private static let tangents = Dataset<Float>(
    "tangents", [.any], "Tangents of the tensor that `--tangent-from` names, count × its shape.",
    .optionally("for `--tangent-from`"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "network-input", fileName: "in.h5", program: "the caller's program",
    summary: """
      What `atlas-network run` computes with. Of the attributes that every file has, only `kind` is \
      needed.
      """,
    axes: [], datasets: [input.schema, seed.schema, tangents.schema],
    example: """
      import h5py
      import numpy as np
      with h5py.File("in.h5", "w") as f:
          f.attrs["kind"] = "network-input"
          f["input"] = np.zeros((1, 3, 48, 48), "float32")
          f["seeds/0"] = np.ones((1, 10), "float32")
      """)
}

/// `out.h5`: what `atlas-network run` computed, in the order of the options that asked for it.
public final class NetworkValuesFile {
  private let writer: ArtifactWriter
  private var counts = (tensors: 0, gradients: 0, tangents: 0)

  /// Begins a file.
  public init(path: String) throws(ArrayStoreError) {
    writer = try ArtifactWriter(Self.schema, path: path, provenance: nil, subject: Subject())
  }

  /// Writes the values of the next tensor.
  public func write(
    tensor name: String, _ values: [Float], shape: [Int]
  ) throws(ArrayStoreError) {
    try write(Self.tensor.at("\(counts.tensors)"), values, shape, name)
    counts.tensors += 1
  }

  /// Writes the gradient of the next tensor.
  public func write(
    gradientOf name: String, _ values: [Float], shape: [Int]
  ) throws(ArrayStoreError) {
    try write(Self.gradient.at("\(counts.gradients)"), values, shape, name)
    counts.gradients += 1
  }

  /// Writes the tangents of the next tensor, count × its shape.
  public func write(
    tangentsOf name: String, _ values: [Float], shape: [Int]
  ) throws(ArrayStoreError) {
    try write(Self.tangents.at("\(counts.tangents)"), values, shape, name)
    counts.tangents += 1
  }

  private func write(
    _ dataset: Dataset<Float>, _ values: [Float], _ shape: [Int], _ name: String
  ) throws(ArrayStoreError) {
    try writer.write(dataset, values, shape: shape)
    try writer.annotate(dataset, "name", name)
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }

  // Numbered, with the name in an attribute: names of tensors hold slashes, which HDF5 takes for
  // groups.
  private static let tensor = Dataset<Float>(
    "tensors/{i}", [.any],
    "Values of the i-th `--read`; the attribute `name` is the tensor's name.",
    .optionally("with `--read`, or without other options"))
  private static let gradient = Dataset<Float>(
    "gradients/{i}", [.any],
    "Gradient with respect to the i-th `--gradient`, or to the input; `name` is the tensor's name.",
    .optionally("with `--seed`"))
  private static let tangents = Dataset<Float>(
    "tangents/{i}", [.any],
    "Tangents of the i-th `--tangent-to`, count × its shape; `name` is the tensor's name.",
    .optionally("with `--tangent-to`"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "network-values", fileName: "out.h5", program: "atlas-network run",
    summary: """
      What `atlas-network run` computed. Of the attributes that every file has, it has `kind` and \
      `format`.
      """,
    axes: [], datasets: [tensor.schema, gradient.schema, tangents.schema],
    example: """
      import h5py
      with h5py.File("out.h5") as f:
          for kind, group in f.items():
              for index, values in group.items():
                  name = values.attrs["name"].decode()
                  print(kind, index, "of", name, values.shape, values[:].ravel()[:3])
      """)
}
