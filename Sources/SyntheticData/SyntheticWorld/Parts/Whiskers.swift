import Drawing

extension Brush {
  /// Whiskers to the right of the origin, about 1 long, from dots on the lip.
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
