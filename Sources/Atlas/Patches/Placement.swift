public import NeuralNetworks
internal import Randomness

/// Where a patch is pasted, and how large.
public struct Placement: Sendable, Equatable {
  /// The patch's side as a fraction of the input's smaller side, above 0 and at most 1.
  public var fraction: Double
  /// The patch's place as fractions of the free space: 0 is the left or upper border, 1 the right or
  /// lower one.
  public var x, y: Double

  /// Makes a placement.
  public init(fraction: Double, x: Double, y: Double) {
    precondition(fraction > 0 && fraction <= 1 && (0...1).contains(x) && (0...1).contains(y))
    (self.fraction, self.x, self.y) = (fraction, x, y)
  }

  /// The side of the patch in pixels of an input; at least 1.
  public func side(in size: Extent) -> Int {
    max(1, Int((fraction * Double(min(size.width, size.height))).rounded()))
  }

  /// The left upper pixel of the patch in an input; the whole patch lies within.
  public func origin(in size: Extent) -> (x: Int, y: Int) {
    let side = side(in: size)
    return (
      Int((x * Double(size.width - side)).rounded()),
      Int((y * Double(size.height - side)).rounded())
    )
  }

  /// The four corners and the center, by their names.
  public static let places: [(name: String, x: Double, y: Double)] = [
    ("top left", 0, 0), ("top right", 1, 0), ("bottom left", 0, 1), ("bottom right", 1, 1),
    ("center", 0.5, 0.5),
  ]

  /// All places in all sizes, size by size.
  ///
  /// Carter et al. (2019, section "Adversarial patches") swept sizes and corners.
  public static func sweep(_ fractions: [Double]) -> [Placement] {
    fractions.flatMap { fraction in
      places.map { Placement(fraction: fraction, x: $0.x, y: $0.y) }
    }
  }

  /// SNAFUE's placement (Casper et al., arXiv 2211.10024, 2022): 100 of 256 pixels of the side, a random place
  /// in the middle three fifths of the free space.
  ///
  /// - Parameters:
  ///   - patch: The number of the patch.
  ///   - picture: The number of the picture.
  ///   - seed: The run's seed.
  /// - Returns: The placement.
  public static func random(patch: Int, picture: Int, seed: UInt64) -> Placement {
    var random = RandomStream(seed: seed, purpose: .patch, item: patch, step: picture)
    let (x, y) = (Double(random.uniform()), Double(random.uniform()))
    return Placement(fraction: 100 / 256, x: 0.2 + 0.6 * x, y: 0.2 + 0.6 * y)
  }
}
