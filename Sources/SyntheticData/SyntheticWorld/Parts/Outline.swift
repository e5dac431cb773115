import Drawing

extension Path {
  /// One closed outline from lines that follow each other, with corners where they meet.
  static func joined(_ lines: [Path]) -> Path {
    var outline = Path()
    for line in lines {
      for step in line.steps {
        switch step {
        case .move(let point):
          if outline.steps.isEmpty {
            outline.move(point.x, point.y)
          } else {
            outline.line(point.x, point.y)
          }
        case .line(let point): outline.line(point.x, point.y)
        case .curve(let first, let second, let point):
          outline.curve(first.x, first.y, second.x, second.y, point.x, point.y)
        case .close: break
        }
      }
    }
    outline.close()
    return outline
  }

  /// A line from its end to its start.
  ///
  /// - Precondition: It is one open line: a move, then curves or straight lines.
  var backwards: Path {
    var path = Path()
    guard var here = start else { return path }
    // Each step goes back to where it came from.
    var back: [(Step, to: SIMD2<Float>)] = []
    for step in steps.dropFirst() {
      back.append((step, to: here))
      switch step {
      case .move(let point), .line(let point), .curve(_, _, let point): here = point
      case .close: break
      }
    }
    path.move(here.x, here.y)
    for (step, to) in back.reversed() {
      if case .curve(let first, let second, _) = step {
        path.curve(second.x, second.y, first.x, first.y, to.x, to.y)
      } else {
        path.line(to.x, to.y)
      }
    }
    return path
  }
}
