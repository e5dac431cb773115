import ArgumentParser
import NeuralNetworks

/// `--size`: height and width in pixels, or one number for both.
struct ImageSize: ExpressibleByArgument {
  let extent: Extent

  init?(argument: String) {
    let sides = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard let height = sides[0], let width = sides.last ?? nil, sides.count <= 2,
      (1...4096).contains(height), (1...4096).contains(width)
    else { return nil }
    extent = Extent(height: height, width: width)
  }
}
