internal import Activations
public import Images
public import Models
internal import NeuralNetworks
internal import ParallelLoops

/// A square cut out of what a network sees of an image.
public struct ImagePatch: Sendable, Hashable {
  /// The image's path.
  public let path: String
  /// Its center, in pixels of the image.
  public let x, y: Float

  /// Names a patch.
  public init(path: String, x: Float, y: Float) {
    (self.path, self.x, self.y) = (path, x, y)
  }
}

extension Preprocessing {
  /// Reads patches at the scale at which the network sees images.
  ///
  /// The image is resized as for the network, and a square cut out about the patch's center, moved
  /// inward where it would leave the image. Each image is decoded once.
  ///
  /// - Parameters:
  ///   - patches: Which.
  ///   - side: Their side in pixels of the network's input.
  ///   - progress: Called after each image with the number of its patches, from any thread.
  /// - Returns: For each patch its pixels, or why there are none.
  public func read(
    _ patches: [ImagePatch], side: Int, progress: @Sendable (Int) -> Void = { _ in }
  ) -> [Result<RGBImage, ImageError>] {
    let byPath = Dictionary(grouping: patches.indices) { patches[$0].path }
    let groups = byPath.values.sorted { $0[0] < $1[0] }
    let read = parallelMap(count: groups.count) { group in
      let indices = groups[group]
      defer { progress(indices.count) }
      let images = Result { () throws(ImageError) in
        try ImageReader.withImage(at: patches[indices[0]].path, atLeast: nil) {
          image, width, height in
          indices.map { cut(patches[$0], of: image, width: width, height: height, side: side) }
        }
      }
      return images
    }
    var results: [Int: Result<RGBImage, ImageError>] = [:]
    for (indices, images) in zip(groups, read) {
      for (place, index) in indices.enumerated() { results[index] = images.map { $0[place] } }
    }
    return patches.indices.compactMap { results[$0] }
  }

  private func cut(
    _ patch: ImagePatch, of image: RGBImage, width: Int, height: Int, side: Int
  ) -> RGBImage {
    let window = window(of: Extent(height: height, width: width))
    func start(_ center: Float, _ scale: Double, _ length: Int) -> Int {
      let first = Double(center) / scale - Double(side) / 2
      return min(max(Int(first.rounded()), 0), max(length - side, 0))
    }
    let part = PixelRectangle(
      x: start(patch.x, window.scaleX, window.resized.width),
      y: start(patch.y, window.scaleY, window.resized.height),
      width: min(side, window.resized.width), height: min(side, window.resized.height))
    return image.resized(
      toWidth: window.resized.width, height: window.resized.height, part: part,
      filter: filter.resampling, antialias: antialias
    ).padded(to: side)
  }
}

extension RGBImage {
  /// The image with black to the right and below, a square of the given side.
  fileprivate func padded(to side: Int) -> RGBImage {
    guard width < side || height < side else { return self }
    var pixels = [UInt8](repeating: 0, count: 3 * side * side)
    for y in 0..<height {
      for index in 0..<3 * width {
        pixels[3 * y * side + index] = self.pixels[3 * y * width + index]
      }
    }
    return RGBImage(width: side, height: side, pixels: pixels)
  }
}
