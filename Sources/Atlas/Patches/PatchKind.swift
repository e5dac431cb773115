public import Images
internal import Randomness

/// What a patch is, and what it stands for in the comparison.
public enum PatchKind: String, Sendable, CaseIterable {
  /// From a cell that the search has found: its icon, or a part of a photograph in it.
  case candidate
  /// The same, found after what cells argue for was shuffled among them: the null.
  case shuffled
  /// Random pixels.
  case noise
  /// One random color.
  case flat
  /// The icon of a random cell.
  case icon
  /// A part of a random cell's photograph.
  case crop
  /// A part of a photograph of another class that is related to the target; the search leaves them out.
  case related
  /// A part of a photograph in a cell that argues for the target, whatever its own class.
  case attributed
  /// Pixels that were optimized for the target on images of the choosing half (Brown et al., "Adversarial
  /// Patch", arXiv 1712.09665, 2017): an upper bound.
  case optimized

  /// What people call it.
  public var title: String {
    switch self {
    case .candidate: "found"
    case .shuffled: "found, shuffled"
    case .noise: "noise"
    case .flat: "flat color"
    case .icon: "random icons"
    case .crop: "random crops"
    case .related: "crops of related classes"
    case .attributed: "crops by attribution alone"
    case .optimized: "optimized pixels"
    }
  }

  /// What a discovery has to surpass, each by itself.
  ///
  /// No search has chosen these patches for the pair's own features. Icons and crops are of the same random
  /// cells.
  static let opponents: [[PatchKind]] = [[.noise], [.flat], [.icon, .crop], [.related]]

  /// The kinds of what a discovery has to surpass.
  public static let controls: [PatchKind] = opponents.flatMap { $0 }

  /// A patch of random pixels, or of a random color.
  ///
  /// - Parameters:
  ///   - side: Its side in pixels.
  ///   - number: Which of the pair's.
  ///   - pair: The number of the pair.
  ///   - seed: The run's seed.
  /// - Returns: A square.
  /// - Precondition: The kind is noise or flat.
  public func drawn(side: Int, number: Int, pair: Int, seed: UInt64) -> RGBImage {
    precondition(self == .noise || self == .flat, "\(rawValue) is not drawn")
    var random = RandomStream(
      seed: seed, purpose: .patchPixels, item: pair, step: 2 * number + (self == .noise ? 0 : 1))
    var pixels = [UInt8](repeating: 0, count: 3 * side * side)
    if self == .noise {
      for index in pixels.indices { pixels[index] = UInt8(random.nextBits() >> 24) }
    } else {
      let color = (0..<3).map { _ in UInt8(random.nextBits() >> 24) }
      for index in pixels.indices { pixels[index] = color[index % 3] }
    }
    return RGBImage(width: side, height: side, pixels: pixels)
  }
}
