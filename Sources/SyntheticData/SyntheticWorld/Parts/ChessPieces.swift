import Drawing
import Textures

/// A kind of turned chess piece.
enum Piece {
  case pawn, rook, bishop, queen, king
}

extension Brush {
  /// A chess piece turned of wood, standing on the origin; a king is about 2 high.
  ///
  /// All share a foot, a stem and a collar; they differ in height and head.
  ///
  /// - Parameters:
  ///   - kind: Which piece.
  ///   - color: The color of its wood.
  mutating func piece(_ kind: Piece, _ color: Color) {
    let top: Float =
      switch kind {
      case .pawn: -0.85
      case .rook: -1.05
      case .bishop: -1.3
      case .queen: -1.5
      case .king: -1.6
      }
    fill(
      .smooth([
        [-0.4, 0.02], [-0.38, -0.14], [-0.2, -0.26], [-0.13, top * 0.6], [-0.16, top],
        [0.16, top], [0.13, top * 0.6], [0.2, -0.26], [0.38, -0.14], [0.4, 0.02], [0, 0.1],
      ]), color, .column(0, 0.36), edge: 0.7)
    fill(.ellipse(0, -0.14, 0.36, 0.09), color.lit(by: 1.1), .column(0, 0.4), edge: 0.5)
    switch kind {
    case .pawn:
      fill(.circle(0, top - 0.12, 0.26), color, .ball(0, top - 0.12, 0.28, 0.28), edge: 0.7)
    case .rook:
      fill(
        .polygon([
          [-0.3, top + 0.1], [-0.32, top - 0.35], [-0.16, top - 0.35], [-0.16, top - 0.22],
          [-0.08, top - 0.22], [-0.08, top - 0.35], [0.08, top - 0.35], [0.08, top - 0.22],
          [0.16, top - 0.22], [0.16, top - 0.35], [0.32, top - 0.35], [0.3, top + 0.1],
        ]), color, .column(0, 0.36), edge: 0.7)
    case .bishop:
      fill(
        .smooth([
          [0, top - 0.5], [0.22, top - 0.18], [0.18, top], [-0.18, top], [-0.22, top - 0.18],
        ]),
        color, .ball(0, top - 0.2, 0.26, 0.36), edge: 0.7)
      stroke(.lines([[0.02, top - 0.14], [0.15, top - 0.34]]), width: 0.05, color.lit(by: 0.3))
    case .queen, .king:
      fill(
        .polygon([
          [-0.17, top], [-0.32, top - 0.34], [-0.15, top - 0.22], [0, top - 0.36],
          [0.15, top - 0.22], [0.32, top - 0.34], [0.17, top],
        ]), color, .column(0, 0.32), edge: 0.7)
      if kind == .king {
        stroke(
          .lines([[0, top - 0.25], [0, top - 0.7]]), width: 0.11, color.lit(by: 0.85))
        stroke(
          .lines([[-0.14, top - 0.52], [0.14, top - 0.52]]), width: 0.1, color.lit(by: 0.85))
      } else {
        fill(.circle(0, top - 0.42, 0.1), color, .ball(0, top - 0.42, 0.12, 0.12), edge: 0.7)
      }
    }
    fill(.ellipse(0, top, 0.24, 0.07), color.lit(by: 1.1), .column(0, 0.3), edge: 0.5)
  }
}
