/// How often a network takes one class for another: the mean probability of each class on images of each.
///
/// Softer than a table of answers: where a network is nearly always right, its second choices still tell
/// which classes are near.
public struct ClassConfusion: Sendable {
  /// The number of classes, k.
  public let classCount: Int
  private var sums: [Int: [Double]] = [:]
  private var counts: [Int: Int] = [:]

  /// Of no images yet.
  public init(classCount: Int) { self.classCount = classCount }

  /// Adds an image.
  ///
  /// The order in which images are added decides the last bits.
  ///
  /// - Parameters:
  ///   - probabilities: Of all classes, k of them.
  ///   - shown: The image's class.
  public mutating func add(_ probabilities: [Float], ofClass shown: Int) {
    precondition(probabilities.count == classCount && (0..<classCount).contains(shown))
    var sum = sums[shown] ?? [Double](repeating: 0, count: classCount)
    for index in 0..<classCount { sum[index] += Double(probabilities[index]) }
    sums[shown] = sum
    counts[shown, default: 0] += 1
  }

  /// The classes that there are images of.
  public var shownClasses: [Int] { counts.keys.sorted() }

  /// The mean probability of a class on images of another; nil where there are none.
  public func probability(of answer: Int, onImagesOf shown: Int) -> Double? {
    guard let sum = sums[shown], let count = counts[shown] else { return nil }
    return sum[answer] / Double(count)
  }

  /// How alike two classes are to the network: the larger of the probabilities of one on images of the
  /// other; 0 where there are images of neither.
  public func likeness(_ first: Int, _ second: Int) -> Double {
    max(
      probability(of: second, onImagesOf: first) ?? 0,
      probability(of: first, onImagesOf: second) ?? 0)
  }

  /// The classes that are at least so much like a class, and the class itself.
  public func related(to index: Int, likeness least: Double) -> Set<Int> {
    Set((0..<classCount).filter { $0 == index || likeness($0, index) >= least })
  }

  /// All other classes, those most like a class first.
  public func ranking(of index: Int) -> [Int] {
    (0..<classCount).filter { $0 != index }.sorted {
      (likeness($1, index), $0) < (likeness($0, index), $1)
    }
  }

  /// Pairs of a class and one that it may be taken for, the likeliest first.
  ///
  /// - Parameters:
  ///   - sources: The classes that are to be taken for others.
  ///   - targets: The most targets of each.
  ///   - count: The most pairs.
  /// - Returns: Pairs by the mean probability of the target on images of the source.
  public func pairs(from sources: [Int], targets: Int, count: Int) -> [ClassPair] {
    let all = sources.flatMap { source in
      (0..<classCount).filter { $0 != source }.map { target in
        ClassPair(
          source: source, target: target,
          confusability: probability(of: target, onImagesOf: source) ?? 0)
      }.sorted(by: ClassPair.isBefore).prefix(targets)
    }
    return Array(all.sorted(by: ClassPair.isBefore).prefix(count))
  }
}

/// A class, and one that the network may be brought to take it for.
public struct ClassPair: Sendable, Equatable {
  /// The class of the images.
  public var source: Int
  /// The class that they are to be taken for.
  public var target: Int
  /// The mean probability of the target on images of the source.
  public var confusability: Double

  /// Makes a pair.
  public init(source: Int, target: Int, confusability: Double) {
    (self.source, self.target, self.confusability) = (source, target, confusability)
  }

  /// The likelier first; the order of classes decides between equals.
  static func isBefore(_ first: ClassPair, _ second: ClassPair) -> Bool {
    (second.confusability, first.source, first.target)
      < (first.confusability, second.source, second.target)
  }
}
