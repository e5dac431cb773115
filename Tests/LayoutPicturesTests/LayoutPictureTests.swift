import Drawing
import Grids
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

  private func density(_ layout: Matrix, side: Int) throws -> RGBImage {
    try densityMap(layout, side: side).image
  }

  /// How many pixels have another color than the upper left one.
  private func coveredCount(_ image: RGBImage) -> Int {
    let ground = pixel(image, 0, 0)
    return stride(from: 0, to: image.pixels.count, by: 3).count {
      Array(image.pixels[$0..<$0 + 3]) != ground
    }
  }

  @Test("a picture is as large as asked for and shows the points", arguments: [1, 2])
  func size(columns: Int) throws {
    let layout = clusters(2000, columns: columns)
    let classes = (0..<2000).map { Int32($0 % 3) }
    for image in [
      try classPicture(layout, classes: classes, side: 240),
      try classPicture(layout, classes: nil, side: 240), try density(layout, side: 240),
    ] {
      #expect(image.width == 240 && image.height == (columns == 1 ? 80 : 240))
      let covered = coveredCount(image)
      #expect(covered > 300 && covered < image.width * image.height * 3 / 4)
    }
  }

  @Test("classes differ in color, and rows of no class are gray", arguments: [1, 2])
  func colors(columns: Int) throws {
    // One point a class, left to right; discs and bars are wide enough for their middle pixel.
    let count = 4
    let layout = Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<count).flatMap { Array([Float($0), 0].prefix(columns)) })
    let side = 600
    let image = try classPicture(layout, classes: [0, 1, 61, -1], side: side)
    let found = (0..<count).map { row in
      // The frame of a plane goes from the 1st to the 99th percentile, 0.03 to 2.97, and a tenth
      // farther.
      let x = Int(
        columns == 1 ? 18.0 + 564 * Double(row) / 3 : 600 * (Double(row) + 0.264) / 3.528)
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
  func palette() throws {
    let colors = try (0..<24).map { index -> [Int] in
      let layout = Matrix(rowCount: 1, columnCount: 2, elements: [0, 0])
      let image = try classPicture(layout, classes: [Int32(index)], side: 21)
      return pixel(image, 10, 10).map { Int($0) }
    }
    for (index, color) in colors.enumerated() {
      for other in colors[..<index] {
        #expect(zip(color, other).reduce(0) { $0 + abs($1.0 - $1.1) } > 30)
      }
    }
  }

  @Test("y runs upwards, and both axes fill the frame of the grids")
  func orientation() throws {
    // On x from 0 to 10, on y from 0 to 5; percentiles and margins make it 5/6 of the side.
    let layout = Matrix(rowCount: 3, columnCount: 2, elements: [0, 0, 10, 0, 10, 5])
    let image = try density(layout, side: 200)
    let (near, far) = (Int(200 * 0.078 / 1.176), Int(200 * 1.098 / 1.176))
    for (x, y) in [(near, far), (far, far), (far, near)] {
      #expect(pixel(image, x, y).max() ?? 0 > 100)
    }
    #expect(pixel(image, near, near).max() ?? 255 < 10)
  }

  @Test("samples beyond the grids are not shown and move nothing")
  func clipped() throws {
    var stream = RandomStream(seed: 2, purpose: .evaluation)
    let even = Matrix(
      rowCount: 2000, columnCount: 2, elements: (0..<4000).map { _ in stream.uniform() })
    let strays: [Float] = [1e6, 0, -3e38, 1e30, 0.5, 77]
    let strayed = Matrix(rowCount: 2003, columnCount: 2, elements: even.elements + strays)
    #expect(try densityMap(strayed, side: 100).clippedCount == 3)
    #expect(try densityMap(even, side: 100).clippedCount == 0)
    let (plain, with) = (
      try classPicture(even, classes: nil, side: 100),
      try classPicture(strayed, classes: nil, side: 100)
    )
    // Percentiles move by less than a pixel, and disks shrink by a thousandth.
    #expect(abs(coveredCount(plain) - coveredCount(with)) < 300)
    #expect(coveredCount(with) > 5000)
  }

  @Test("a crowded place is lighter on the scale of density")
  func crowded() throws {
    // A tenth of the samples far to the left, so that they count for the frame.
    var elements: [Float] = []
    for index in 0..<550 { elements += index < 50 ? [Float(index % 7) / 6, 1] : [1, 0] }
    let image = try density(
      Matrix(rowCount: 550, columnCount: 2, elements: elements), side: 120)
    func light(_ x: Int, _ y: Int) -> Int { pixel(image, x, y).reduce(0) { $0 + Int($1) } }
    // The frame goes from −0.1 to 1.1.
    #expect(light(110, 109) > 600 && light(10, 10) > 60 && light(10, 10) < 450)
    #expect(light(60, 60) < 10)
  }

  @Test("no row, one row, rows at one place, and positions that are no numbers", arguments: [1, 2])
  func few(columns: Int) throws {
    for count in [1, 5] {
      let layout = Matrix(rowCount: count, columnCount: columns, repeating: 7)
      for image in [
        try classPicture(layout, classes: nil, side: 50), try density(layout, side: 50),
      ] {
        #expect(coveredCount(image) > 0)
      }
    }
    let nothing = Matrix(rowCount: 0, columnCount: columns)
    #expect(throws: GridError.noPoints) { try classPicture(nothing, classes: nil, side: 50) }
    #expect(throws: GridError.noPoints) { try density(nothing, side: 50) }
    #expect(
      try classPicture(Matrix(rowCount: 1, columnCount: columns), classes: nil, side: 1).width == 1)
    for number in [Float.nan, .infinity] {
      var layout = clusters(300, columns: columns)
      layout[17, columns - 1] = number
      #expect(throws: GridError.nonFiniteSample(17)) { try density(layout, side: 50) }
    }
    let far = Matrix(
      rowCount: 2, columnCount: columns,
      elements: (0..<2 * columns).map {
        $0 < columns ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
      })
    #expect(try coveredCount(classPicture(far, classes: nil, side: 60)) > 1)
  }

  @Test("bytes do not depend on the number of threads", arguments: [1, 2])
  func threads(columns: Int) throws {
    let layout = clusters(20_000, columns: columns, clusterCount: 7)
    let classes = (0..<20_000).map { Int32($0 % 7) }
    let pictures = try [1, 2, 4].map { count in
      let (pictures, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        [
          try classPicture(layout, classes: classes, side: 300), try density(layout, side: 300),
        ]
      }
      #expect(workerCount == count)
      return pictures
    }
    #expect(pictures[1] == pictures[0] && pictures[2] == pictures[0])
  }

  @Test("figures have a title, a legend or a scale, and say what is not shown")
  func figures() throws {
    let layout = clusters(3000)
    let classes = (0..<3000).map { Int32($0 % 4) - 1 }
    let plain = try classFigure(layout, classes: nil, classNames: [], title: "", side: 320)
    let named = try classFigure(
      layout, classes: classes, classNames: ["apple", "boat", "cup"], title: "layer", side: 320)
    // The legend stands on the right.
    #expect(named.height == plain.height && named.width > plain.width + 40)
    func colors(_ image: RGBImage, from x: Int) -> Set<[UInt8]> {
      Set(
        (0..<image.height).flatMap { y in (x..<image.width).map { pixel(image, $0, y) } })
    }
    // Three classes, those without one, and the ground at least.
    #expect(colors(named, from: plain.width).count >= 5)
    let density = try densityFigure(layout, title: "layer", side: 320)
    #expect(density.height == plain.height && density.width > plain.width)
    #expect(colors(density, from: plain.width).count > 50)
    // Names and classes that do not belong together are drawn as no class.
    let odd = try classFigure(
      layout, classes: [Int32](repeating: 9, count: 3000), classNames: ["apple"], title: "",
      side: 320)
    #expect(odd.height == plain.height)
    // The names of an axis's ends stand below, and do not change what lies above.
    let axis = HorizontalAxis(
      range: -1...1, left: "teapot", right: String(repeating: "w", count: 9999))
    let ends = try classFigure(
      layout, horizontal: axis, classes: nil, classNames: [], title: "", side: 320)
    #expect(ends.width == plain.width && ends.height > plain.height)
    let endsOfDensity = try densityFigure(layout, horizontal: axis, title: "layer", side: 320)
    #expect(endsOfDensity.height == ends.height)
    // Of more classes than a list has room for there is none.
    let many = try classFigure(
      layout, classes: (0..<3000).map { Int32($0 % 1000) },
      classNames: (0..<1000).map { "class \($0)" },
      title: "", side: 320)
    #expect(many.width == plain.width)
    let line = try classFigure(
      clusters(300, columns: 1), classes: nil, classNames: [], title: "", side: 320)
    #expect(line.width == plain.width && line.height < plain.height)
  }
}
