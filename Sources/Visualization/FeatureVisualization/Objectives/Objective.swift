public import NeuralNetworks

/// What an image is optimized for: a weighted sum of terms, each a measure of one tensor.
///
/// Objectives are values, closed under +, − and scaling, as in lucid:
///
///     let objective = Objective.channel(5, of: "mixed4c")
///       + 0.5 * Objective.logit(207, of: "logits") - 0.1 * Objective.squaredNorm(of: "conv1")
///
/// Terms may name different tensors, and one tensor several times. An objective says nothing about the
/// image; what it is maximized over is an `ImageChain`.
public struct Objective: Sendable {
  /// One summand.
  public struct Term: Sendable {
    /// The factor of the measured number.
    public fileprivate(set) var weight: Float
    /// The tensor, by its name in the network's file.
    public let tensor: String
    /// Where the measure looks.
    public let region: Region
    /// What is measured there.
    public let measure: any Measure
  }

  /// The summands, in the order in which they were added.
  public private(set) var terms: [Term]

  /// The objective that is 0 everywhere.
  public init() { terms = [] }

  /// A measure alone, with weight 1.
  ///
  /// - Parameters:
  ///   - measure: What is measured.
  ///   - tensor: The tensor, by its name in the network's file.
  ///   - region: Where.
  public init(_ measure: any Measure, of tensor: String, in region: Region) {
    terms = [Term(weight: 1, tensor: tensor, region: region, measure: measure)]
  }

  /// The tensors of all terms, each once, in order of appearance.
  public var tensors: [String] {
    var names: [String] = []
    for term in terms where !names.contains(term.tensor) { names.append(term.tensor) }
    return names
  }

  /// Whether all terms look at the center position of their tensors alone.
  public var looksAtCenter: Bool { terms.allSatisfy { $0.region == .center } }

  /// Checks that every term fits its tensor.
  ///
  /// - Parameter shapes: The shapes of the tensors that can be read and seeded, by name.
  /// - Throws: `VisualizationError` with the term and what does not fit.
  public func check(shapes: [String: MapShape]) throws(VisualizationError) {
    for term in terms {
      let what = "Cannot visualize \(term.measure) of \(term.tensor): "
      guard let shape = shapes[term.tensor] else {
        throw VisualizationError(
          description: what + "the network was not compiled to read it; name it among the tensors.")
      }
      if let mismatch = term.measure.mismatch(with: shape) {
        throw VisualizationError(description: what + mismatch + ".")
      }
      guard term.region.positions(in: shape) != nil else {
        throw VisualizationError(
          description: what
            + "\(term.region) is not within \(shape.height) rows and \(shape.width) columns; "
            + "choose positions of the map, or a larger image.")
      }
    }
  }

  /// Writes the gradient with respect to one of the tensors.
  ///
  /// - Parameters:
  ///   - tensor: The tensor.
  ///   - activations: Its values for one image, channels × height × width.
  ///   - shape: Its shape.
  ///   - gradient: ∂J / ∂tensor, of the same shape; zero wherever nothing counts.
  /// - Precondition: `check(shapes:)` has passed.
  public func writeGradient(
    at tensor: String, _ activations: Span<Float>, shape: MapShape,
    into gradient: inout MutableSpan<Float>
  ) {
    precondition(
      activations.count == shape.elementCount && gradient.count == shape.elementCount,
      "\(shape.elementCount) activations expected, got \(activations.count) and \(gradient.count)")
    gradient.update(repeating: 0)
    for term in terms where term.tensor == tensor {
      term.measure.addGradient(
        of: activations, at: term.positions(in: shape), scale: term.weight, to: &gradient)
    }
  }

  // MARK: Algebra

  /// The sum of two objectives.
  public static func + (a: Objective, b: Objective) -> Objective {
    var sum = a
    sum += b
    return sum
  }

  /// Adds an objective.
  public static func += (a: inout Objective, b: Objective) { a.terms += b.terms }

  /// The difference of two objectives.
  public static func - (a: Objective, b: Objective) -> Objective { a + -b }

  /// Subtracts an objective.
  public static func -= (a: inout Objective, b: Objective) { a += -b }

  /// The objective that is minimized where this one is maximized.
  public static prefix func - (a: Objective) -> Objective { -1 * a }

  /// The objective with all weights multiplied.
  public static func * (factor: Float, a: Objective) -> Objective {
    var product = a
    for index in product.terms.indices { product.terms[index].weight *= factor }
    return product
  }

  /// The objective with all weights multiplied.
  public static func * (a: Objective, factor: Float) -> Objective { factor * a }
}

extension Objective.Term {
  fileprivate func positions(in shape: MapShape) -> Positions {
    guard let positions = region.positions(in: shape) else {
      preconditionFailure("\(region) is not within a map of \(shape)")
    }
    return positions
  }
}

/// What is known of an image when all tensors of its objective have been read.
public struct ObjectiveReport: Sendable {
  private var sum = 0.0
  private var fidelitySum = 0.0
  private var fidelityWeight = 0.0

  /// The report before any tensor is read.
  public init() {}

  /// The objective's value.
  public var value: Float { Float(sum) }

  /// How well the targets are met: the mean of the terms' fidelities, weighted as they are.
  ///
  /// Terms of negative weight do not count, since nobody wants to be like what they turn away from.
  /// Nil when no term has a fidelity.
  public var fidelity: Float? {
    fidelityWeight > 0 ? Float(fidelitySum / fidelityWeight) : nil
  }

  /// Adds what an objective's terms say about one tensor.
  ///
  /// - Parameters:
  ///   - objective: The objective.
  ///   - tensor: The tensor.
  ///   - activations: Its values for one image, channels × height × width.
  ///   - shape: Its shape.
  /// - Precondition: `Objective.check(shapes:)` has passed.
  public mutating func add(
    _ objective: Objective, at tensor: String, _ activations: Span<Float>, shape: MapShape
  ) {
    precondition(
      activations.count == shape.elementCount,
      "\(shape.elementCount) activations expected, got \(activations.count)")
    for term in objective.terms where term.tensor == tensor {
      let positions = term.positions(in: shape)
      // In Double, so that a term of weight 1 alone gives its measure to the bit.
      let weight = Double(term.weight)
      sum += weight * Double(term.measure.value(of: activations, at: positions))
      guard weight > 0, let one = term.measure.fidelity(of: activations, at: positions)
      else { continue }
      fidelitySum += weight * Double(one)
      fidelityWeight += weight
    }
  }
}

/// Something that cannot be visualized.
public struct VisualizationError: Error, CustomStringConvertible {
  /// One line: what, why, and a remedy.
  public let description: String
}
