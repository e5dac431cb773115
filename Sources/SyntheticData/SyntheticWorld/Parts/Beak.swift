import Drawing
import Textures

extension Brush {
  /// A beak in side view, from the origin 1 to the left; `hook` bends its tip down, `depth` is its
  /// height at the root.
  mutating func beak(_ color: Color, depth: Float, hook: Float = 0) {
    let h = depth / 2
    let lower = Path.smooth([
      [0.05, 0.02], [-0.4 * (1 - 0.3 * hook), 0.02 + 0.1 * hook],
      [-0.78 + 0.35 * hook, 0.04 + h * hook],
      [-0.4 + 0.1 * hook, h * (0.75 + 0.35 * hook)], [0.05, h],
    ])
    fill(lower, color.lit(by: 0.72), .roller(0, depth), edge: 0.5)
    let upper = Path.smooth([
      [0.06, -h], [-0.45, -h * (0.75 + 0.4 * hook)], [-0.92, -0.05 + 0.25 * hook],
      [-1 + 0.12 * hook, 0.05 + hook * depth * 0.75], [-0.72, 0.06 + 0.1 * hook], [-0.3, 0.06],
      [0.06, 0.1],
    ])
    fill(upper, color, .roller(0.1, depth), edge: 0.5)
    fill(.ellipse(-0.14, -h * 0.35, 0.05, 0.04), color.lit(by: 0.3), edge: 0)
  }

  /// A beak seen from the front, of height 1 from the origin down.
  mutating func frontBeak(_ color: Color) {
    fill(
      .smooth([[0, -0.1], [0.32, 0.12], [0.24, 0.55], [0, 1], [-0.24, 0.55], [-0.32, 0.12]]), color,
      .ball(-0.05, 0.2, 0.5, 0.9), edge: 0.5)
    stroke(.lines([[0, 0.05], [0, 0.7]]), width: 0.06, color.lit(by: 1.3))
  }
}
