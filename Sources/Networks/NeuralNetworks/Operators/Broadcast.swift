internal import Numerics
internal import OneDNN

/// How the elements of two tensors meet when they are broadcast, as in NumPy.
///
/// result[i, j, …] meets a[i, j, …] and b[i, j, …], with index 0 along a dimension in which a tensor
/// has size 1. Adjacent dimensions that both tensors traverse alike are joined, so that the innermost
/// loop is long. All sizes are those in memory.
struct Broadcast {
  /// The sizes of the result, outermost first; never empty.
  let sizes: [Int]
  /// The distance in elements between neighbors of each tensor; 0 where it is repeated.
  let aStrides, bStrides: [Int]

  /// Joins dimensions where both tensors allow it.
  ///
  /// - Precondition: The tensors have as many dimensions, each of the result's size or 1.
  init(result: [Int], a: [Int], b: [Int]) {
    var sizes: [Int] = []
    var aStrides: [Int] = []
    var bStrides: [Int] = []
    let whole = TensorShape(result)
    let allA = TensorShape(a).strides(broadcastTo: whole)
    let allB = TensorShape(b).strides(broadcastTo: whole)
    for index in result.indices where result[index] != 1 {
      let size = result[index]
      // Joined if a step of the outer dimension is `size` steps of this one, in both; 0 = 0 · size
      // joins dimensions over which a tensor is repeated.
      if let last = sizes.last, let lastA = aStrides.last, let lastB = bStrides.last,
        lastA == allA[index] * size, lastB == allB[index] * size
      {
        sizes[sizes.count - 1] = last * size
        aStrides[sizes.count - 1] = allA[index]
        bStrides[sizes.count - 1] = allB[index]
      } else {
        sizes.append(size)
        aStrides.append(allA[index])
        bStrides.append(allB[index])
      }
    }
    self.sizes = sizes.isEmpty ? [1] : sizes
    self.aStrides = sizes.isEmpty ? [0] : aStrides
    self.bStrides = sizes.isEmpty ? [0] : bStrides
  }

  /// How many elements a tensor with these strides must have at least: the loops read no further.
  func reach(_ strides: [Int]) -> Int {
    sizes.contains(0) ? 0 : 1 + zip(sizes, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
  }

  /// Checks once what the loops over a plan rely on, which index without bounds checks.
  func check(_ result: TensorMemory, _ a: TensorMemory, _ b: TensorMemory) {
    precondition(
      result.storedCount == sizes.reduce(1, *) && reach(aStrides) <= a.storedCount
        && reach(bStrides) <= b.storedCount && (0...1).contains(inner.a)
        && (0...1).contains(inner.b),
      """
      tensors of \(a.storedCount) and \(b.storedCount) elements are not broadcast to \
      \(result.storedCount)
      """)
  }

  /// The innermost loop: its length, and both tensors' strides there, which are 0 or 1: a tensor's
  /// own innermost dimension is contiguous.
  var inner: (count: Int, a: Int, b: Int) {
    (sizes[sizes.count - 1], aStrides[sizes.count - 1], bStrides[sizes.count - 1])
  }

  /// Calls `body` for each run of the innermost loop with the indices at which it starts in the
  /// result and in both tensors, in the result's memory order.
  ///
  /// Inlined, with the second innermost dimension as a loop of its own: a map times one number a
  /// channel, in blocks of channels, has runs of no more than a block.
  ///
  /// - Complexity: O(result / innermost size) calls.
  @inline(__always)
  func forEachRun(_ body: (_ index: Int, _ a: Int, _ b: Int) -> Void) {
    guard sizes.allSatisfy({ $0 > 0 }) else { return }
    let count = inner.count
    let outer = sizes.count - 1
    let rows = outer > 0 ? sizes[outer - 1] : 1
    let (rowA, rowB) = outer > 0 ? (aStrides[outer - 1], bStrides[outer - 1]) : (0, 0)
    var counter = [Int](repeating: 0, count: max(outer - 1, 0))
    var (start, a, b) = (0, 0, 0)
    // An odometer: indices grow by strides, with no division per run.
    while true {
      for row in 0..<rows {
        body(start, a &+ row &* rowA, b &+ row &* rowB)
        start &+= count
      }
      var index = outer - 2
      while index >= 0 {
        counter[index] += 1
        a += aStrides[index]
        b += bStrides[index]
        if counter[index] < sizes[index] { break }
        a -= aStrides[index] * sizes[index]
        b -= bStrides[index] * sizes[index]
        counter[index] = 0
        index -= 1
      }
      if index < 0 { return }
    }
  }
}

extension Span where Element == Float {
  /// Elements of a run of a `Broadcast`: neighbors from `start + index` on, or, with a step of 0, the
  /// one at `start` in every lane.
  @inline(__always)
  func vector(ofRunAt start: Int, step: Int, _ index: Int, lanes: Int) -> SIMD8<Float> {
    step == 0
      ? SIMD8(repeating: self[unchecked: start]) : vector(at: start &+ index, lanes: lanes)
  }
}

extension MutableSpan where Element == Double {
  /// Adds the elements of a run to sums: neighbors to neighbors from `start` on, or, with a step of 0,
  /// all of them to the one at `start`, eight lanes apart and then together.
  @inline(__always)
  mutating func addRun(
    of count: Int, at start: Int, step: Int, _ part: (_ index: Int, _ lanes: Int) -> SIMD8<Float>
  ) {
    let last = count & ~7
    if step == 0 {
      var sum = SIMD8<Double>.zero
      for index in stride(from: 0, to: last, by: 8) { sum += SIMD8<Double>(part(index, 8)) }
      self[start] += sum.sum()
    } else {
      for index in stride(from: 0, to: last, by: 8) {
        store(vector(at: start &+ index) + SIMD8<Double>(part(index, 8)), at: start &+ index)
      }
    }
    guard last < count else { return }
    addLanes(part(last, count - last), at: start + last * step, step: step, count: count - last)
  }

  // Out of line, as the rare tails of vectors are.
  @inline(never)
  private mutating func addLanes(_ part: SIMD8<Float>, at start: Int, step: Int, count: Int) {
    for lane in 0..<count { self[start + lane * step] += Double(part[lane]) }
  }
}
