import Glibc
import Matrices
import Numerics
import ParallelLoops
import Randomness

/// Eight vectors over the rows of a graph that turn towards the leading eigenvectors of D⁻¹W, those
/// of each component on their own.
///
/// W are the weights and D the sums of their rows. D⁻¹W is self-adjoint for the inner product
/// weighted by D; its eigenvectors are those of D⁻¹ᐟ²·W·D⁻¹ᐟ² times D⁻¹ᐟ², which saves a copy of the
/// weights. The constant, its first eigenvector in each component, is taken out all along.
///
/// Method: subspace iteration with a Chebyshev filter (Zhou, Saad, Tiago and Chelikowsky 2006). A
/// filter of degree m enlarges what belongs to eigenvalues above a bound and keeps the rest small;
/// the bound is the least of the eight approximate eigenvalues, component by component.
struct SpectralSubspace {
  /// Up to 1,024 rows of one component: a sum over rows is a sum over blocks, from first to last.
  private struct Block {
    let component: Int
    let rows: Range<Int>
  }

  /// The filter of one component: how a step combines a vector, its image and the vector before.
  private struct Filter: BitwiseCopyable {
    var degree = 0
    var shift: Float = 0
    var factor: Float = 1
  }

  private let graph: NeighborGraph
  /// The sum of each row's weights.
  let degrees: [Float]
  /// The rows of each component that takes part, one after the other.
  private let order: [Int32]
  private let blocks: [Block]
  /// The sum of the degrees of each component.
  private let volumes: [Double]
  /// The number of rows of each component.
  private let sizes: [Int]

  private var vectors: [SIMD8<Float>]
  /// The vectors before, or the images of the vectors.
  private var others: [SIMD8<Float>]
  /// The share of the constant in both, for each component.
  private var vectorMeans: [SIMD8<Float>]
  private var otherMeans: [SIMD8<Float>]
  /// The approximate eigenvectors of each component as shares of the vectors.
  private(set) var ritz: [RitzVectors?]

  /// Starts from given vectors, filled up to eight with random ones.
  ///
  /// - Parameters:
  ///   - graph: The weights.
  ///   - components: Its components.
  ///   - minimumSize: Smaller components are left out.
  ///   - start: The first vectors, n × 1 or 2.
  ///   - seed: What the random ones grow from.
  init(
    of graph: NeighborGraph, components: ConnectedComponents, minimumSize: Int, start: Matrix,
    seed: UInt64
  ) {
    let rowCount = graph.rowCount
    self.graph = graph
    sizes = components.sizes
    let bins = components.componentOfRow.map { component in
      components.sizes[Int(component)] >= minimumSize ? component : -1
    }
    let sorted = countingSort(bins, binCount: components.count)
    let (order, blocks) = (
      sorted.order,
      (0..<sorted.count).flatMap { component in
        let rows = sorted.range(ofBin: component)
        return stride(from: rows.lowerBound, to: rows.upperBound, by: 1024).map {
          Block(component: component, rows: $0..<min($0 + 1024, rows.upperBound))
        }
      }
    )
    (self.order, self.blocks) = (order, blocks)
    var degrees = [Float](repeating: 0, count: rowCount)
    var vectors = [SIMD8<Float>](repeating: .zero, count: rowCount)
    degrees.withDisjointWrites { degrees in
      vectors.withDisjointWrites { vectors in
        parallelFor(count: rowCount, grain: 1024) { rows in
          let weights = graph.weights.span
          for row in rows {
            var sum = 0.0
            for position in graph.range(ofRow: row) { sum += Double(weights[position]) }
            degrees[row] = Float(sum)
            vectors[row] = firstVectors(row, start: start, seed: seed)
          }
        }
      }
    }
    (self.degrees, self.vectors) = (degrees, vectors)
    others = vectors
    volumes = blocks.reduce(into: [Double](repeating: 0, count: components.count)) {
      for position in $1.rows { $0[$1.component] += Double(degrees[Int(order[position])]) }
    }
    vectorMeans = [SIMD8<Float>](repeating: .zero, count: components.count)
    otherMeans = vectorMeans
    ritz = [RitzVectors?](repeating: nil, count: components.count)
    vectorMeans = means(of: vectors)
  }

  /// Turns the vectors by filter after filter.
  ///
  /// The first filters are short, as their bounds are still rough.
  ///
  /// - Complexity: At most `productCount` products of the weights with eight vectors.
  mutating func iterate(productCount: Int) {
    approximate()
    var (remaining, longest) = (productCount - 1, 8)
    // Short filters of thousands of components would spend all time between the products.
    for _ in 0..<max(16, productCount / 16) {
      let filters = filters(longest: min(longest, remaining))
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

  /// The leading approximate eigenvectors of D⁻¹W, n × `count`, zero in components left out.
  func eigenvectors(count: Int) -> Matrix {
    var result = Matrix(rowCount: graph.rowCount, columnCount: count)
    let shares = allShares
    result.elements.withDisjointWrites { output in
      parallelFor(count: blocks.count, grain: 1) { range in
        let shares = shares.span
        for block in blocks[range] {
          let mean = vectorMeans[block.component]
          for position in block.rows {
            let row = Int(order[position])
            let values = RitzVectors.combine(
              vectors[row] - mean, shares, from: 8 * block.component)
            for axis in 0..<count { output[row * count + axis] = values[axis] }
          }
        }
      }
    }
    return result
  }

  /// The shares of all components' approximations, eight for each.
  private var allShares: [SIMD8<Float>] {
    var result = [SIMD8<Float>](repeating: .zero, count: 8 * sizes.count)
    for (component, ritz) in ritz.enumerated() {
      guard let ritz else { continue }
      for row in 0..<8 { result[8 * component + row] = ritz.shares[row] }
    }
    return result
  }

  /// Finds the approximate eigenvectors; `others` then holds the images of the vectors.
  private mutating func approximate() {
    // Sixteen for a block: the products of the vectors with each other, then with the images.
    var sums = [SIMD8<Double>](repeating: .zero, count: 16 * blocks.count)
    let (graph, degrees, order, blocks) = (graph, degrees, order, blocks)
    let (vectors, means) = (vectors, vectorMeans)
    sums.withDisjointWrites { sums in
      others.withDisjointWrites { images in
        parallelFor(count: blocks.count, grain: 1) { range in
          for (index, block) in zip(range, blocks[range]) {
            sums.withMutableSpan(16 * index..<16 * index + 16) { sums in
              let mean = means[block.component]
              for position in block.rows {
                let row = Int(order[position])
                let vector = vectors[row] - mean
                let image = rowImage(graph, degrees[row], row, vectors.span) - mean
                images[row] = image
                let (wide, wideImage) = (SIMD8<Double>(vector), SIMD8<Double>(image))
                let weighted = wide * Double(degrees[row])
                for lane in 0..<8 {
                  sums[lane] += wide * weighted[lane]
                  sums[8 + lane] += wideImage * weighted[lane]
                }
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

  /// A filter for each component by its approximate eigenvalues.
  private func filters(longest: Int) -> [Filter] {
    ritz.map { ritz in
      // Where fewer than eight dimensions are, or just eight, the eigenvectors are exact.
      guard let ritz, let greatest = ritz.values.first, let least = ritz.values.last,
        !ritz.isComplete
      else { return Filter() }
      // The filter keeps [−1, bound] small and grows as cosh(degree · rate) at the greatest value.
      let bound = min(max(least, -0.5), 0.99999)
      let (shift, halfWidth) = ((bound - 1) / 2, (bound + 1) / 2)
      let rate = acosh(max(1, (greatest - shift) / halfWidth))
      // A growth past 10⁴ would drown the other vectors in what rounding leaves of the first.
      let degree = rate > 0.3 ? max(2, Int(9.9 / rate)) : 32
      return Filter(
        degree: min(degree, longest), shift: Float(shift), factor: Float(1 / halfWidth))
    }
  }

  /// Makes the vectors the approximate eigenvectors and `others` the first step of a filter, whose
  /// images are known already.
  private mutating func rotate(_ filters: [Filter]) {
    let (shares, means) = (allShares, vectorMeans)
    let (order, blocks) = (order, blocks)
    vectors.withDisjointWrites { vectors in
      others.withDisjointWrites { others in
        parallelFor(count: blocks.count, grain: 1) { range in
          let shares = shares.span
          for block in blocks[range] {
            let (mean, filter) = (means[block.component], filters[block.component])
            for position in block.rows {
              let row = Int(order[position])
              let vector = RitzVectors.combine(
                vectors[row] - mean, shares, from: 8 * block.component)
              let image = RitzVectors.combine(others[row], shares, from: 8 * block.component)
              vectors[row] = vector
              others[row] =
                filter.degree > 0 ? (image - vector * filter.shift) * filter.factor : vector
            }
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
  /// and those before.
  private mutating func advance(_ filters: [Filter], step: Int) {
    let (graph, degrees, order, blocks) = (graph, degrees, order, blocks)
    let (vectors, means, previousMeans) = (vectors, vectorMeans, otherMeans)
    var sums = [SIMD8<Double>](repeating: .zero, count: blocks.count)
    sums.withDisjointWrites { sums in
      others.withDisjointWrites { others in
        parallelFor(count: blocks.count, grain: 1) { range in
          for (index, block) in zip(range, blocks[range]) {
            let (filter, mean) = (filters[block.component], means[block.component])
            let previousMean = previousMeans[block.component]
            guard step < filter.degree else {
              for position in block.rows {
                let row = Int(order[position])
                others[row] = vectors[row] - mean
              }
              continue
            }
            var sum = SIMD8<Double>.zero
            let vectors = vectors.span
            for position in block.rows {
              let row = Int(order[position])
              let image = rowImage(graph, degrees[row], row, vectors) - mean
              let vector = vectors[row] - mean
              let new =
                (image - vector * filter.shift) * (2 * filter.factor)
                - (others[row] - previousMean)
              others[row] = new
              sum += SIMD8<Double>(new) * Double(degrees[row])
            }
            sums[index] = sum
          }
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
        block.rows.reduce(into: SIMD8<Double>.zero) {
          let row = Int(order[$1])
          $0 += SIMD8<Double>(vectors[row]) * Double(degrees[row])
        }
      })
  }

  /// The share of the constant in each component from the weighted sums of the blocks.
  private func componentMeans(_ sums: [SIMD8<Double>]) -> [SIMD8<Float>] {
    var totals = [SIMD8<Double>](repeating: .zero, count: sizes.count)
    for (block, sum) in zip(blocks, sums) { totals[block.component] += sum }
    return zip(totals, volumes).map { $1 > 0 ? SIMD8<Float>($0 * (1 / $1)) : .zero }
  }
}

/// One row of D⁻¹W times the vectors; columns must be in range, as is not checked here.
@inline(__always)
private func rowImage(
  _ graph: NeighborGraph, _ degree: Float, _ row: Int, _ vectors: Span<SIMD8<Float>>
) -> SIMD8<Float> {
  let (columns, weights) = (graph.columns.span, graph.weights.span)
  var (even, odd) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  var position = graph.rowStarts[row]
  let end = graph.rowStarts[row + 1]
  while position + 2 <= end {
    even += vectors[unchecked: Int(columns[unchecked: position])] * weights[unchecked: position]
    odd +=
      vectors[unchecked: Int(columns[unchecked: position + 1])] * weights[unchecked: position + 1]
    position += 2
  }
  if position < end {
    even += vectors[unchecked: Int(columns[unchecked: position])] * weights[unchecked: position]
  }
  return degree > 0 ? (even + odd) * (1 / degree) : .zero
}

/// The coordinates of a row in the start, and normal random numbers.
private func firstVectors(_ row: Int, start: Matrix, seed: UInt64) -> SIMD8<Float> {
  var stream = RandomStream(seed: seed, purpose: .layoutStart, item: row, step: 3)
  var result = SIMD8<Float>.zero
  for pair in 0..<4 { (result[2 * pair], result[2 * pair + 1]) = stream.normalPair() }
  for axis in 0..<start.columnCount { result[axis] = start[row, axis] }
  return result
}
