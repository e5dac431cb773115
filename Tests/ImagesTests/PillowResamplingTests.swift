import Images
import TestTags
import Testing

/// Resized images against those of Pillow 13, and of PyTorch 2.15 where nothing is averaged.
///
/// `Scripts/check_images.py` compares many more; the values here were written down from the same
/// libraries.
@Suite(.tags(.quick)) struct PillowResamplingTests {
  /// A picture of every frequency, which filters that overshoot drive beyond black and white.
  private func picture(_ width: Int, _ height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let checks = (x / 5 + y / 7) % 2 * 90
          pixels.append(
            UInt8((x * x * 31 + y * 17 * x + channel * 57 + y * y * 7 + checks) % 256))
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// A filter, a size and a new one, the first colors, and Fowler, Noll and Vo's hash of them all.
  struct Resize: CustomTestStringConvertible, Sendable {
    let filter: ResamplingFilter
    let sizes: [Int]
    let colors: [UInt8]
    let hash: UInt64

    init(_ filter: ResamplingFilter, _ sizes: [Int], _ colors: [UInt8], _ hash: UInt64) {
      self.filter = filter
      self.sizes = sizes
      self.colors = colors
      self.hash = hash
    }

    var testDescription: String { "\(filter) \(sizes)" }
  }

  static let pillow: [Resize] = [
    Resize(.nearest, [50, 37, 34, 25], [0, 57, 114, 124, 181, 238], 0x4B5D81566C82542A),
    Resize(.nearest, [37, 50, 64, 41], [0, 57, 114, 0, 57, 114], 0xDA976AA926DA0239),
    Resize(.nearest, [131, 97, 16, 12], [112, 169, 226, 16, 73, 130], 0xA44C05BF06E7EC7D),
    Resize(.nearest, [23, 31, 23, 8], [7, 64, 121, 55, 112, 169], 0xD079C60CA5459C05),
    Resize(.nearest, [31, 23, 90, 23], [0, 57, 114, 0, 57, 114], 0xB6A2B7E330EEA049),
    Resize(.nearest, [300, 7, 3, 40], [188, 245, 46, 156, 213, 14], 0xA7BBA8AEF66BA2D),
    Resize(.box, [50, 37, 34, 25], [0, 57, 114, 78, 135, 192], 0xB639D62E590E6566),
    Resize(.box, [37, 50, 64, 41], [0, 57, 114, 0, 57, 114], 0x390B2D32FCFBB9CC),
    Resize(.box, [131, 97, 16, 12], [118, 135, 132, 114, 131, 128], 0xC8E1932B739FBC8F),
    Resize(.box, [23, 31, 23, 8], [25, 82, 139, 81, 138, 131], 0xD2B4EB6A81B519FD),
    Resize(.box, [31, 23, 90, 23], [0, 57, 114, 0, 57, 114], 0xB6A2B7E330EEA049),
    Resize(.box, [300, 7, 3, 40], [122, 125, 129, 126, 119, 127], 0xF396C67200D50DB8),
    Resize(.bilinear, [50, 37, 34, 25], [16, 73, 130, 95, 152, 157], 0xF8D6120BDC490D32),
    Resize(.bilinear, [37, 50, 64, 41], [2, 59, 116, 14, 71, 128], 0x60813C201DB8CE06),
    Resize(.bilinear, [131, 97, 16, 12], [123, 132, 130, 115, 128, 131], 0x8C99C06221C8AAA9),
    Resize(.bilinear, [23, 31, 23, 8], [35, 92, 143, 91, 123, 134], 0xD8B884D4BD1AE75C),
    Resize(.bilinear, [31, 23, 90, 23], [0, 57, 114, 1, 58, 115], 0x6C33BCEDBB955089),
    Resize(.bilinear, [300, 7, 3, 40], [126, 124, 126, 122, 119, 131], 0x62053431E5A0201D),
    Resize(.hamming, [50, 37, 34, 25], [11, 68, 125, 104, 161, 172], 0xBC3F6EE6D2175EE8),
    Resize(.hamming, [37, 50, 64, 41], [1, 58, 115, 8, 65, 122], 0x3F32EF2842B8E04A),
    Resize(.hamming, [131, 97, 16, 12], [125, 135, 128, 110, 126, 134], 0x42979F3D00728E8E),
    Resize(.hamming, [23, 31, 23, 8], [26, 83, 139, 83, 129, 144], 0xD4DB3D3EE08F5282),
    Resize(.hamming, [31, 23, 90, 23], [0, 57, 114, 0, 57, 114], 0x285EE21DB09EF2C),
    Resize(.hamming, [300, 7, 3, 40], [127, 125, 124, 121, 120, 132], 0xC2FEE039810F78BF),
    Resize(.bicubic, [50, 37, 34, 25], [8, 65, 127, 94, 165, 162], 0x36ABCAB527CD3E5D),
    Resize(.bicubic, [37, 50, 64, 41], [0, 54, 111, 7, 63, 122], 0x8FECC3DCC5880BD8),
    Resize(.bicubic, [131, 97, 16, 12], [122, 133, 131, 115, 128, 132], 0xDE2F503F0DDECE75),
    Resize(.bicubic, [23, 31, 23, 8], [27, 88, 146, 89, 122, 132], 0xC9B9BBED1EB759DC),
    Resize(.bicubic, [31, 23, 90, 23], [0, 54, 111, 0, 57, 114], 0xE4A6B0AF19474FB9),
    Resize(.bicubic, [300, 7, 3, 40], [125, 124, 127, 120, 119, 133], 0xE63033F7FD1AA619),
    Resize(.lanczos, [50, 37, 34, 25], [6, 57, 125, 91, 174, 165], 0x4D284FD60F1879D4),
    Resize(.lanczos, [37, 50, 64, 41], [0, 57, 113, 2, 56, 117], 0xEDD3822B74B4454F),
    Resize(.lanczos, [131, 97, 16, 12], [122, 132, 132, 115, 128, 132], 0x4D703F4FF4F90F03),
    Resize(.lanczos, [23, 31, 23, 8], [24, 88, 149, 90, 118, 129], 0x316FC26C5A9D34C2),
    Resize(.lanczos, [31, 23, 90, 23], [0, 56, 113, 0, 57, 114], 0x4C44737FB0EF8444),
    Resize(.lanczos, [300, 7, 3, 40], [125, 123, 127, 119, 118, 135], 0xEAEE86C3EAE72CA5),
  ]

  @Test("every filter gives Pillow's bytes", arguments: pillow)
  func bytes(resize: Resize) {
    let sizes = resize.sizes
    let resized = picture(sizes[0], sizes[1])
      .resized(toWidth: sizes[2], height: sizes[3], filter: resize.filter)
    #expect(Array(resized.pixels[..<6]) == resize.colors)
    let hash = resized.pixels.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(hash == resize.hash)
  }

  @Test("a part has the bytes of the whole", arguments: ResamplingFilter.allCases, [true, false])
  func parts(filter: ResamplingFilter, antialias: Bool) {
    let image = picture(53, 38)
    for (width, height) in [(20, 31), (53, 12), (97, 38), (110, 77), (53, 38), (1, 1)] {
      let whole = image.resized(
        toWidth: width, height: height, filter: filter, antialias: antialias)
      for (x, y) in [(0, 0), (width / 3, height / 4), (width - 1, height - 1)] {
        let part = PixelRectangle(
          x: x, y: y, width: (width - x + 1) / 2, height: (height - y + 1) / 2)
        let cropped = whole.cropped(x: x, y: y, width: part.width, height: part.height)
        let resized = image.resized(
          toWidth: width, height: height, part: part, filter: filter, antialias: antialias)
        #expect(resized == cropped, "\(width) × \(height), \(part)")
      }
    }
  }

  /// A filter, a size and a new one, and the reds that PyTorch's `interpolate` gives, rounded.
  static let torch: [(ResamplingFilter, [Int], [Int])] = [
    (
      .nearest, [9, 7, 4, 5],
      [
        0, 124, 240, 182, 7, 165, 59, 35, 28, 220, 148, 158, 112, 116, 112, 190, 175, 213, 243,
        99,
      ]
    ),
    (
      .nearest, [6, 5, 8, 3],
      [
        0, 0, 31, 124, 23, 23, 240, 97, 7, 7, 55, 165, 81, 81, 59, 189, 63, 63, 145, 33, 239,
        239, 251, 159,
      ]
    ),
    (
      .bilinear, [9, 7, 4, 5],
      [
        23, 47, 120, 82, 56, 133, 100, 122, 114, 213, 144, 238, 139, 132, 103, 130, 158, 95,
        101, 46,
      ]
    ),
    (
      .bilinear, [6, 5, 8, 3],
      [
        2, 25, 76, 126, 54, 128, 160, 128, 28, 69, 141, 212, 161, 150, 107, 39, 96, 154, 151,
        94, 129, 150, 128, 78,
      ]
    ),
    (
      .bicubic, [9, 7, 4, 5],
      [
        12, 30, 115, 76, 37, 134, 93, 114, 128, 215, 138, 255, 137, 123, 93, 119, 157, 90, 100,
        42,
      ]
    ),
    (
      .bicubic, [6, 5, 8, 3],
      [
        0, 13, 82, 129, 38, 126, 178, 131, 23, 56, 150, 222, 162, 157, 108, 31, 92, 172, 159,
        77, 128, 165, 136, 76,
      ]
    ),
  ]

  @Test("without averaging, colors are PyTorch's, to one level", arguments: torch)
  func interpolation(filter: ResamplingFilter, sizes: [Int], reds: [Int]) {
    let resized = picture(sizes[0], sizes[1])
      .resized(toWidth: sizes[2], height: sizes[3], filter: filter, antialias: false)
    for (index, red) in reds.enumerated() {
      #expect(abs(Int(resized.pixels[3 * index]) - red) <= 1, "\(index)")
    }
  }
}
