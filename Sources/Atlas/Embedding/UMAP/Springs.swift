/// The pulls of anchors.
struct Springs: Sendable {
  private let targets: [SIMD2<Float>]
  /// The share of the way in a part of an epoch.
  private let share: Float

  init(_ anchors: LayoutAnchors) {
    targets = positions(anchors.targets)
    share = min(anchors.strength, 1) / Float(EdgeSchedule.partCount)
  }

  /// How far a row goes, at most all the way; nowhere if it is free.
  @inline(__always)
  func move(_ row: Int, from position: SIMD2<Float>, rate: Float) -> SIMD2<Float> {
    let way = targets[row] - position
    guard way.x.isFinite && way.y.isFinite else { return .zero }
    return way * min(rate * share, 1)
  }
}
