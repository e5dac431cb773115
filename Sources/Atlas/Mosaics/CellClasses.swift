/// What a cell's samples do for one class, on average.
public struct ClassEffect: Codable, Sendable, Equatable {
  /// The class, as an index of the network's logits.
  public let index: Int
  /// What it is called.
  public let name: String
  /// The mean effect on its logit.
  public let mean: Float
  /// The standard error of the mean; absent where the samples come from fewer than two images.
  public let standardError: Float?
  /// The fraction of samples whose effect has the mean's sign, from 0 to 1; absent if it is not known.
  public let agreement: Float?

  /// Describes an effect; a standard error or an agreement that is not finite counts as not known.
  public init(index: Int, name: String, mean: Float, standardError: Float, agreement: Float) {
    (self.index, self.name, self.mean) = (index, name, mean)
    self.standardError = standardError.isFinite ? standardError : nil
    self.agreement = agreement.isFinite ? agreement : nil
  }

  /// Whether the mean is at least two standard errors from 0.
  public var isClear: Bool { standardError.map { abs(mean) >= 2 * $0 } ?? false }
}

/// The classes that a cell argues for and against most.
public struct CellClasses: Codable, Sendable, Equatable {
  /// Those with the largest mean effects above 0, largest first.
  public let `for`: [ClassEffect]
  /// Those with the smallest mean effects below 0, smallest first.
  public let against: [ClassEffect]
  /// The samples of the cell that were examined, and the images that these come from.
  public let samples, images: Int

  /// Finds the classes in the mean effects of a cell.
  ///
  /// Of equal effects the class with the lower place comes first.
  ///
  /// - Parameters:
  ///   - means: The mean effect on each class, k of them.
  ///   - forCount: How many classes to keep that the cell argues for, at most.
  ///   - againstCount: How many that it argues against.
  ///   - samples: The samples that were examined.
  ///   - images: The images that these come from.
  ///   - effect: Describes the effect on the class at a place from 0 to k − 1.
  /// - Complexity: O(k) for few classes kept.
  public init(
    means: [Float], forCount: Int = 5, againstCount: Int = 3, samples: Int, images: Int,
    effect: (Int) -> ClassEffect
  ) {
    `for` = Self.first(forCount, of: means.map { -$0 }).map(effect)
    against = Self.first(againstCount, of: means).map(effect)
    self.samples = samples
    self.images = images
  }

  /// The places of the smallest values below 0, smallest first.
  private static func first(_ count: Int, of values: [Float]) -> [Int] {
    var places: [Int] = []
    for (place, value) in values.enumerated() where value < 0 {
      if places.count == count, let last = places.last, value >= values[last] { continue }
      // Behind those that are as small: they came before.
      let position = places.firstIndex { value < values[$0] } ?? places.endIndex
      places.insert(place, at: position)
      if places.count > count { places.removeLast() }
    }
    return places
  }
}
