internal import Matrices
internal import Neighbors
internal import Numerics
internal import ParallelLoops
internal import Randomness

/// Eight vectors over the nodes of a graph that converge to the leading eigenvectors of D⁻¹W, those
/// of each connected component on their own.
///
/// W are the weights and D the sums of their rows. D⁻¹W is self-adjoint for the inner product
/// weighted by D; its eigenvectors are those of D⁻¹ᐟ²·W·D⁻¹ᐟ² times D⁻¹ᐟ², which saves a copy of
/// the weights. The constant, its first eigenvector in each component, is projected out all along.
///
/// Method: subspace iteration with a Chebyshev filter (`ChebyshevFilter`), whose bound is the least
/// of the eight approximate eigenvalues, component by component. Eight vectors, though two are
/// wanted: they fill a vector register, so a load of one neighbor serves all, and the spare ones
/// speed up convergence.
struct SpectralSubspace {
  /// Up to 1,024 nodes of one component: a sum over nodes is a sum over blocks, from first to last,
  /// so that it does not depend on threads.
  private struct Block {
    let component: Int
    let positions: Range<Int>
  }

  private let graph: NeighborGraph
  /// The sum of each node's weights.
  let degrees: [Float]
  /// The nodes of each component that takes part, one component after the other.
  private let order: [Int32]
  private let blocks: [Block]
  /// The sum of the degrees of each component.
  private let volumes: [Double]
  /// The number of nodes of each component.
  private let sizes: [Int]

  private var vectors: [SIMD8<Float>]
  /// The vectors of the step before, or the images of the vectors.
  private var others: [SIMD8<Float>]
  /// The coefficient of the constant in both, for each component.
  ///
  /// It is subtracted when a vector is read, which saves a pass that would subtract it.
  private var vectorMeans: [SIMD8<Float>]
  private var otherMeans: [SIMD8<Float>]
  /// The approximate eigenvectors of each component.
  private(set) var ritz: [RitzVectors?]

  /// Starts from given vectors, filled up to eight with random ones.
  ///
  /// - Parameters:
  ///   - graph: The weights.
  ///   - components: Its connected components.
  ///   - minimumSize: Smaller components are left out.
  ///   - initial: The first vectors, n × 1 or 2.
  ///   - seed: The seed of the random ones.
  init(
    of graph: NeighborGraph, components: ConnectedComponents, minimumSize: Int, initial: Matrix,
    seed: UInt64
  ) {
    self.graph = graph
    sizes = components.sizes
    let bins = components.componentOfRow.map { component in
      components.sizes[Int(component)] >= minimumSize ? component : -1
    }
    let sorted = countingSort(bins, binCount: components.count)
    let order = sorted.order
    blocks = (0..<sorted.count).flatMap { component in
      let positions = sorted.range(ofBin: component)
      return stride(from: positions.lowerBound, to: positions.upperBound, by: 1024).map {
        Block(component: component, positions: $0..<min($0 + 1024, positions.upperBound))
      }
    }
    self.order = order
    var degrees = [Float](repeating: 0, count: graph.rowCount)
    var vectors = [SIMD8<Float>](repeating: .zero, count: graph.rowCount)
    withDisjointWrites(of: &degrees, &vectors) { degrees, vectors in
      parallelFor(count: graph.rowCount, grain: 1024) { nodes in
        let weights = graph.weights.span
        for node in nodes {
          var sum = 0.0
          for edge in graph.range(ofRow: node) { sum += Double(weights[edge]) }
          degrees[node] = Float(sum)
          vectors[node] = firstVectors(node, initial: initial, seed: seed)
        }
      }
    }
    (self.degrees, self.vectors) = (degrees, vectors)
    others = vectors
    volumes = blocks.reduce(into: [Double](repeating: 0, count: components.count)) {
      for position in $1.positions { $0[$1.component] += Double(degrees[Int(order[position])]) }
    }
    vectorMeans = [SIMD8<Float>](repeating: .zero, count: components.count)
    otherMeans = vectorMeans
    ritz = [RitzVectors?](repeating: nil, count: components.count)
    vectorMeans = means(of: vectors)
  }

  /// Applies filter after filter.
  ///
  /// The first filters are short, as their bounds are still rough.
  ///
  /// - Complexity: At most `productCount` products of the weights with eight vectors.
  mutating func iterate(productCount: Int) {
    approximate()
    var (remaining, longest) = (productCount - 1, 8)
    // Short filters of thousands of components would spend all time between the products.
    for _ in 0..<max(16, productCount / 16) {
      let filters = ritz.map { ChebyshevFilter(for: $0, longest: min(longest, remaining)) }
      let degree = filters.map(\.degree).max() ?? 0
      guard degree > 0 else { return }
      rotate(filters)
      swap(&vectors, &others)
      for step in 1..<degree { advance(filters, step: step) }
      approximate()
      remaining -= degree
      longest = min(longest + 8, 32)
    }
  }

  /// The leading approximate eigenvectors of D⁻¹W, n × `count`; zero in components left out.
  func eigenvectors(count: Int) -> Matrix {
    var result = Matrix(rowCount: graph.rowCount, columnCount: count)
    let coefficients = allCoefficients
    result.elements.withDisjointWrites { output in
      parallelFor(count: blocks.count, grain: 1) { range in
        let coefficients = coefficients.span
        for block in blocks[range] {
          let mean = vectorMeans[block.component]
          for position in block.positions {
            let node = Int(order[position])
            let values = RitzVectors.combine(
              vectors[node] - mean, coefficients, from: 8 * block.component)
            for axis in 0..<count { output[node * count + axis] = values[axis] }
          }
        }
      }
    }
    return result
  }

  /// The coefficients of all components' approximations, eight for each.
  private var allCoefficients: [SIMD8<Float>] {
    var result = [SIMD8<Float>](repeating: .zero, count: 8 * sizes.count)
    for (component, ritz) in ritz.enumerated() {
      guard let ritz else { continue }
      for row in 0..<8 { result[8 * component + row] = ritz.coefficients[row] }
    }
    return result
  }

  /// Finds the approximate eigenvectors; `others` then holds the images of the vectors.
  private mutating func approximate() {
    // Sixteen for a block: the products of the vectors with each other, then with the images.
    var sums = [SIMD8<Double>](repeating: .zero, count: 16 * blocks.count)
    let (graph, degrees, order, blocks) = (graph, degrees, order, blocks)
    let (vectors, means) = (vectors, vectorMeans)
    withDisjointWrites(of: &sums, &others) { sums, images in
      parallelFor(count: blocks.count, grain: 1) { range in
        for (index, block) in zip(range, blocks[range]) {
          sums.withMutableSpan(16 * index..<16 * index + 16) { sums in
            let mean = means[block.component]
            for position in block.positions {
              let node = Int(order[position])
              let vector = vectors[node] - mean
              let image = neighborMean(graph, degrees[node], node, vectors.span) - mean
              images[node] = image
              let (wide, wideImage) = (SIMD8<Double>(vector), SIMD8<Double>(image))
              let weighted = wide * Double(degrees[node])
              for lane in 0..<8 {
                sums[lane] += wide * weighted[lane]
                sums[8 + lane] += wideImage * weighted[lane]
              }
            }
          }
        }
      }
    }
    var first = 0
    while first < blocks.count {
      let component = blocks[first].component
      var total = Array(sums[16 * first..<16 * first + 16])
      first += 1
      while first < blocks.count && blocks[first].component == component {
        for index in 0..<16 { total[index] += sums[16 * first + index] }
        first += 1
      }
      ritz[component] = RitzVectors(
        products: total[..<8], images: total[8...], dimension: sizes[component] - 1)
    }
  }

  /// Makes the vectors the approximate eigenvectors, and `others` the first step of a filter, whose
  /// images are known already.
  private mutating func rotate(_ filters: [ChebyshevFilter]) {
    let (coefficients, means) = (allCoefficients, vectorMeans)
    let (order, blocks) = (order, blocks)
    withDisjointWrites(of: &vectors, &others) { vectors, others in
      parallelFor(count: blocks.count, grain: 1) { range in
        let coefficients = coefficients.span
        for block in blocks[range] {
          let (mean, filter) = (means[block.component], filters[block.component])
          for position in block.positions {
            let node = Int(order[position])
            let vector = RitzVectors.combine(
              vectors[node] - mean, coefficients, from: 8 * block.component)
            let image = RitzVectors.combine(
              others[node], coefficients, from: 8 * block.component)
            vectors[node] = vector
            others[node] =
              filter.degree > 0 ? (image - vector * filter.shift) * filter.factor : vector
          }
        }
      }
    }
    for index in vectorMeans.indices {
      vectorMeans[index] = .zero
      otherMeans[index] = .zero
    }
  }

  /// One step of the filters that are long enough: the new vectors from the vectors, their images
  /// and those before, by the three-term recurrence of Chebyshev polynomials.
  private mutating func advance(_ filters: [ChebyshevFilter], step: Int) {
    let (graph, degrees, order, blocks) = (graph, degrees, order, blocks)
    let (vectors, means, previousMeans) = (vectors, vectorMeans, otherMeans)
    var sums = [SIMD8<Double>](repeating: .zero, count: blocks.count)
    withDisjointWrites(of: &sums, &others) { sums, others in
      parallelFor(count: blocks.count, grain: 1) { range in
        for (index, block) in zip(range, blocks[range]) {
          let (filter, mean) = (filters[block.component], means[block.component])
          let previousMean = previousMeans[block.component]
          guard step < filter.degree else {
            for position in block.positions {
              let node = Int(order[position])
              others[node] = vectors[node] - mean
            }
            continue
          }
          var sum = SIMD8<Double>.zero
          let vectors = vectors.span
          for position in block.positions {
            let node = Int(order[position])
            let image = neighborMean(graph, degrees[node], node, vectors) - mean
            let vector = vectors[node] - mean
            let new =
              (image - vector * filter.shift) * (2 * filter.factor)
              - (others[node] - previousMean)
            others[node] = new
            sum += SIMD8<Double>(new) * Double(degrees[node])
          }
          sums[index] = sum
        }
      }
    }
    swap(&self.vectors, &others)
    otherMeans = vectorMeans
    vectorMeans = componentMeans(sums)
  }

  private func means(of vectors: [SIMD8<Float>]) -> [SIMD8<Float>] {
    componentMeans(
      blocks.map { block in
        block.positions.reduce(into: SIMD8<Double>.zero) {
          let node = Int(order[$1])
          $0 += SIMD8<Double>(vectors[node]) * Double(degrees[node])
        }
      })
  }

  /// The coefficient of the constant in each component, from the weighted sums of the blocks.
  private func componentMeans(_ sums: [SIMD8<Double>]) -> [SIMD8<Float>] {
    var totals = [SIMD8<Double>](repeating: .zero, count: sizes.count)
    for (block, sum) in zip(blocks, sums) { totals[block.component] += sum }
    return zip(totals, volumes).map { $1 > 0 ? SIMD8<Float>($0 * (1 / $1)) : .zero }
  }
}

/// One row of D⁻¹W times the vectors: the weighted mean of a node's neighbors.
///
/// Columns must be nodes of the graph, as is not checked here: `connectedComponents` did.
@inline(__always)
private func neighborMean(
  _ graph: NeighborGraph, _ degree: Float, _ node: Int, _ vectors: Span<SIMD8<Float>>
) -> SIMD8<Float> {
  let (columns, weights) = (graph.columns.span, graph.weights.span)
  // Two sums hide the latency of the additions.
  var (even, odd) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  var edge = graph.rowStarts[node]
  let end = graph.rowStarts[node + 1]
  while edge + 2 <= end {
    even += vectors[unchecked: Int(columns[unchecked: edge])] * weights[unchecked: edge]
    odd += vectors[unchecked: Int(columns[unchecked: edge + 1])] * weights[unchecked: edge + 1]
    edge += 2
  }
  if edge < end {
    even += vectors[unchecked: Int(columns[unchecked: edge])] * weights[unchecked: edge]
  }
  return degree > 0 ? (even + odd) * (1 / degree) : .zero
}

/// The coordinates of a node in the initial positions, and normal random numbers.
private func firstVectors(_ node: Int, initial: Matrix, seed: UInt64) -> SIMD8<Float> {
  var stream = RandomStream(seed: seed, purpose: .layoutStart, item: node, step: 3)
  var result = SIMD8<Float>.zero
  for pair in 0..<4 { (result[2 * pair], result[2 * pair + 1]) = stream.normalPair() }
  for axis in 0..<initial.columnCount { result[axis] = initial[node, axis] }
  return result
}
