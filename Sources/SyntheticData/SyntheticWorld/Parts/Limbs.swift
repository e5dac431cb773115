import Drawing
import Textures

extension Path {
  /// A limb that tapers: an outline about a line through points, from one width to another.
  ///
  /// - Parameters:
  ///   - points: The center line; at least two points.
  ///   - first: The width at its start.
  ///   - last: The width at its end.
  /// - Returns: The outline, with round ends.
  static func tapered(_ points: [SIMD2<Float>], from first: Float, to last: Float) -> Path {
    var (left, right): ([SIMD2<Float>], [SIMD2<Float>]) = ([], [])
    for index in points.indices {
      let ahead = points[min(index + 1, points.count - 1)] - points[max(index - 1, 0)]
      let length = max((ahead * ahead).sum().squareRoot(), 1e-6)
      let fraction = Float(index) / Float(max(1, points.count - 1))
      let half = (first + (last - first) * fraction) / 2
      let side = SIMD2(-ahead.y, ahead.x) / length * half
      left.append(points[index] + side)
      right.append(points[index] - side)
    }
    return smooth(left + right.reversed())
  }

  /// Points along a line that curls: from a point in a direction in turns, bending more and more.
  ///
  /// - Parameters:
  ///   - x: Where it starts.
  ///   - y: Where it starts.
  ///   - start: The direction there, in turns; 0 is to the right.
  ///   - length: The line's length.
  ///   - bend: By how many turns its direction has changed at the end.
  ///   - steps: The number of points after the first.
  /// - Returns: The points.
  static func curl(
    _ x: Float, _ y: Float, towards start: Float, length: Float, bend: Float, steps: Int = 9
  ) -> [SIMD2<Float>] {
    var points = [SIMD2(x, y)]
    for step in 0..<steps {
      let fraction = (Float(step) + 0.5) / Float(steps)
      let ahead = Drawing.direction(turns: start + bend * fraction * fraction)
      points.append(points[step] + ahead * (length / Float(steps)))
    }
    return points
  }
}

extension Brush {
  /// A hoofed leg of height 1 from the origin down: thigh, knee, fetlock, hoof.
  ///
  /// The foot is moved
  /// by `step` and the knee by `knee`; `shade` darkens a leg on the far side.
  ///
  /// - Parameters:
  ///   - coat: What covers it.
  ///   - hoof: The hoof's color.
  ///   - width: The thigh's half width.
  ///   - knee: How far the knee is moved to the right.
  ///   - step: How far the foot is.
  ///   - shade: How much darker it is, from 0 to 1.
  mutating func leg(
    _ coat: any Texture, hoof: Color, width: Float = 0.2, knee: Float = 0, step: Float = 0,
    shade: Float = 0
  ) {
    let (w, foot) = (width, step)
    let shin = knee * 0.7 + foot * 0.3
    let front: [SIMD2<Float>] = [
      [-w * 0.8, 0.22], [knee - w * 0.4, 0.48], [shin - w * 0.3, 0.66], [foot - w * 0.3, 0.88],
      [foot - w * 0.34, 0.95],
    ]
    let back: [SIMD2<Float>] = [
      [foot + w * 0.3, 0.95], [foot + w * 0.22, 0.87], [shin + w * 0.22, 0.66],
      [knee + w * 0.36, 0.48], [w * 0.72, 0.22],
    ]
    let top: [SIMD2<Float>] = [
      [w * 0.9, 0.02], [w * 0.4, -0.14], [-w * 0.4, -0.14], [-w, 0.02],
    ]
    let outline = Path.smooth(front + back + top)
    fill(outline, coat, .column((knee + foot) / 2, w * 1.3), edge: 0)
    // Above, a leg goes over into the trunk without a line.
    let line = Color(gray: 0.07, opacity: 0.5)
    stroke(.smoothLine(front), width: 0.022, line)
    stroke(.smoothLine(back), width: 0.022, line)
    let shoe = Path.polygon([
      [foot - w * 0.34, 0.91], [foot + w * 0.28, 0.91], [foot + w * 0.36, 1], [foot - w * 0.5, 1],
    ])
    fill(shoe, hoof, .column(foot, w * 0.6))
    guard shade > 0 else { return }
    wash(outline, Color(gray: 0, opacity: shade))
    wash(shoe, Color(gray: 0, opacity: shade))
  }

  /// A bird's leg of height 1 from the origin down, with three toes ahead (to the left) and one
  /// behind.
  ///
  /// - Parameters:
  ///   - color: Its color.
  ///   - width: Its width.
  mutating func birdLeg(_ color: Color, width: Float = 0.1) {
    rod(.lines([[0.12, -0.05], [0.04, 0.5], [0, 0.92]]), width: width, color)
    for toe: SIMD2<Float> in [[-0.42, 0.98], [-0.3, 1.04], [-0.12, 1.07], [0.26, 1]] {
      rod(.lines([[0, 0.92], [toe.x, toe.y]]), width: width * 0.8, color)
    }
  }

  /// A thin bent leg of an insect or a spider through points.
  ///
  /// - Parameters:
  ///   - points: Its joints, from the body to the foot.
  ///   - width: Its width.
  ///   - color: Its color.
  func bentLeg(_ points: [SIMD2<Float>], width: Float, _ color: Color) {
    rod(.lines(points), width: width, color)
  }

  /// A paw of radius 1: a round foot with toes.
  ///
  /// - Parameters:
  ///   - coat: What covers it.
  ///   - line: The color between the toes.
  mutating func paw(_ coat: any Texture, _ line: Color) {
    fill(
      .smooth([
        [-1, 0.5], [-0.85, -0.35], [0, -0.8], [0.85, -0.35], [1, 0.5], [0.6, 0.85], [-0.6, 0.85],
      ]),
      coat, .ball(0, 0.1, 1.3, 1.2), edge: 0.4)
    for x: Float in [-0.36, 0.36] {
      stroke(.smoothLine([[x * 0.9, 0.1], [x, 0.45], [x * 1.1, 0.8]]), width: 0.12, line)
    }
  }
}

extension Brush {
  /// A fin or flipper that leaves the origin to the right and bends down to its tip at (1, 0.5), with
  /// a straight root of `width`.
  ///
  /// - Parameters:
  ///   - skin: What covers it.
  ///   - width: The root's width.
  ///   - edge: The opacity of the dark line around it.
  mutating func fin(_ skin: any Texture, width: Float = 0.45, edge: Float = 0.4) {
    let outline = Path.smooth([
      [-0.06, 0], [0, -width / 2], [0.4, -width * 0.45], [0.8, 0.08], [1.02, 0.5], [0.7, 0.46],
      [0.35, 0.34], [0, width / 2],
    ])
    fill(outline, skin, .ball(0.3, 0, 1, 0.7), edge: edge)
  }
}

extension Brush {
  /// A folded bird's wing from the shoulder at the origin back to the tip at (1, 0.35): small
  /// feathers, a bar, long pinions.
  ///
  /// - Parameters:
  ///   - color: The small feathers' color.
  ///   - pinion: The long feathers' color.
  ///   - bar: A band between both; nil for none.
  mutating func foldedWing(_ color: Color, pinion: Color, bar: Color? = nil) {
    let outline = Path.smooth([
      [-0.08, 0.02], [0.08, -0.14], [0.45, -0.1], [0.8, 0.14], [1.04, 0.4], [0.7, 0.42],
      [0.3, 0.4], [0.02, 0.24],
    ])
    fill(outline, pinion, .ball(0.35, 0.1, 0.9, 0.5), edge: 0.45)
    inside(outline) { brush in
      // Pinions fan out towards the tip.
      for index in 0..<6 {
        let y = 0.46 - 0.075 * Float(index)
        brush.stroke(
          .smoothLine([[0.1, y - 0.2], [0.5, y - 0.1], [1.05, 0.42 - 0.012 * Float(index)]]),
          width: 0.028,
          pinion.lit(by: 0.5))
      }
      let coverts = Path.smooth([
        [-0.1, 0], [0.1, -0.2], [0.42, -0.1], [0.56, 0.1], [0.4, 0.26], [0.05, 0.3],
      ])
      if let bar {
        brush.wash(coverts.mapped(by: .move(0.08, 0.05)), bar)
      }
      let feathers = Scales(
        color, edge: color.lit(by: 0.5), width: 0.13, height: 0.1, shaft: 0.4, seed: brush.seed())
      brush.fill(coverts, feathers.turned(-0.2), .ball(0.2, 0.02, 0.6, 0.4), edge: 0.35)
    }
  }

  /// A clear insect's wing with veins, from the origin 1 to the right.
  ///
  /// - Parameters:
  ///   - tint: Its color, at a bit more than half opacity; veins are darker.
  ///   - width: Its width against the outline's.
  mutating func clearWing(_ tint: Color, width: Float = 0.4) {
    let outline = Path.smooth([
      [0, 0], [0.3, -0.5], [0.75, -0.62], [1, -0.2], [0.85, 0.25], [0.4, 0.3],
    ]).stretched(1, width)
    wash(outline, tint.withOpacity(0.55))
    let vein = tint.lit(by: 0.45).withOpacity(0.7)
    for y: Float in [-0.45, -0.2, 0.1] {
      stroke(
        .smoothLine([[0, 0], [0.4, y * width * 0.9], [0.9, (y - 0.1) * width]]), width: 0.018, vein)
    }
    stroke(.lines([[0.5, -0.5 * width], [0.55, 0.22 * width]]), width: 0.014, vein)
    stroke(outline, width: 0.022, vein)
    wash(
      .smooth([[0.3, -0.35], [0.7, -0.45], [0.85, -0.25], [0.5, -0.22]]).stretched(1, width),
      Color(gray: 1, opacity: 0.35))
  }
}

extension Brush {
  /// A stripe of dark fur through three points: broad at the first, pointed at the last.
  ///
  /// - Parameters:
  ///   - first: Where it begins.
  ///   - second: Where it bends.
  ///   - last: Its point.
  ///   - width: Its width where it begins.
  ///   - color: Its color.
  func furStripe(
    _ first: SIMD2<Float>, _ second: SIMD2<Float>, _ last: SIMD2<Float>, width: Float,
    _ color: Color
  ) {
    wash(.tapered([first, second, last], from: width, to: width * 0.15), color)
  }
}
