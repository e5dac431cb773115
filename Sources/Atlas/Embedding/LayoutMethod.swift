public import Matrices
public import Neighbors

/// A way to lay out rows, with its settings.
public enum LayoutMethod: Sendable, Equatable {
  /// UMAP, in the plane.
  case umap(UMAPParameters)
  /// t-SNE, in the plane or on a line.
  case tsne(TSNEParameters)

  /// How many neighbours of a row the method looks at.
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

  /// The number of steps that a layout of so many rows takes.
  public func stepCount(forRowCount rowCount: Int) -> Int {
    switch self {
    case .umap(let parameters): parameters.epochCount(forRowCount: rowCount)
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

  /// Joins the neighbourhoods of all rows to the graph that is laid out.
  public func graph(of table: NeighborTable) -> NeighborGraph {
    switch self {
    case .umap(let parameters): fuzzyGraph(of: table, parameters: parameters)
    case .tsne(let parameters): tsneAffinities(of: table, perplexity: parameters.perplexity)
    }
  }

  /// Lays out a graph, as `umapLayout` or `tsneLayout`.
  public func layout(
    of graph: NeighborGraph, start: Matrix, anchors: LayoutAnchors? = nil,
    progress: (@Sendable (Double) -> Void)? = nil
  ) -> Layout {
    switch self {
    case .umap(let parameters):
      umapLayout(
        of: graph, start: start, parameters: parameters, anchors: anchors, progress: progress)
    case .tsne(let parameters):
      tsneLayout(
        of: graph, start: start, parameters: parameters, anchors: anchors, progress: progress)
    }
  }

  /// Puts new rows on a finished layout, as `placeByUMAP` or `placeByTSNE`.
  public func place(_ neighbors: NeighborTable, on layout: Matrix) -> Matrix {
    switch self {
    case .umap(let parameters):
      placeByUMAP(neighbors: neighbors, on: layout, parameters: parameters)
    case .tsne(let parameters):
      placeByTSNE(neighbors: neighbors, on: layout, parameters: parameters)
    }
  }
}
