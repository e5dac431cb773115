import Foundation
import Images
import Randomness
import TestSupport

/// What all tests begin with: a small network and a folder of small images.
///
/// It is made once and goes when the tests end.
struct Workshop: Sendable {
  let folder: TemporaryFolder
  /// The network's file; its card and labels lie beside it.
  let model: String
  /// The folder of images: 12 of them in three folders, which are classes.
  let images: String

  /// The images' names in order.
  static let names = (0..<3).flatMap { number in
    ["a.jpg", "b.JPG", "c.jpeg", "d.png"].map { "n0000000\(number)/\($0)" }
  }

  static func shared() throws -> Workshop { try made.get() }

  private static let made: Result<Workshop, any Error> = Result {
    let workshop = try Workshop()
    // Nothing ends the life of a static property but the end of the process.
    atexit { try? FileManager.default.removeItem(atPath: Workshop.shared().folder.path) }
    return workshop
  }

  private init() throws {
    folder = try TemporaryFolder()
    model = try InceptionModel.write(to: folder)
    images = folder.file("images")
    for (index, name) in Self.names.enumerated() {
      let picture = Self.picture(index, width: 40 + 11 * index, height: 150 - 9 * index)
      let bytes =
        switch index {
        case 1: try JPEGWriter.encode(picture, subsampling: .gray)
        case 2: try JPEGWriter.encode(picture, isProgressive: true)
        case _ where name.hasSuffix(".png"): try PNGWriter.encode(picture)
        default: try JPEGWriter.encode(picture)
        }
      try folder.write("images/" + name, bytes)
    }
    // What is no image and what is hidden is passed over.
    try folder.write("images/readme.txt", "no image")
    try folder.write("images/.hidden/e.jpg", "no image")
  }

  /// Stripes and a spot, different for each index.
  static func picture(_ index: Int, width: Int, height: Int) -> RGBImage {
    var random = RandomStream(seed: 6, purpose: .evaluation, item: index)
    let spot = (random.uniform(), random.uniform())
    let colors = (0..<9).map { _ in random.uniform(in: 0..<255) }
    let slope = (random.uniform(in: -12..<12), random.uniform(in: -12..<12))
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = (Float(x) / Float(width), Float(y) / Float(height))
        let isInSpot = (u - spot.0) * (u - spot.0) + (v - spot.1) * (v - spot.1) < 0.05
        let stripe = Int((slope.0 * u + slope.1 * v).rounded(.down)) & 1
        let color = isInSpot ? 2 : stripe
        for channel in 0..<3 { pixels.append(UInt8(colors[3 * color + channel])) }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
