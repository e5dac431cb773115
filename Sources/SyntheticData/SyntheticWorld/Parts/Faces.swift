import Drawing
import Textures

extension Brush {
  /// A round eye of radius 1: white, iris, pupil, a glint.
  ///
  /// - Parameters:
  ///   - iris: The iris's color; its radius is 0.68.
  ///   - pupil: The pupil's radius.
  ///   - white: 0 leaves the white of the eye out.
  mutating func eye(iris: Color, pupil: Float = 0.36, white: Float = 1) {
    if white > 0 { fill(.circle(0, 0, 1), Color(gray: 0.95), .ball(0, 0, 1.3, 1.3), edge: 0.6) }
    fill(.circle(0, 0, 0.68), iris, edge: 0.5)
    fill(.circle(0, 0, pupil), Color(gray: 0.03), edge: 0)
    wash(.circle(-0.22, -0.26, 0.16), Color(gray: 1, opacity: 0.9))
  }

  /// An eye whose pupil is a slit, of radius 1.
  ///
  /// - Parameter iris: The color of all but the slit.
  mutating func slitEye(iris: Color) {
    fill(.ellipse(0, 0, 1, 0.8), iris, .ball(0, 0, 1.4, 1.2), edge: 0.7)
    fill(.ellipse(0, 0, 0.2, 0.72), Color(gray: 0.03), edge: 0)
    wash(.circle(-0.3, -0.3, 0.15), Color(gray: 1, opacity: 0.9))
  }
}

extension Brush {
  /// An ear of height 1 that stands on the origin: pointed at a `roundness` of 0, round at 1.
  ///
  /// - Parameters:
  ///   - coat: What covers it.
  ///   - inner: The color inside.
  ///   - roundness: From 0, pointed, to 1, round.
  mutating func ear(_ coat: any Texture, inner: Color, roundness: Float) {
    func outline(_ size: Float) -> Path {
      var path = Path()
      path.move(-0.52, 0.2)
      path.curve(
        -0.6 - 0.12 * roundness, -0.35, -0.16 - 0.4 * roundness, -0.8 - 0.22 * roundness, 0, -1)
      path.curve(
        0.16 + 0.4 * roundness, -0.8 - 0.22 * roundness, 0.6 + 0.12 * roundness, -0.35, 0.52, 0.2)
      path.close()
      return path.stretched(size, size)
    }
    fill(outline(1), coat, .slope(0, -0.2), edge: 0.4)
    fill(outline(0.62), inner, .column(0.1, 0.6), edge: 0.2)
  }
}

extension Brush {
  /// A beak in side view, from the origin 1 to the left; `hook` bends its tip down, `depth` is its
  /// height at the root.
  ///
  /// The origin lies at the middle of its root, inside the head.
  ///
  /// - Parameters:
  ///   - color: Its color; the lower half is darker.
  ///   - depth: Its height at the root.
  ///   - hook: From 0, straight, to 1, a parrot's.
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
  ///
  /// - Parameter color: Its color, with a lighter ridge.
  mutating func frontBeak(_ color: Color) {
    fill(
      .smooth([[0, -0.1], [0.32, 0.12], [0.24, 0.55], [0, 1], [-0.24, 0.55], [-0.32, 0.12]]), color,
      .ball(-0.05, 0.2, 0.5, 0.9), edge: 0.5)
    stroke(.lines([[0, 0.05], [0, 0.7]]), width: 0.06, color.lit(by: 1.3))
  }
}

extension Brush {
  /// Whiskers to the right of the origin, about 1 long, from dots on the lip.
  ///
  /// - Parameters:
  ///   - color: The hairs' color.
  ///   - count: How many.
  ///
  /// To be mirrored for the other side.
  mutating func whiskers(_ color: Color, count: Int = 4) {
    for index in 0..<count {
      let y = 0.1 * (Float(index) - Float(count - 1) / 2)
      let reach = number(0.8...1.1)
      let end = y * 3.2 + number(-0.05...0.05)
      stroke(
        .smoothLine([[0, y], [reach * 0.5, y * 1.7 - 0.05], [reach, end]]), width: 0.022, color)
      fill(.circle(0, y, 0.025), Color(gray: 0.1), edge: 0)
    }
  }
}
