import Drawing
import Textures

extension Brush {
  /// A fin or flipper that leaves the origin to the right and bends down to its tip at (1, 0.5), with
  /// a straight root of `width`.
  mutating func fin(_ skin: any Texture, width: Float = 0.45, edge: Float = 0.4) {
    let outline = Path.smooth([
      [-0.06, 0], [0, -width / 2], [0.4, -width * 0.45], [0.8, 0.08], [1.02, 0.5], [0.7, 0.46],
      [0.35, 0.34], [0, width / 2],
    ])
    fill(outline, skin, .ball(0.3, 0, 1, 0.7), edge: edge)
  }
}
