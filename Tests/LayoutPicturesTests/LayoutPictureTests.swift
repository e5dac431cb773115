import Images
import LayoutPictures
import Matrices
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct LayoutPictureTests {
  /// Clusters of points, row i in cluster i mod `clusterCount`, far apart.
  private func clusters(_ count: Int, columns: Int = 2, clusterCount: Int = 3) -> Matrix {
    var layout = Matrix(rowCount: count, columnCount: columns)
    for row in 0..<count {
      var stream = RandomStream(seed: 1, purpose: .evaluation, item: row)
      let (x, y) = stream.normalPair()
      layout[row, 0] = 20 * Float(row % clusterCount) + x
      if columns > 1 { layout[row, 1] = 20 * Float(row % clusterCount % 2) + y }
    }
    return layout
  }

  private func pixel(_ image: RGBImage, _ x: Int, _ y: Int) -> [UInt8] {
    let at = 3 * (y * image.width + x)
    return Array(image.pixels[at..<at + 3])
  }

  /// How many pixels have another color than the upper left one.
  private func coveredCount(_ image: RGBImage) -> Int {
    let ground = pixel(image, 0, 0)
    return stride(from: 0, to: image.pixels.count, by: 3).count {
      Array(image.pixels[$0..<$0 + 3]) != ground
    }
  }

  @Test("a picture is as large as asked for and shows the points", arguments: [1, 2])
  func size(columns: Int) {
    let layout = clusters(2000, columns: columns)
    let classes = (0..<2000).map { Int32($0 % 3) }
    for image in [
      classPicture(layout, classes: classes, side: 240),
      classPicture(layout, classes: nil, side: 240), densityPicture(layout, side: 240),
    ] {
      #expect(image.width == 240 && image.height == (columns == 1 ? 80 : 240))
      let covered = coveredCount(image)
      #expect(covered > 300 && covered < image.pixels.count / 6)
    }
  }

  @Test("classes differ in color, and rows of no class are gray", arguments: [1, 2])
  func colors(columns: Int) {
    // One point a class, left to right; discs and bars are wide enough for their middle pixel.
    let count = 4
    let layout = Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<count).flatMap { Array([Float($0), 0].prefix(columns)) })
    let side = 600
    let image = classPicture(layout, classes: [0, 1, 61, -1], side: side)
    let found = (0..<count).map { row in
      let x = Int(18.0 + 564 * Double(row) / 3)
      // The first column of the bar, which is 4 wide with its gap.
      return pixel(
        image, columns == 1 ? min(x, 599) / 4 * 4 : min(x, 599), columns == 1 ? 150 : 300)
    }
    #expect(found[0] != found[1] && found[1] != found[3] && found[0] != found[3])
    // After 60 classes colors repeat.
    #expect(found[1] == found[2])
    #expect(found[3].max() == found[3].min())
    #expect(found[0].max() != found[0].min() && found[1].max() != found[1].min())
  }

  @Test("the colors of the first 24 classes lie apart")
  func palette() {
    let colors = (0..<24).map { index -> [Int] in
      let layout = Matrix(rowCount: 1, columnCount: 2, elements: [0, 0])
      let image = classPicture(layout, classes: [Int32(index)], side: 21)
      return pixel(image, 10, 10).map { Int($0) }
    }
    for (index, color) in colors.enumerated() {
      for other in colors[..<index] {
        #expect(zip(color, other).reduce(0) { $0 + abs($1.0 - $1.1) } > 30)
      }
    }
  }

  @Test("y runs upwards, and the frame keeps proportions")
  func orientation() {
    let layout = Matrix(rowCount: 3, columnCount: 2, elements: [0, 0, 10, 0, 10, 5])
    let image = densityPicture(layout, side: 200)
    // Corners at 3 % of the side; the height of half the width is centered.
    for (x, y) in [(6, 147), (194, 147), (194, 53)] {
      #expect(pixel(image, min(x, 193), y).max() ?? 0 > 60)
    }
    #expect(pixel(image, 6, 53).max() ?? 255 < 10)
  }

  @Test("a crowded place is lighter on the scale of density")
  func density() {
    var elements: [Float] = [0, 0, 1, 1]
    for _ in 0..<500 { elements += [1, 0] }
    let image = densityPicture(Matrix(rowCount: 502, columnCount: 2, elements: elements), side: 100)
    func light(_ x: Int, _ y: Int) -> Int { pixel(image, x, y).reduce(0) { $0 + Int($1) } }
    #expect(light(96, 96) > 600 && light(96, 3) > 60 && light(96, 3) < 300 && light(50, 50) < 10)
  }

  @Test("no row, one row, rows at one place, and positions that are no numbers", arguments: [1, 2])
  func few(columns: Int) {
    for count in [0, 1, 5] {
      let layout = Matrix(rowCount: count, columnCount: columns, repeating: 7)
      for image in [
        classPicture(layout, classes: nil, side: 50), densityPicture(layout, side: 50),
      ] {
        #expect((coveredCount(image) > 0) == (count > 0))
      }
    }
    #expect(
      classPicture(Matrix(rowCount: 1, columnCount: columns), classes: nil, side: 1).width == 1)
    var layout = clusters(300, columns: columns)
    let whole = densityPicture(layout, side: 60)
    layout = Matrix(
      rowCount: 303, columnCount: columns,
      elements: layout.elements + (0..<3 * columns).map { $0 % 2 == 0 ? .nan : .infinity })
    #expect(coveredCount(densityPicture(layout, side: 60)) == coveredCount(whole))
    let far = Matrix(
      rowCount: 2, columnCount: columns,
      elements: (0..<2 * columns).map {
        $0 < columns ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
      })
    #expect(coveredCount(classPicture(far, classes: nil, side: 60)) > 1)
  }

  @Test("bytes do not depend on the number of threads", arguments: [1, 2])
  func threads(columns: Int) {
    let layout = clusters(20_000, columns: columns, clusterCount: 7)
    let classes = (0..<20_000).map { Int32($0 % 7) }
    let pictures = [1, 2, 4].map { count in
      let (pictures, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        [classPicture(layout, classes: classes, side: 300), densityPicture(layout, side: 300)]
      }
      #expect(workerCount == count)
      return pictures
    }
    #expect(pictures[1] == pictures[0] && pictures[2] == pictures[0])
  }
}
