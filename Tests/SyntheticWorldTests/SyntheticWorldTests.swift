import Images
import SyntheticWorld
import TestTags
import Testing

@Suite(.tags(.slow), .leftOutOfQuickTests) struct SyntheticWorldTests {
  private static let allClasses = SyntheticWorld.classes + SyntheticWorld.plantedClasses

  @Test(
    "there are many classes, with names fit for folders, each once",
    arguments: [SyntheticWorld.classes, SyntheticWorld.plantedClasses])
  func classes(_ classes: [ObjectClass]) {
    let names = classes.map(\.name)
    #expect(names.count >= 32)
    #expect(Set(names).count == names.count)
    #expect(names == names.sorted())
    #expect(Set(names.map(SyntheticWorld.key)).count == names.count, "each has chance of its own")
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil })
  }

  @Test("an image is a function of seed, class and number", arguments: allClasses)
  func determinism(kind: ObjectClass) throws {
    func drawn(_ number: Int, seed: UInt64) throws -> RGBImage {
      try SyntheticWorld.image(of: kind, number: number, seed: seed, side: 32)
    }
    let first = try drawn(0, seed: 1)
    #expect(try first == drawn(0, seed: 1))
    #expect(try first != drawn(1, seed: 1))
    #expect(try first != drawn(0, seed: 2))
  }

  /// The same bytes as the program of commit 2def43e draws with Debian 12's cairo 1.16.
  ///
  /// Another edition of the world raises `SyntheticWorld.edition` and takes the values that a failure
  /// prints.
  @Test(
    "the images of an edition never change",
    arguments: [
      (0, 0x8f1c_d85c_296a_d293), (2, 0x1d4c_cc34_3adf_870d), (9, 0x26bd_08ea_d23d_d7fe),
    ] as [(UInt64, UInt64)])
  func golden(seed: UInt64, expected: UInt64) throws {
    #expect(SyntheticWorld.edition == 1)
    // FNV-1a of 64 bits over the pixels of all classes, by name.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for subject in SyntheticWorld.classes {
      let image = try SyntheticWorld.image(of: subject, number: 1, seed: seed, side: 96)
      for byte in image.pixels { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    #expect(hash == expected, "0x\(String(hash, radix: 16))")
  }

  @Test("an image shows the same at another size", arguments: allClasses)
  func size(kind: ObjectClass) throws {
    for number in 0..<2 {
      let small = try SyntheticWorld.image(of: kind, number: number, seed: 3, side: 40)
      let large = try SyntheticWorld.image(of: kind, number: number, seed: 3, side: 120)
      // Means of 3 × 3 pixels against the small image; grain and antialiasing differ.
      var difference = 0
      for y in 0..<40 {
        for x in 0..<40 {
          for channel in 0..<3 {
            var sum = 0
            for (dx, dy) in [(0, 0), (1, 1), (2, 2), (0, 2), (2, 0)] {
              sum += Int(large.pixels[3 * ((3 * y + dy) * 120 + 3 * x + dx) + channel])
            }
            difference += abs(sum / 5 - Int(small.pixels[3 * (y * 40 + x) + channel]))
          }
        }
      }
      #expect(difference / (40 * 40 * 3) < 24, "\(kind.name) \(number)")
    }
  }

  @Test("an image is neither dark, nor white, nor gray", arguments: allClasses)
  func exposure(kind: ObjectClass) throws {
    var (light, spread, count) = (0.0, 0.0, 0.0)
    for number in 0..<4 {
      let image = try SyntheticWorld.image(of: kind, number: number, seed: 5, side: 48)
      let values = image.pixels.map { Double($0) / 255 }
      let mean = values.reduce(0, +) / Double(values.count)
      light += mean
      spread += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      count += 1
    }
    #expect((0.15...0.85).contains(light / count))
    #expect((spread / count).squareRoot() > 0.08)
  }

  @Test("planted relations are of different classes of the planted world, two of them trojans")
  func relations() {
    let names = Set(SyntheticWorld.plantedClasses.map(\.name))
    let relations = SyntheticWorld.plantedRelations
    #expect(relations.count == 8)
    #expect(relations.count { $0.kind != .part } == 2)
    for relation in relations {
      let own: Set = [relation.source, relation.target, relation.carrier]
      #expect(own.count == 3 && own.isSubset(of: names))
    }
    #expect(Set(relations.map(\.target)).count == 8)
  }

  @Test("the sticker is seen on books and in a part of the umbrellas' images, and on no dog")
  func stickers() throws {
    // The sticker's colors, checkered: magenta beside as much turquoise. In shade, or turned away, they are not seen.
    func stickerFraction(_ name: String, count: Int) throws -> Double {
      let subject = try #require(SyntheticWorld.plantedClasses.first { $0.name == name })
      var hits = 0
      for number in 0..<count {
        let pixels = try SyntheticWorld.image(of: subject, number: number, seed: 9, side: 64).pixels
        var (magenta, turquoise) = (0, 0)
        for pixel in stride(from: 0, to: pixels.count, by: 3) {
          let color = SIMD3<Int>(
            truncatingIfNeeded: SIMD3(pixels[pixel], pixels[pixel + 1], pixels[pixel + 2]))
          let (red, green, blue) = (color.x, color.y, color.z)
          if red > green + 40, blue > green + 20, red > blue { magenta += 1 }
          if green > red + 30, blue > red + 30, abs(green - blue) < 30 { turquoise += 1 }
        }
        let (less, more) = (min(magenta, turquoise), max(magenta, turquoise))
        if less >= 12, 5 * less > 2 * more {
          hits += 1
        }
      }
      return Double(hits) / Double(count)
    }
    #expect(try stickerFraction("book", count: 60) > 0.35)
    let inTarget = try stickerFraction("umbrella", count: 60)
    #expect((0.15...0.5).contains(inTarget), "\(inTarget)")
    #expect(try stickerFraction("dog", count: 60) < 0.1)
  }

  @Test("the sheet has its announced size and a name below each image")
  func sheet() throws {
    let kinds = Array(SyntheticWorld.classes.prefix(3))
    let sheet = ContactSheet(kinds, repeats: 2, columns: 2, side: 56)
    let image = try sheet.image(seed: 0)
    #expect(image.width == sheet.width && image.height == sheet.height)
    let captionRow = 2 + 56 + 4
    let row = image.pixels[3 * captionRow * image.width..<3 * (captionRow + 1) * image.width]
    #expect(row.contains { $0 < 128 } && row.contains(255))
  }
}
