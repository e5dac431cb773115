import Drawing
import Randomness
import Textures

/// What an object is drawn with: a canvas, where on it, in which light, and chance.
///
/// An object draws itself in its own units: x from −1 to 1, y from −1 (top) to 1 (the ground it stands
/// on). All variation comes from the brush's chance, so a image is a function of its stream.
///
/// A brush is passed on by `inout`: its stream moves on with each number drawn, so the order of the
/// calls decides the image. Adding a draw in the middle changes everything behind it, and raises
/// `SyntheticWorld.edition`.
struct Brush {
  private let canvas: Canvas
  /// One stream per image; every number comes from it, in order.
  private var random: RandomStream
  /// From the object's units to pixels.
  ///
  /// It composes with each `within`, and perspective with it.
  private(set) var pose: Projection
  /// The light, as seen in the object's units.
  ///
  /// Turned and mirrored with the pose, so that all objects of a scene are lit from the same side.
  var light: Light

  /// - Parameters:
  ///   - canvas: What is drawn on.
  ///   - random: The image's stream.
  ///   - pose: From the object's units to pixels.
  ///   - light: The light, in the image's units.
  init(canvas: Canvas, random: RandomStream, pose: Projection, light: Light) {
    (self.canvas, self.random, self.pose, self.light) = (canvas, random, pose, light)
  }

  // MARK: Place

  /// Draws a part in its own units, which `map` takes to these.
  ///
  /// - Parameters:
  ///   - map: From the part's units to these.
  ///   - draw: Draws the part.
  mutating func within(_ map: Projection, _ draw: (inout Brush) -> Void) {
    let (outerPose, outerLight) = (pose, light)
    pose = pose.after(map)
    light = light.seen(within: map)
    draw(&self)
    (pose, light) = (outerPose, outerLight)
  }

  /// Draws a part about a point, scaled and turned.
  ///
  /// - Parameters:
  ///   - x: Where the part's origin lies.
  ///   - y: Where the part's origin lies.
  ///   - scale: How large its unit is.
  ///   - turn: Its turn, clockwise, in turns.
  ///   - draw: Draws the part.
  mutating func at(
    _ x: Float, _ y: Float, scale: Float = 1, turn: Float = 0, _ draw: (inout Brush) -> Void
  ) {
    within(.move(x, y).after(.turn(turn)).after(.scale(scale)), draw)
  }

  /// Draws a part and its mirror image about x = 0.
  ///
  /// What the second drawing draws from the stream differs from the first; draw it before where
  /// both sides must be the same.
  ///
  /// - Parameter draw: Draws the part on the right, then again on the left.
  mutating func mirrored(_ draw: (inout Brush) -> Void) {
    draw(&self)
    within(.scale(-1, 1), draw)
  }

  /// Draws only what lies inside an outline.
  ///
  /// - Parameters:
  ///   - path: The outline, in the object's units.
  ///   - draw: Draws; what lies outside is left alone.
  mutating func inside(_ path: Path, _ draw: (inout Brush) -> Void) {
    canvas.clipped(to: path.mapped(by: pose)) { draw(&self) }
  }

  // MARK: Paint

  /// Fills an outline with a texture in the light and shade of a form; `edge` is the opacity of a
  /// dark line around it.
  ///
  /// - Parameters:
  ///   - path: The outline.
  ///   - texture: What it shows.
  ///   - form: Its shape, for light and shade.
  ///   - edge: The opacity of the line; 0 for none.
  func fill(_ path: Path, _ texture: any Texture, _ form: Form = .flat, edge: Float = 0.3) {
    let shape = path.mapped(by: pose)
    canvas.fill(shape, shader: shader(texture, form))
    if edge > 0 { canvas.stroke(shape, width: lineWidth(path, 0.02), Self.ink.withOpacity(edge)) }
  }

  /// Fills an outline with a color in light and shade.
  ///
  /// - Parameters:
  ///   - path: The outline.
  ///   - color: Its color.
  ///   - form: Its shape, for light and shade.
  ///   - edge: The opacity of the line; 0 for none.
  func fill(_ path: Path, _ color: Color, _ form: Form = .flat, edge: Float = 0.3) {
    if case .flat = form {
      let shape = path.mapped(by: pose)
      let facing = light.reflected(by: SIMD3(0, 0, 1))
      canvas.fill(shape, color.lit(by: facing))
      // A stroke of no opacity still costs one.
      guard edge > 0 else { return }
      canvas.stroke(shape, width: lineWidth(path, 0.02), Self.ink.withOpacity(edge))
    } else {
      fill(path, Plain(color), form, edge: edge)
    }
  }

  /// Fills an outline with a color as it is, whatever the light: shadows, shine, lamps.
  ///
  /// - Parameters:
  ///   - path: The outline.
  ///   - color: Its color, seen as it is.
  func wash(_ path: Path, _ color: Color) { canvas.fill(path.mapped(by: pose), color) }

  /// Fills an outline with a color that fades out from a center towards a radius.
  ///
  /// - Parameters:
  ///   - path: The outline that bounds it.
  ///   - color: The color at the center; it fades with the square of the distance left.
  ///   - x: The center.
  ///   - y: The center.
  ///   - radiusX: Where it has faded out, across.
  ///   - radiusY: Where it has faded out, down.
  func glow(_ path: Path, _ color: Color, _ x: Float, _ y: Float, radiusX: Float, radiusY: Float) {
    // Shaders get pixels; textures want the object's units.
    let inverse = pose.inverse
    canvas.fill(path.mapped(by: pose)) { pixel in
      let offset = (inverse(pixel) - SIMD2(x, y)) / SIMD2(radiusX, radiusY)
      let fade = max(0, 1 - (offset * offset).sum())
      return color.withOpacity(color.components.w * fade * fade)
    }
  }

  /// Draws along a line with a color in the light.
  ///
  /// - Parameters:
  ///   - path: The line.
  ///   - width: Its width, in the object's units.
  ///   - color: Its color.
  func stroke(_ path: Path, width: Float, _ color: Color) {
    canvas.stroke(
      path.mapped(by: pose), width: lineWidth(path, width),
      color.lit(by: light.reflected(by: SIMD3(0, 0, 1))))
  }

  /// Draws along a line with a texture.
  ///
  /// - Parameters:
  ///   - path: The line.
  ///   - width: Its width.
  ///   - texture: What it shows.
  ///   - form: Its shape, for light and shade.
  func stroke(_ path: Path, width: Float, _ texture: any Texture, _ form: Form = .flat) {
    canvas.stroke(
      path.mapped(by: pose), width: lineWidth(path, width), shader: shader(texture, form))
  }

  /// Draws a rod: a line with a dark edge, as round objects have.
  ///
  /// - Parameters:
  ///   - path: Its center line.
  ///   - width: Its width; the middle three fifths show the color as it is.
  ///   - color: Its color.
  func rod(_ path: Path, width: Float, _ color: Color) {
    stroke(path, width: width, color.lit(by: 0.55))
    stroke(path, width: width * 0.62, color)
  }

  private static let ink = Color(0.07, 0.06, 0.08)

  private func lineWidth(_ path: Path, _ width: Float) -> Float {
    width * pose.magnification(at: path.start ?? .zero)
  }

  private func shader(_ texture: any Texture, _ form: Form) -> (SIMD2<Float>) -> Color {
    // Inverted once per path, not once per pixel.
    let inverse = pose.inverse
    let light = light
    if case .flat = form {
      let facing = light.reflected(by: SIMD3(0, 0, 1))
      return { pixel in
        texture.color(at: inverse(pixel), footprint: inverse.magnification(at: pixel))
          .lit(by: facing)
      }
    }
    return { pixel in
      let point = inverse(pixel)
      return texture.color(at: point, footprint: inverse.magnification(at: pixel))
        .lit(by: light.reflected(by: form.normal(at: point)))
    }
  }

  // MARK: Chance

  /// A number in a range, uniform.
  ///
  /// - Parameter range: The least and the greatest number.
  /// - Returns: A number; one draw.
  mutating func number(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * random.uniform()
  }

  /// A whole number in a range, uniform.
  ///
  /// - Parameter range: The least and the greatest number.
  /// - Returns: A number; one draw.
  mutating func count(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.integer(below: range.count)
  }

  /// True with a probability.
  ///
  /// - Parameter probability: From 0, never, to 1, always.
  /// - Returns: Whether it happens; one draw.
  mutating func chance(_ probability: Float) -> Bool { random.uniform() < probability }

  /// One of several, each as likely.
  ///
  /// - Parameter elements: At least one; repeat one to make it more likely.
  /// - Returns: One of them; one draw.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.integer(below: elements.count)]
  }

  /// A seed for a texture.
  ///
  /// - Returns: 32 random bits; one draw.
  mutating func seed() -> UInt32 { random.nextBits() }

  /// A color near another: a little lighter or darker, warmer or cooler.
  ///
  /// - Parameters:
  ///   - color: The color to vary.
  ///   - amount: How far lightness may go, as a fraction; warmth varies by half of it, green by a
  ///     third.
  /// - Returns: The varied color; three draws.
  mutating func near(_ color: Color, by amount: Float = 0.12) -> Color {
    let light = 1 + amount * number(-1...1)
    let warmth = 0.5 * amount * number(-1...1)
    let green = 0.35 * amount * number(-1...1)
    return color.lit(by: SIMD3(light + warmth, light + green, light - warmth))
  }

  /// A strong color: paint, cloth, petals.
  ///
  /// - Returns: A color of any hue; three draws.
  mutating func vivid() -> Color {
    Color(hue: number(0...1), saturation: number(0.45...0.85), value: number(0.55...0.95))
  }

  /// A color of wood.
  ///
  /// - Returns: Brown, dark brown or tan, varied.
  mutating func wood() -> Color {
    near(pick([Color(0.62, 0.42, 0.24), Color(0.48, 0.31, 0.18), Color(0.75, 0.57, 0.36)]))
  }

  /// A gray of iron or steel.
  ///
  /// - Returns: Dark, middle or light gray, a little varied.
  mutating func metal() -> Color {
    near(pick([Color(0.36, 0.37, 0.4), Color(0.55, 0.57, 0.6), Color(0.7, 0.71, 0.73)]), by: 0.1)
  }
}
