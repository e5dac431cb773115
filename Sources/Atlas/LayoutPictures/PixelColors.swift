import Drawing
import Glibc
import Images
import Matrices
import ParallelLoops

/// The largest picture and layout that can be drawn.
func checkArguments(_ layout: Matrix, _ side: Int) {
  precondition(
    (1...2).contains(layout.columnCount), "a layout has 1 or 2 columns, got \(layout.columnCount)")
  precondition((1...Canvas.largestSide).contains(side), "no picture of \(side) pixels")
  precondition(layout.rowCount <= Int(Int32.max), "too many rows: \(layout.rowCount)")
}

/// Makes a picture of the colours of its pixels, given in linear light by their index.
func picture(
  width: Int, height: Int, color: @Sendable (Int) -> SIMD3<Float>
) -> RGBImage {
  var pixels = [UInt8](repeating: 0, count: 3 * width * height)
  pixels.withDisjointWrites { pixels in
    parallelFor(count: width * height, grain: 8192) { range in
      for pixel in range {
        let color = color(pixel)
        for component in 0..<3 {
          pixels[3 * pixel + component] = byte(linear: color[component])
        }
      }
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// A component of linear light as a byte of sRGB (IEC 61966-2-1).
private func byte(linear value: Float) -> UInt8 {
  let clamped = min(max(value, 0), 1)
  let encoded = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * powf(clamped, 1 / 2.4) - 0.055
  return UInt8(encoded * 255 + 0.5)
}

/// A component of sRGB in linear light.
func linear(_ value: Float) -> Float {
  value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
}
