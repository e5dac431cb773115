/// Why a layout could not be normalized or samples could not be averaged.
public enum GridError: Error, Equatable, CustomStringConvertible {
  /// A layout without points.
  case noPoints
  /// A sample's point in the layout or its activation vector holds an element that is not finite.
  case nonFiniteSample(Int)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .noPoints:
      "Cannot normalize a layout of no points; embed at least one sample."
    case .nonFiniteSample(let sample):
      "Cannot put sample \(sample) into a grid: a number is not finite; extract and embed it again."
    }
  }
}
