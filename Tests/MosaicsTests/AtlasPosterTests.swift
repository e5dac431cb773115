import Drawing
import Images
import Mosaics
import TestTags
import Testing

@Suite(.tags(.quick)) struct AtlasPosterTests {
  private func icon(_ side: Int, _ seed: Int) -> [UInt8] {
    (0..<3 * side * side).map { UInt8(truncatingIfNeeded: 90 + (31 * seed + 7 * $0) % 60) }
  }

  private func poster(
    side: Int = 3, icon iconSide: Int = 128, label: String = "sea snake", isClear: Bool = true,
    words: AtlasPoster.Words? = nil
  ) throws -> AtlasPoster {
    // One position stays empty where there are several.
    let cells = (0..<side * side).filter { side == 1 || $0 != 1 }.map { place in
      AtlasPoster.Cell(
        row: place / side, column: place % side, icon: icon(iconSide, place), isBlank: place == 5,
        label: AtlasPoster.Label(text: label, isClear: isClear))
    }
    return try AtlasPoster(
      gridSide: side, iconSidePixels: iconSide, cells: cells,
      words: words ?? AtlasPoster.Words(layer: "mixed4c", network: "net", side: side, facts: facts))
  }

  private var facts: AtlasFacts {
    var facts = AtlasFacts()
    (facts.samples, facts.images, facts.classes) = (1200, 1, 79)
    (facts.clippedSamples, facts.samplesInSparseCells, facts.minimumCount) = (12, 0, 6)
    (facts.emptyPlaces, facts.failedImages, facts.trustworthiness) = (1, 3, 0.98449)
    return facts
  }

  /// The darkest value in the room for an icon's name.
  private func darkest(_ poster: AtlasPoster, row: Int, column: Int) throws -> UInt8 {
    let positions = poster.positions
    let top = positions.y(ofRow: row) + positions.iconSidePixels
    let room = positions.pitch.y - positions.iconSidePixels - positions.gapPixels
    let part = try poster.image().cropped(
      x: positions.x(ofColumn: column), y: top + 1, width: positions.iconSidePixels,
      height: room - 1)
    return part.pixels.min() ?? 255
  }

  @Test("icons lie where the poster says, and names below them alone")
  func icons() throws {
    let poster = try poster()
    let (image, positions) = (try poster.image(), poster.positions)
    #expect(SIMD2(image.width, image.height) == poster.size && positions.iconSidePixels == 128)
    for place in [0, 2, 4, 8] {
      let part = image.cropped(
        x: positions.x(ofColumn: place % 3), y: positions.y(ofRow: place / 3), width: 128,
        height: 128)
      #expect(part.pixels == icon(128, place))
    }
    // The fifth is crossed out.
    let crossed = image.cropped(
      x: positions.x(ofColumn: 2), y: positions.y(ofRow: 1), width: 128, height: 128)
    #expect(crossed.pixels != icon(128, 5) && crossed.pixels.contains(255))
    #expect(try darkest(poster, row: 0, column: 0) < 60)
    // Where there is no icon there is nothing at all.
    let empty = image.cropped(
      x: positions.x(ofColumn: 1), y: positions.y(ofRow: 0), width: 128,
      height: positions.pitch.y - positions.gapPixels)
    #expect(empty.pixels.allSatisfy { $0 == 255 })
  }

  @Test("a name that is not sure is gray")
  func gray() throws {
    let value = try darkest(poster(isClear: false), row: 0, column: 0)
    #expect(value > 100 && value < 200)
  }

  @Test(
    "small icons are enlarged, so that letters can be read",
    arguments: [(24, 144), (80, 160), (128, 128), (224, 224)])
  func magnification(icon: Int, shown: Int) throws {
    let poster = try poster(side: 2, icon: icon)
    #expect(poster.positions.iconSidePixels == shown)
    #expect(try darkest(poster, row: 0, column: 0) < 80)
  }

  @Test("names take one line or two, which fit below their icon")
  func lines() throws {
    let one = try poster(label: "hen")
    let two = try poster(label: "sulphur-crested cockatoo of the islands")
    let long = try poster(label: String(repeating: "long name ", count: 1000))
    #expect(two.positions.pitch.y > one.positions.pitch.y)
    #expect(long.positions == two.positions)
  }

  @Test("the page is a PDF with the icons' own pixels, and the same bytes again")
  func page() throws {
    let poster = try poster(icon: 24)
    let bytes = try poster.pdf()
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    #expect(text.hasPrefix("%PDF") && text.contains("(mixed4c of net)"))
    #expect(text.ranges(of: "/Width 24").count == 8)
    #expect(try self.poster(icon: 24).pdf() == bytes)
    #expect(try poster.image() == self.poster(icon: 24).image())
  }

  @Test(
    "any names may be shown",
    arguments: [
      "", "\n\n\n", "\u{0}a\u{1B}[2J", "\u{202E}שלום עולם", String(repeating: "w", count: 100_000),
    ])
  func hostileNames(name: String) throws {
    var facts = facts
    (facts.leftClass, facts.rightClass) = (name, name)
    let words = AtlasPoster.Words(layer: name, network: name, side: 1, facts: facts)
    let poster = try poster(side: 1, icon: 30, label: name, words: words)
    #expect(try poster.image().width == poster.size.x)
    #expect(try poster.pdf().starts(with: Array("%PDF".utf8)))
    #expect(poster.size.x < 2000 && poster.size.y < 3000)
  }

  @Test("the names of an axis's ends stand below the grid")
  func axis() throws {
    var facts = facts
    (facts.leftClass, facts.rightClass) = ("teapot", "lighthouse")
    let words = AtlasPoster.Words(layer: "l", network: "n", side: 3, facts: facts)
    let with = try poster(words: words)
    facts.rightClass = nil
    let without = try poster(
      words: AtlasPoster.Words(layer: "l", network: "n", side: 3, facts: facts))
    #expect(words.axis?.left == "teapot" && words.axis?.right == "lighthouse")
    #expect(with.size.y > without.size.y && with.positions == without.positions)
  }

  @Test("what is larger than an image can be is one on paper")
  func large() throws {
    let poster = try AtlasPoster(
      gridSide: 200, iconSidePixels: 100,
      cells: [AtlasPoster.Cell(row: 199, column: 0, icon: icon(100, 1))],
      words: AtlasPoster.Words(title: "large", subtitle: ""))
    #expect(!poster.isImage)
    #expect(try poster.pdf().starts(with: Array("%PDF".utf8)))
  }

  @Test("sentences say what is known")
  func sentences() {
    let words = AtlasPoster.Words(
      layer: "mixed4c", network: "net", side: 3, facts: facts, medianFidelity: 0.8)
    #expect(words.title == "mixed4c of net")
    #expect(words.subtitle == "1,200 samples of 1 image, a grid of 3 × 3")
    #expect(words.notes.count == 3)
    #expect(words.notes[0].hasPrefix("Under each icon: of 79 classes the one whose logit"))
    #expect(
      words.notes[1]
        == "Left out: 12 samples beyond the border of the grid; 3 images that could not be read. 1 of 9 places of the grid is empty or has fewer than 6 samples."
    )
    #expect(
      words.notes[2]
        == "Median fidelity of the icons 0.80; trustworthiness of the layout 0.984 (15 neighbors).")
    func said(_ change: (inout AtlasFacts) -> Void) -> AtlasPoster.Words {
      var facts = facts
      change(&facts)
      return AtlasPoster.Words(layer: "l", network: "n", side: 3, facts: facts)
    }
    #expect(said { $0.chosenFor = ["teapot"] }.title == "teapot in l of n")
    #expect(said { $0.chosenFor = ["teapot", "kiln"] }.title == "teapot – kiln in l of n")
    #expect(said { $0.chosenFor = [] }.title == "l of n")
    let ablation = said { ($0.firstUnderAblation, $0.amongFiveUnderAblation) = (0.5, 0.9) }
    #expect(ablation.notes[1].hasSuffix("in 50 % of samples, one of the five largest in 90 %."))
    let path = said {
      ($0.firstUnderAblation, $0.amongFiveUnderAblation) = (0.5, 0.9)
      ($0.pathSteps, $0.completeness) = (4, 0.987)
    }
    #expect(path.notes[1].contains("in 4 steps") && path.notes[1].hasSuffix("logits by 0.99."))
    let unknown = AtlasPoster.Words(layer: "l", network: "n", side: 3, facts: AtlasFacts())
    #expect(unknown.subtitle == "a grid of 3 × 3" && unknown.notes.count == 1)
    var none = AtlasFacts()
    (none.clippedSamples, none.samplesInSparseCells) = (0, 0)
    let complete = AtlasPoster.Words(layer: "l", network: "n", side: 3, facts: none)
    #expect(complete.notes.last == "Left out: nothing.")
  }
}
