import CommandLine
import Explorer
import Images
import ParallelLoops

/// Photographs that an explorer includes, reduced, as files with numbers for names.
struct Photographs {
  /// The number of each photograph that could be read.
  private(set) var number: [String: Int] = [:]
  /// Their widths and heights in pixels, before they were reduced.
  private(set) var sizes: [SIMD2<Int>] = []

  /// None.
  init() {}

  /// Copies photographs into an explorer.
  ///
  /// - Parameters:
  ///   - names: Their paths below the folder of images, each once.
  ///   - source: The folder of images.
  ///   - side: The longer side of a copy in pixels; smaller ones keep their size.
  ///   - folder: The explorer.
  /// - Throws: When a copy cannot be written.
  init(_ names: [String], from source: String, side: Int, into folder: ExplorerFolder) throws {
    let progress = ProgressReporter("photographs", total: names.count, unit: "photograph")
    let read = try parallelMap(count: names.count) { index throws(StageError) -> SIMD2<Int>? in
      defer { progress.advance() }
      guard !names[index].hasPrefix("/"), !names[index].split(separator: "/").contains(".."),
        let copy = try? Self.copy(source + "/" + names[index], side: side)
      else { return nil }
      try folder.write(copy.bytes, to: "photographs/\(Self.fileName(index))")
      return copy.size
    }
    progress.finish()
    for (index, size) in read.enumerated() {
      sizes.append(size ?? .zero)
      if size != nil { number[names[index]] = index }
    }
    if number.count < names.count {
      Diagnostics.warn(
        "\(names.count - number.count) of \(counted(names.count, "photograph")) cannot be read and are left out"
      )
    }
  }

  /// A photograph's size, and a copy of it, reduced, as a JPEG file.
  private static func copy(
    _ path: String, side: Int
  ) throws(ImageError) -> (size: SIMD2<Int>, bytes: [UInt8]) {
    let (size, copy) = try ImageReader.withImage(at: path, atLeast: nil) { image, _, _ in
      let scale = min(1, Double(side) / Double(max(image.width, image.height)))
      return (
        SIMD2(image.width, image.height),
        image.resized(
          toWidth: max(1, Int((scale * Double(image.width)).rounded())),
          height: max(1, Int((scale * Double(image.height)).rounded())), filter: .bicubic)
      )
    }
    return (size, try JPEGWriter.encode(copy, quality: 85))
  }

  private static func fileName(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jpg"
  }
}
