internal import Numerics
internal import OneDNN

/// A matrix of few entries a row.
struct SparseRows {
  struct Entry {
    let column: Int
    let weight: Float
  }

  let columnCount: Int
  let rows: [[Entry]]

  /// Rows and columns exchanged.
  var transposed: SparseRows {
    var result = [[Entry]](repeating: [], count: columnCount)
    for (index, row) in rows.enumerated() {
      for entry in row { result[entry.column].append(Entry(column: index, weight: entry.weight)) }
    }
    return SparseRows(columnCount: rows.count, rows: result)
  }
}

/// target ← (R₁ ⊗ R₂ ⊗ …) source, one dimension after the other, in plain order.
///
/// - Complexity: O(elements · entries a row) for each dimension that changes.
final class ResizingKernel: Kernel {
  let name = "loop"
  private let stages: [Stage]
  /// What each stage reads, and what the last one writes.
  private let tensors: [TensorMemory]

  /// One dimension: its matrix, row by row, and the sizes around it.
  private struct Stage {
    /// Where the entries of each row begin, and where those of the last one end.
    let starts: [Int]
    /// The distance of an entry's element from the first one, and its weight.
    let offsets: [Int]
    let weights: [Float]
    let before, outer, inner: Int

    var resultCount: Int { outer * (starts.count - 1) * inner }

    init(_ matrix: SparseRows, outer: Int, inner: Int) {
      starts = matrix.rows.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
      offsets = matrix.rows.flatMap { row in row.map { $0.column * inner } }
      weights = matrix.rows.flatMap { row in row.map(\.weight) }
      (before, self.outer, self.inner) = (matrix.columnCount, outer, inner)
    }

    func run(from source: Span<Float>, to target: inout MutableSpan<Float>) {
      let (starts, offsets, weights) = (starts.span, offsets.span, weights.span)
      var next = 0
      for block in 0..<outer {
        let first = block * before * inner
        for row in 0..<starts.count - 1 {
          let entries = starts[row]..<starts[row + 1]
          if inner == 1 {
            var sum: Float = 0
            for entry in entries {
              sum +=
                weights[unchecked: entry] * source[unchecked: first &+ offsets[unchecked: entry]]
            }
            target[unchecked: next] = sum
          } else {
            forEachOverlappingBlock(of: inner) { i, lanes in
              var sum = SIMD8<Float>.zero
              for entry in entries {
                sum +=
                  weights[unchecked: entry]
                  * source.vector(at: first &+ offsets[unchecked: entry] &+ i, lanes: lanes)
              }
              target.store(sum, at: next &+ i, lanes: lanes)
            }
          }
          next += inner
        }
      }
    }
  }

  /// - Precondition: A matrix, or nil for the identity, for each of the source's sizes.
  init(
    _ matrices: [SparseRows?], _ sizes: [Int], from source: TensorMemory, to target: TensorMemory
  ) throws {
    let matrices = matrices.isEmpty ? [nil] : matrices
    precondition(
      matrices.count == sizes.count
        && zip(matrices, sizes).allSatisfy { $0?.columnCount ?? $1 == $1 }
        && source.storedCount >= sizes.reduce(1, *)
        && target.storedCount >= zip(matrices, sizes).reduce(1) { $0 * ($1.0?.rows.count ?? $1.1) },
      "matrices that do not fit \(sizes)")
    var sizes = sizes
    var stages: [Stage] = []
    for (dimension, matrix) in matrices.enumerated() {
      guard let matrix else { continue }
      stages.append(
        Stage(
          matrix, outer: sizes[..<dimension].reduce(1, *),
          inner: sizes[(dimension + 1)...].reduce(1, *)))
      sizes[dimension] = matrix.rows.count
    }
    self.stages = stages
    let between = try stages.dropLast().map { stage in
      try TensorMemory(TensorDescriptor([stage.resultCount]))
    }
    tensors = [source] + between + [target]
  }

  func run() {
    guard !stages.isEmpty else { return tensors[1].copy(tensors[0]) }
    for (index, stage) in stages.enumerated() {
      tensors[index].withElements { source in
        tensors[index + 1].withMutableElements { stage.run(from: source, to: &$0) }
      }
    }
  }
}
