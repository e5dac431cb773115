internal import ArrayStore
public import Matrices

/// The vectors by which samples are compared: the scores of `components.h5`, or raw activations.
///
/// Searches and layouts do not care which: both are n vectors with a subject and origins.
public enum SampleVectors {
  /// The scores of principal components.
  case scores(ComponentsFile)
  /// The activations as they are.
  case activations(ActivationsFile)

  /// Opens the scores of a file of components.
  ///
  /// - Throws: `ArtifactError` if it holds none.
  public init(components path: String) throws {
    let file = try ComponentsFile(path: path)
    guard file.scoresShape != nil else {
      throw ArtifactError(
        "Cannot use \(path): it was made with --components 0 and holds no scores; "
          + "give the raw activations with --activations")
    }
    self = .scores(file)
  }

  /// Opens activations.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if the file is not what it should be.
  public init(activations path: String) throws {
    self = .activations(try ActivationsFile(path: path))
  }

  /// The file's path.
  public var path: String {
    switch self {
    case .scores(let file): file.path
    case .activations(let file): file.path
    }
  }

  /// Which network and layer the samples are of.
  public var subject: Subject {
    switch self {
    case .scores(let file): file.subject
    case .activations(let file): file.subject
    }
  }

  /// The number of samples, n.
  public var sampleCount: Int {
    switch self {
    case .scores(let file): file.scoresShape?.sampleCount ?? 0
    case .activations(let file): file.sampleCount
    }
  }

  /// The length of a vector, d.
  public var dimension: Int {
    switch self {
    case .scores(let file): file.scoresShape?.componentCount ?? 0
    case .activations(let file): file.channelCount
    }
  }

  /// Reads all vectors, n × d; a search for neighbors needs all of them in memory.
  public func vectors() throws -> Matrix {
    switch self {
    case .scores(let file): try file.scores()
    case .activations(let file): try file.activations()
    }
  }

  /// Where the samples come from; nil if the file does not say.
  public func origins() throws -> SampleOrigins? {
    switch self {
    case .scores(let file): try file.origins()
    case .activations(let file): try file.origins()
    }
  }
}
