internal import Numerics

/// Features without what all of them have in common, as directions: what is compared by a cosine.
struct CenteredFeatures: Sendable {
  private let center: [Float]

  /// Centers on the mean of some features.
  ///
  /// - Precondition: There is one, and all are of one length.
  init(on features: some Collection<[Float]>) { center = meanFeature(features) }

  /// A feature less the center, of length 1; 0 where they are the same.
  func direction(of feature: [Float]) -> [Float] {
    let centered = zip(feature, center).map { $0 - $1 }
    let length = Float(dotProduct(centered.span, centered.span)).squareRoot()
    return length > 0 ? centered.map { $0 / length } : centered
  }
}

/// The mean of features of one length, summed in `Double`; empty without any.
func meanFeature(_ features: some Collection<[Float]>) -> [Float] {
  (0..<(features.first?.count ?? 0)).map { index in
    Float(features.reduce(0.0) { $0 + Double($1[index]) } / Double(features.count))
  }
}
