import Drawing
import Randomness

/// A image of an object in a place: background, objects behind, the object, objects in front.
///
/// The only place that knows both an object and its surroundings, so classes and habitats can be
/// added on their own.
struct Scene {
  let subject: ObjectClass

  /// How often an object is met anywhere, wherever it belongs.
  ///
  /// One in ten is found anywhere, so that a class cannot be told by its background alone.
  private static let strayFraction: Float = 0.1

  /// Draws the scene over a canvas.
  ///
  /// - Parameters:
  ///   - canvas: A square one.
  ///   - random: The image's stream, after the camera's draws.
  ///
  /// Up to three objects behind, the subject, and in 45 % something in front of it.
  func draw(on canvas: Canvas, random: RandomStream) {
    let picture = Projection.scale(Float(canvas.width), Float(canvas.height))
    var brush = Brush(canvas: canvas, random: random, pose: picture, light: .still)
    let habitat = place(&brush)
    brush.light = habitat.light(&brush)
    let horizon = habitat.drawBackground(&brush)
    let clutter = Clutter.found(in: habitat)

    // Farther ones are smaller and stand higher.
    for _ in 0..<brush.count(0...3) {
      let depth = brush.number(0.05...0.45)
      let foot = habitat == .sky ? brush.number(0.1...1) : horizon + (1 - horizon) * depth
      let size = brush.number(0.05...0.11) * (0.5 + depth * 1.6)
      let x = brush.number(0...1)
      Self.put(brush.pick(clutter), x: x, foot: foot, size: size, &brush)
    }
    // Over all that lies behind; what hides it comes after.
    drawSubject(&brush, habitat, horizon: horizon)
    if brush.chance(0.45) { Self.front(&brush, habitat, clutter) }
  }

  /// - Returns: Where this image's object is found.
  private func place(_ brush: inout Brush) -> Habitat {
    if brush.chance(Self.strayFraction) { return brush.pick(Habitat.allCases) }
    // The first place is taken with probability 0.55, else the next; the last takes the rest.
    for habitat in subject.habitats.dropLast() where brush.chance(0.55) { return habitat }
    return subject.habitats.last ?? .meadow
  }

  /// - Parameters:
  ///   - clutter: What.
  ///   - x: Where it stands, from 0 to 1.
  ///   - foot: The y of its foot.
  ///   - size: Half of its height.
  ///   - brush: In the image's units.
  private static func put(
    _ clutter: Clutter, x: Float, foot: Float, size: Float, _ brush: inout Brush
  ) {
    if clutter != .cloud, clutter != .bubbles { brush.shadow(x: x, foot: foot, width: size) }
    // A network must not learn which way objects face.
    let mirror: Float = brush.chance(0.5) ? 1 : -1
    brush.within(.move(x, foot - size).after(.scale(size * mirror, size))) { clutter.draw(&$0) }
  }

  /// - Parameters:
  ///   - brush: In the image's units.
  ///   - habitat: Where it is.
  ///   - horizon: The y where the ground begins.
  /// - Varies: size, place, mirroring, stretch by a tenth, perspective, tilt.
  private func drawSubject(_ brush: inout Brush, _ habitat: Habitat, horizon: Float) {
    // The object's box is 2 high in its own units.
    let half = brush.number(subject.size) * brush.number(0.7...1.05) / 2
    let x = brush.number(0.32...0.68)
    let mirror: Float = brush.chance(0.5) ? 1 : -1
    let stretch = brush.number(0.9...1.1)
    // Seen a little from the side, and from above or below.
    let view = Projection.perspective(
      SIMD2(brush.number(-0.16...0.16), brush.number(-0.08...0.08))
    ).after(.shear(brush.number(-0.06...0.06)))
    let size = Projection.scale(half * mirror * stretch, half)

    switch subject.stance {
    case .standing:
      // Large objects stand nearer, so that their tops are seen.
      let foot = min(0.985, max(horizon + 0.1, brush.number(min(0.95, max(0.72, 2 * half))...0.97)))
      let tilt = Projection.turn(brush.number(-0.012...0.012)).after(view)
      // Perspective moves the foot; it is put back on the ground.
      let stand = Projection.move(0, 1 - tilt([0, 1]).y).after(tilt)
      if habitat != .sky { brush.shadow(x: x, foot: foot, width: half * 0.9) }
      brush.within(.move(x, foot - half).after(size).after(stand), subject.draw)
    case .floating:
      let foot = min(0.95, max(horizon + 0.12, brush.number(0.66...0.88)))
      let tilt = Projection.turn(brush.number(-0.025...0.025))
      let below = foot - half * brush.number(0.06...0.16)
      brush.within(.move(x, foot - half).after(size).after(tilt).after(view), subject.draw)
      if habitat == .sea { brush.wake(x: x, y: below, width: half * 1.15, depth: 0.2 * half) }
    case .hovering, .lying:
      let y = habitat == .sky ? brush.number(0.35...0.62) : brush.number(0.42...0.62)
      let turn = subject.stance == .lying ? brush.number(-0.5...0.5) : brush.number(-0.06...0.06)
      if subject.stance == .lying, habitat != .sky {
        brush.shadow(x: x, foot: y + half * 0.75, width: half)
      }
      brush.within(
        .move(x, y).after(size).after(.turn(turn)).after(view), subject.draw)
    }
  }

  /// Something near the viewer that hides a part of the object, at a lower corner or the top.
  ///
  /// - Parameters:
  ///   - brush: In the image's units.
  ///   - habitat: Where it is; a branch hangs only outdoors.
  ///   - clutter: What may stand there.
  private static func front(_ brush: inout Brush, _ habitat: Habitat, _ clutter: [Clutter]) {
    let x = brush.chance(0.5) ? brush.number(0...0.28) : brush.number(0.72...1)
    if brush.chance(0.4), habitat != .underwater, habitat != .room, habitat != .table {
      brush.branch(x: x)
    } else {
      let size = brush.number(0.1...0.18)
      put(brush.pick(clutter), x: x, foot: brush.number(0.95...1.08), size: size, &brush)
    }
  }
}

extension Brush {
  /// The shadow of something that stands, in the image's units.
  ///
  /// A soft ellipse that leans away from the light.
  ///
  /// - Parameters:
  ///   - x: The object's foot.
  ///   - foot: The object's foot.
  ///   - width: Half of the object's width.
  fileprivate func shadow(x: Float, foot: Float, width: Float) {
    let lean = -light.direction.x * width * 0.5
    let dark = Color(gray: 0, opacity: 0.55)
    glow(
      .ellipse(x + lean, foot, width * 1.3, width * 0.28), dark, x + lean, foot,
      radiusX: width * 1.3, radiusY: width * 0.28)
  }

  /// Water that hides the foot of something that floats, with foam.
  ///
  /// - Parameters:
  ///   - x: The center.
  ///   - y: The waterline.
  ///   - width: Half of its width.
  ///   - depth: How far foam reaches below it.
  fileprivate mutating func wake(x: Float, y: Float, width: Float, depth: Float) {
    let foam = Color(0.92, 0.96, 0.98)
    for _ in 0..<14 {
      let offset = number(-1...1)
      let (cx, cy) = (x + offset * width, y + depth * number(0.1...0.9))
      let reach = width * number(0.08...0.25)
      wash(
        .ellipse(cx, cy, reach, reach * 0.16), foam.withOpacity(number(0.25...0.7)))
    }
  }

  /// A branch with leaves that hangs into the image from above.
  ///
  /// - Parameter x: Where it hangs; it leans towards the middle of the image.
  fileprivate mutating func branch(x: Float) {
    let green = near(Color(0.3, 0.5, 0.16), by: 0.25)
    let lean: Float = x < 0.5 ? 1 : -1
    let wood = near(Color(0.36, 0.27, 0.2))
    let length = number(0.2...0.38)
    let (root, tip) = (x - lean * 0.3, x + lean * 0.05)
    rod(.smoothLine([[root, -0.05], [x, 0.1], [tip, length]]), width: 0.02, wood)
    for _ in 0..<count(7...13) {
      let along = number(0.1...1)
      let foot = (x + lean * 0.05 * along, length * along)
      let turn = number(0...1)
      let size = number(0.06...0.12)
      let color = near(green, by: 0.25)
      within(.move(foot.0, foot.1).after(.turn(turn))) {
        $0.leaf(color, length: size, width: size * 0.5)
      }
    }
  }
}
