import FeatureVisualization
import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct ObjectiveTests {
  private let shapes = [
    "map": MapShape(channels: 4, height: 3, width: 2),
    "vector": MapShape(channels: 7, height: 1, width: 1),
  ]

  @Test("sums, differences and multiples are those of values and gradients")
  func algebra() {
    let a = Objective.channel(1, of: "map")
    let b = Objective.squaredNorm(of: "map")
    let c = Objective.logit(5, of: "vector")
    var sum = 2 * a - b * 0.5
    sum += c
    sum -= 0.25 * a
    let combined = -(-sum)
    #expect(combined.terms.map(\.weight) == [2, -0.5, 1, -0.25])
    #expect(combined.tensors == ["map", "vector"])
    #expect(Objective().terms.isEmpty && value(Objective()) == 0)

    let expected = 1.75 * value(a) - 0.5 * value(b) + value(c)
    #expect(abs(value(combined) - expected) < 1e-6)
    for tensor in ["map", "vector"] {
      let parts = [a, b, c].map { gradient($0, tensor).map(Double.init) }
      let expected = parts[0].indices.map {
        1.75 * parts[0][$0] - 0.5 * parts[1][$0] + parts[2][$0]
      }
      #expect(greatestDifference(gradient(combined, tensor), expected) < 1e-6)
    }
  }

  @Test("a tensor that no term names has no gradient")
  func otherTensors() {
    let objective = Objective.neuron(2, of: "map")
    #expect(gradient(objective, "vector").allSatisfy { $0 == 0 })
    #expect(gradient(objective, "map").filter { $0 != 0 } == [1])
  }

  @Test("fidelity is the weighted mean over terms that have one and are wanted")
  func fidelity() throws {
    let direction: [Float] = [1, 2, -1, 0.5]
    let other: [Float] = [-1, 0, 3, 1]
    let plain = Objective.direction(direction, of: "map")
    let first = try #require(report(plain).fidelity)
    let second = try #require(report(.distance(to: other, of: "map")).fidelity)
    #expect(first != second)
    #expect(report(.channel(0, of: "map")).fidelity == nil)
    #expect(report(-plain).fidelity == nil)
    // Neither a channel nor a direction to stay away from counts; nor does a weight shared by all.
    #expect(
      report(3 * plain + .channel(0, of: "map") - .distance(to: other, of: "map")).fidelity == first
    )
    let mixed = try #require(report(3 * plain + .distance(to: other, of: "map")).fidelity)
    #expect(abs(mixed - (3 * first + second) / 4) < 1e-6)
  }

  @Test("what does not fit is an error that names the term, the tensor and a remedy")
  func faults() throws {
    let faults: [(Objective, [String])] = [
      (.channel(4, of: "map"), ["channel 4 of map", "4 channels", "0..<4"]),
      (.channel(-1, of: "map"), ["channel -1 of map", "0..<4"]),
      (.logit(0, of: "map"), ["logit 0 of map", "4 × 3 × 2", "measure a channel"]),
      (.probability(7, ofLogits: "vector"), ["probability 7 of vector", "7 classes", "0..<7"]),
      (.direction([1, 2], of: "map"), ["a direction of map", "4 channels", "the vector 2"]),
      (.distance(to: [1], of: "vector"), ["distance", "7 channels", "the vector 1"]),
      (.channel(0, of: "deep"), ["channel 0 of deep", "not compiled to read it"]),
      (
        .neuron(0, of: "map", in: .position(row: 3, column: 0)),
        ["row 3, column 0", "3 rows and 2 columns", "larger image"]
      ),
    ]
    for (objective, words) in faults {
      // The fault may hide behind terms that fit.
      let error = try #require(throws: VisualizationError.self) {
        try (.channel(0, of: "map") + objective).check(shapes: shapes)
      }
      for word in words { #expect(error.description.contains(word), "\(error)") }
      #expect(!error.description.contains("\n"))
    }
    try Objective.squaredNorm(of: "map").check(shapes: shapes)
  }

  private func activations(_ tensor: String) -> [Float] {
    randomNumbers(shapes[tensor]?.elementCount ?? 0, item: tensor.count)
  }

  private func report(_ objective: Objective) -> ObjectiveReport {
    var report = ObjectiveReport()
    for tensor in objective.tensors {
      guard let shape = shapes[tensor] else { continue }
      report.add(objective, at: tensor, activations(tensor).span, shape: shape)
    }
    return report
  }

  private func value(_ objective: Objective) -> Double { Double(report(objective).value) }

  private func gradient(_ objective: Objective, _ tensor: String) -> [Float] {
    guard let shape = shapes[tensor] else { return [] }
    let activations = activations(tensor)
    return filled(shape.elementCount) {
      objective.writeGradient(at: tensor, activations.span, shape: shape, into: &$0)
    }
  }
}
