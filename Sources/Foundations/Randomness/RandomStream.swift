internal import Glibc

/// What random numbers are drawn for; streams for different purposes are independent.
public enum RandomPurpose: UInt32, Sendable {
  /// Positions sampled in an image.
  case positions = 1
  /// The initial values of an icon's parameters.
  case iconStart = 2
  /// The transform of an optimization step.
  case transform = 3
  /// The transforms that evaluate a finished icon.
  case heldOutTransform = 4
  /// Negative samples of a layout.
  case negativeSamples = 5
  /// The initial positions of a layout.
  case layoutStart = 6
  /// Samples drawn for tests and quality measures.
  case evaluation = 7
  /// A picture of the synthetic world.
  case picture = 8
  /// Samples from which inverted lists are made.
  case neighborLists = 9
  /// Samples whose attribution is computed.
  case attribution = 10
  /// The random place of a patch on a picture.
  case patch = 11
  /// The pixels of a patch.
  case patchPixels = 12
  /// Which patches are compared, and how the null shuffles.
  case patchChoice = 13
  /// Patches drawn anew for an interval.
  case bootstrap = 14
}

/// An endless stream of random numbers that belongs to a seed, a purpose, an item and a step.
///
/// The same four always give the same stream, on any thread, shard or machine. A stream has 2³²
/// blocks of four 32-bit words.
public struct RandomStream: Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>(repeating: 0)
  private var used = 4

  /// The stream of one item at one step.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purpose: What the numbers are for.
  ///   - item: The item's index: an image, a cell, a sample. Below 2⁴⁰.
  ///   - step: The step within the item: an epoch, an optimization step. Below 2²⁴.
  public init(seed: UInt64, purpose: RandomPurpose, item: Int = 0, step: Int = 0) {
    precondition(
      item >= 0 && item < 1 << 40 && step >= 0 && step < 1 << 24,
      "no stream of item \(item), step \(step)")
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: item),
      UInt32(truncatingIfNeeded: step) | UInt32(truncatingIfNeeded: item >> 32) << 24,
      purpose.rawValue)
  }

  /// The next 32 random bits.
  public mutating func nextBits() -> UInt32 {
    if used == 4 {
      block = philox4x32(counter: counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// The next 64 random bits.
  public mutating func nextBits64() -> UInt64 {
    UInt64(nextBits()) << 32 | UInt64(nextBits())
  }

  /// A number in [0, 1), a multiple of 2⁻²⁴.
  public mutating func uniform() -> Float { Float(nextBits() >> 8) * 0x1p-24 }

  /// A number in `range`, uniform.
  public mutating func uniform(in range: Range<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number in `0..<bound`, without bias (Lemire, ACM TOMACS 2019).
  ///
  /// - Precondition: `0 < bound < 2³²`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound < 1 << 32, "bound out of range: \(bound)")
    let range = UInt64(bound)
    var product = UInt64(nextBits()) &* range
    if product & 0xFFFF_FFFF < range {
      let threshold = ((1 << 32) - range) % range
      while product & 0xFFFF_FFFF < threshold { product = UInt64(nextBits()) &* range }
    }
    return Int(product >> 32)
  }

  /// A pair of independent standard normal numbers (Box and Muller 1958).
  public mutating func normalPair() -> (Float, Float) {
    let radius = sqrt(-2 * log(1 - Double(nextBits()) * 0x1p-32))
    let angle = 2 * Double.pi * Double(nextBits()) * 0x1p-32
    return (Float(radius * cos(angle)), Float(radius * sin(angle)))
  }

  /// `count` different whole numbers out of `0..<bound`, in ascending order.
  ///
  /// Selection sampling (Knuth, The Art of Computer Programming, vol. 2, algorithm S).
  ///
  /// - Precondition: `0 ≤ count ≤ bound`.
  /// - Complexity: O(bound).
  public mutating func distinctIntegers(_ count: Int, below bound: Int) -> [Int] {
    precondition(count >= 0 && count <= bound, "cannot choose \(count) of \(bound)")
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for candidate in 0..<bound where chosen.count < count {
      if integer(below: bound - candidate) < count - chosen.count { chosen.append(candidate) }
    }
    return chosen
  }

  /// The whole numbers `0..<count` in a random order, all orders as likely.
  ///
  /// Fisher and Yates' shuffle (Knuth, The Art of Computer Programming, vol. 2, algorithm P).
  ///
  /// - Complexity: O(count).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.reversed().dropLast() {
      order.swapAt(index, integer(below: index + 1))
    }
    return order
  }
}
