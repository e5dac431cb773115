import Drawing
import Textures

extension Brush {
  /// A round eye of radius 1: white, iris, pupil, a glint.
  mutating func eye(iris: Color, pupil: Float = 0.36, white: Float = 1) {
    if white > 0 { fill(.circle(0, 0, 1), Color(gray: 0.95), .ball(0, 0, 1.3, 1.3), edge: 0.6) }
    fill(.circle(0, 0, 0.68), iris, edge: 0.5)
    fill(.circle(0, 0, pupil), Color(gray: 0.03), edge: 0)
    wash(.circle(-0.22, -0.26, 0.16), Color(gray: 1, opacity: 0.9))
  }

  /// An eye whose pupil is a slit, of radius 1.
  mutating func slitEye(iris: Color) {
    fill(.ellipse(0, 0, 1, 0.8), iris, .ball(0, 0, 1.4, 1.2), edge: 0.7)
    fill(.ellipse(0, 0, 0.2, 0.72), Color(gray: 0.03), edge: 0)
    wash(.circle(-0.3, -0.3, 0.15), Color(gray: 1, opacity: 0.9))
  }
}
