internal import Glibc
public import Layouts
public import Matrices
public import Neighbors
public import TSNE
public import UMAP

/// A layout method with its settings.
///
/// Everything that programs ask of a method, without knowing which one it is.
public enum LayoutMethod: Sendable, Equatable {
  /// UMAP, in the plane.
  case umap(UMAPParameters)
  /// t-SNE, in the plane or on a line.
  case tsne(TSNEParameters)

  /// The method's usual name.
  public var name: String {
    switch self {
    case .umap: "UMAP"
    case .tsne: "t-SNE"
    }
  }

  /// The number of neighbors of a sample that the method looks at.
  public var neighborCount: Int {
    switch self {
    case .umap(let parameters): parameters.neighborCount
    case .tsne(let parameters): parameters.neighborCount
    }
  }

  /// The dimension of the layout.
  public var dimension: Int {
    switch self {
    case .umap: 2
    case .tsne(let parameters): parameters.dimension
    }
  }

  /// The number of steps for a number of samples: epochs of UMAP, iterations of t-SNE.
  public func stepCount(forSampleCount sampleCount: Int) -> Int {
    switch self {
    case .umap(let parameters): parameters.epochCount(forSampleCount: sampleCount)
    case .tsne(let parameters): parameters.earlyIterationCount + parameters.iterationCount
    }
  }

  /// The seed.
  public var seed: UInt64 {
    get {
      switch self {
      case .umap(let parameters): parameters.seed
      case .tsne(let parameters): parameters.seed
      }
    }
    set {
      switch self {
      case .umap(var parameters):
        parameters.seed = newValue
        self = .umap(parameters)
      case .tsne(var parameters):
        parameters.seed = newValue
        self = .tsne(parameters)
      }
    }
  }

  /// The graph that is laid out: the fuzzy graph of UMAP, the affinities of t-SNE.
  public func graph(of table: NeighborTable) -> NeighborGraph {
    switch self {
    case .umap(let parameters): fuzzyGraph(of: table, parameters: parameters)
    case .tsne(let parameters): tsneAffinities(of: table, perplexity: parameters.perplexity)
    }
  }

  /// Lays out a graph, as `umapLayout` or `tsneLayout`.
  public func layout(
    of graph: NeighborGraph, initialization: Matrix, anchors: LayoutAnchors? = nil,
    progress: (@Sendable (Double) -> Void)? = nil
  ) -> Layout {
    switch self {
    case .umap(let parameters):
      umapLayout(
        of: graph, initialization: initialization, parameters: parameters, anchors: anchors,
        progress: progress)
    case .tsne(let parameters):
      tsneLayout(
        of: graph, initialization: initialization, parameters: parameters, anchors: anchors,
        progress: progress)
    }
  }

  /// Places new samples on a finished layout, as `placeByUMAP` or `placeByTSNE`.
  ///
  /// - Throws: `PlacementError` for a layout with a position out of range.
  public func place(
    _ neighbors: NeighborTable, on layout: Matrix
  ) throws(PlacementError) -> Matrix {
    switch self {
    case .umap(let parameters):
      try placeByUMAP(neighbors: neighbors, on: layout, parameters: parameters)
    case .tsne(let parameters):
      try placeByTSNE(neighbors: neighbors, on: layout, parameters: parameters)
    }
  }
}

/// What a layout will take, once the neighbors are known.
public struct LayoutForecast: Sendable, Equatable {
  /// The most memory in bytes, with the samples and the neighbors.
  public let bytes: Int
  /// The time of one thread in seconds, about.
  public let threadSeconds: Double
}

extension LayoutMethod {
  /// Forecasts a layout.
  ///
  /// - Parameters:
  ///   - sampleCount: The number of samples.
  ///   - dimension: The number of elements of a sample.
  ///   - storedNeighborCount: The number of neighbors per sample that are read; at least as many as
  ///     the method uses.
  /// - Returns: An upper bound of the memory: a graph has at most two edges for each neighbor. The
  ///   time is that of a processor of 2024, and within a factor of two on most.
  public func forecast(
    sampleCount: Int, dimension: Int, storedNeighborCount: Int
  ) -> LayoutForecast {
    let samples = Double(sampleCount)
    let neighbors = samples * Double(min(neighborCount, max(1, sampleCount - 1)))
    let edges = 2 * neighbors
    let sampleBytes = samples * Double(dimension) * 4
    let table = samples * Double(storedNeighborCount) * 8
    let graph = edges * 8
    // The graph grows beside the table, with a weight and a position of each entry; then the layout
    // has the graph and what it makes of it.
    let symmetrizing = table + graph + neighbors * 8
    let steps = Double(stepCount(forSampleCount: sampleCount))
    let optimizing: Double
    let seconds: Double
    // In nanoseconds: 3 per edge that is sampled, about 1.7 for each neighbor, and 2 per force, of
    // about 20 edges per epoch and sample; for t-SNE 1.2 per edge, and 100 per sample for its
    // field.
    switch self {
    case .umap(let parameters):
      optimizing = graph + edges * 8 + samples * 180
      let perEpoch =
        neighbors * 1.7 * 3e-9 + samples * 20 * Double(1 + parameters.negativeSampleCount) * 2e-9
      seconds = steps * perEpoch
    case .tsne:
      // At most 4,096 × 4,096 grid points and their transform.
      let grid = min(0x1p24, 40 * samples + 0x1p16) * 24
      optimizing = graph + samples * 100 + grid
      // Beyond the processor's caches a doubling of the samples makes each of them dearer: measured up to 1,152,000.
      let beyond = max(0, log2(samples / 80_000))
      seconds = steps * (neighbors * 1.6 * 1.2e-9 + samples * 100e-9) * (1 + 0.13 * beyond)
    }
    // A program with its libraries, and the pictures of its report.
    let bytes =
      sampleBytes + max(symmetrizing, optimizing) + samples * 32 + 128 * 1024 * 1024
    return LayoutForecast(
      bytes: Int(bytes),
      threadSeconds: seconds + edges * 20e-9 + samples * Double(dimension) * 30e-9)
  }
}
