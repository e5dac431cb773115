import CommandLine
import LinearAlgebra
import Models
import NeuralNetworks

/// A network run on a synthetic image.
struct NetworkTrial {
  private let check: NetworkCheck
  private let compiled: CompiledNetwork
  private let outputs: [String]
  private let target: TensorEntry
  private let weights = PreparedWeights()
  /// What one thread can do at most, in GFLOP/s.
  private let peak: Double

  private var network: TrainedNetwork { check.network }

  /// What the network's tensors may take in memory while it is tried, at all sizes together.
  ///
  /// Twice what the largest networks for images of 1,024 pixels take; a file of a megabyte can state
  /// 20,000 operations on maps of any size.
  private static let memoryLimit = MemorySize(bytes: 4 << 30)

  /// What values and gradients of all tensors take.
  private static func memory(_ list: TensorList) -> MemorySize {
    // A tensor has at most 2³¹ elements.
    MemorySize(
      bytes: list.entries.reduce(0) { min($0 + 8 * $1.fact.shape.blockedElementCount, 1 << 50) })
  }

  /// Compiles the network at its own size for its outputs, the tensors of classes and the gradient
  /// of its last map.
  init(_ check: NetworkCheck) throws {
    self.check = check
    let wanted =
      check.network.graph.outputNames
      + [
        check.network.card.logits, check.network.card.probabilities,
      ].compactMap { $0 }
    let entries = check.list.entries.dropFirst()
    outputs = entries.filter { $0.fact.type == .float && wanted.contains($0.name) }.map(\.name)
    guard let target = check.list.deepest else { throw StageError("There is no layer.") }
    let needed = Self.memory(check.list)
    guard needed.bytes <= Self.memoryLimit.bytes else {
      throw StageError(
        "Cannot try \(check.network.path): its tensors take about \(needed) at \(check.list.size.height) × \(check.list.size.width) pixels, more than \(Self.memoryLimit); give a smaller size in the card."
      )
    }
    self.target = target
    compiled = try Self.compile(
      check.network, check.list.size, outputs, target: target.name, .float32, weights)
    peak = sgemmPeak(threadCount: 1)
  }

  private static func compile(
    _ network: TrainedNetwork, _ size: Extent, _ outputs: [String], target: String?,
    _ precision: Precision, _ weights: PreparedWeights
  ) throws -> CompiledNetwork {
    do {
      let compiled = try CompiledNetwork(
        network.graph, inputHeight: size.height, inputWidth: size.width, reading: outputs,
        seeding: target.map { [$0] } ?? [], precision: precision, weights: weights)
      SyntheticImage(size).write(to: compiled, network.preprocessing)
      return compiled
    } catch {
      throw StageError("Cannot run \(network.path)", error)
    }
  }

  private func fault(_ cause: String) -> StageError {
    StageError("Cannot make an atlas of \(network.path): \(cause)")
  }

  private func values(_ name: String, of compiled: CompiledNetwork) throws -> [Float] {
    try compiled.withOutput(name) { span in span.indices.map { span[$0] } }
  }

  // MARK: Values

  func reportOutputs() throws {
    try compiled.forward()
    for name in outputs + [target.name] {
      let values = try values(name, of: compiled)
      let wrong = values.count { !$0.isFinite }
      guard wrong == 0 else {
        throw fault(
          "\(wrong) of \(values.count) values of \(quoted(name)) are not finite; check the weights, and range, mean and std in the card."
        )
      }
    }
    let names = (outputs.isEmpty ? [target.name] : outputs).map(quoted)
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    report(.ok, "outputs", "finite: " + names.prefix(3).joined(separator: ", ") + more)
    guard let name = network.card.probabilities, outputs.contains(name) else { return }
    let values = try values(name, of: compiled)
    let sum = values.reduce(0) { $0 + Double($1) }
    // Rounding of as many numbers of single precision is far smaller.
    guard abs(sum - 1) < 1e-3, values.allSatisfy({ $0 >= 0 }) else {
      report(
        .warning, "probabilities",
        "\(quoted(name)) sums to \(decimal(sum)), not 1; correct the card")
      return
    }
    report(.ok, "probabilities", "\(quoted(name)) sums to \(decimal(sum, places: 6))")
  }

  func reportGradient() throws {
    let activations = try values(target.name, of: compiled)
    // The gradient of ½‖activations‖², which reaches whatever is active; of a silent map, that of
    // its sum.
    let isSilent = activations.allSatisfy { $0 == 0 }
    compiled.withSeed(of: target.name) { seed in
      for index in activations.indices { seed[index] = isSilent ? 1 : activations[index] }
    }
    try compiled.pullback()
    let gradient = compiled.withGradient(of: network.graph.inputName) { span in
      span.indices.map { span[$0] }
    }
    guard gradient.allSatisfy(\.isFinite) else {
      throw fault(
        "the gradient of \(quoted(target.name)) is not finite; check the weights, and range, mean and std in the card."
      )
    }
    let nonzero = Double(gradient.count { $0 != 0 }) / Double(max(gradient.count, 1))
    guard nonzero > 0 else {
      throw fault(
        "the gradient of \(quoted(target.name)) with respect to the image is zero; check the weights."
      )
    }
    report(
      .ok, "gradient",
      """
      from \(quoted(target.name)), \(target.fact.shape), to the image: finite, \
      \(decimal(100 * nonzero, places: 0)) % of its values not zero
      """)
  }

  /// Holds the gradients of layers against central differences.
  func reportDifferences() throws {
    let trial = GradientTrial(network, check.list, weights: weights)
    let findings: [GradientTrial.Finding]
    do {
      findings = try trial.findings(seconds: 10)
    } catch { throw StageError("Cannot run \(network.path)", error) }
    if let wrong = findings.first(where: \.isWrong) {
      throw fault(
        """
        the gradient of \(quoted(wrong.layer)) does not fit its values: along a random direction of \
        the image it is \(decimal(wrong.gradient, places: 4)), central differences say \
        \(decimal(wrong.difference, places: 4)), known to \(percent(wrong.uncertainty)); choose a \
        layer before the operation that jumps, and report the network if there is none.
        """)
    }
    guard let worst = findings.max(by: { $0.error < $1.error }) else {
      return report(.warning, "differences", "no layer has a gradient to compare on this image")
    }
    let layers = findings.count == 1 ? "1 layer" : "\(findings.count) layers"
    // With less than that a gradient half as large would not be noticed.
    let tells = findings.allSatisfy { $0.uncertainty < 0.08 }
    report(
      tells ? .ok : .warning, "differences",
      """
      gradients of \(layers) lie within \(percent(worst.error)) of central differences \
      (\(quoted(worst.layer))), which are themselves known to \
      \(percent(findings.map(\.uncertainty).max() ?? 0))\(tells ? "" : ": too little to tell")
      """)
  }

  private func percent(_ fraction: Double) -> String { "\(decimal(100 * fraction, places: 2)) %" }

  // MARK: Times

  func reportTimes() throws {
    let operations = check.list.entries.reduce(0.0) { $0 + Double($1.operationCount) }
    report(
      .ok, "forward", speed(try best { try compiled.forward() }, operations) + ", one thread")
    let size = check.list.size
    let network = try Self.compile(
      self.network, size, [], target: target.name, .float32, weights)
    report(.ok, "gradient step", try step(network, to: target.name, size))
  }

  /// The sizes of icons that the network takes, up to which layer.
  func reportIcons() {
    if let layer = try? network.layer(named: target.name),
      let own = try? network.iconSide(for: layer, preferring: 80), own != 80
    {
      report(
        .ok, "icons",
        "of \(own) px alone, the only images of which \(quoted(target.name)) is computed")
      return
    }
    for side in [80, 128] where Extent(height: side, width: side) != check.list.size {
      let subject = "\(side) px icons"
      do {
        let list = try TensorList(network, size: Extent(height: side, width: side))
        guard let deepest = list.deepest else { throw list.fault ?? GraphError("no layer fits") }
        let needed = Self.memory(list)
        guard needed.bytes + Self.memory(check.list).bytes <= Self.memoryLimit.bytes else {
          report(.warning, subject, "not tried: its tensors take about \(needed)")
          continue
        }
        let network = try Self.compile(
          network, list.size, [], target: deepest.name, .float32, weights)
        let time = try step(network, to: deepest.name, list.size)
        let last =
          list.fault.map { "up to \(quoted(deepest.name)), then \($0); " } ?? "all layers; "
        let isWhole = list.entries.contains { $0.name == target.name }
        report(isWhole ? .ok : .warning, subject, last + time)
      } catch { report(.warning, subject, "\(error)") }
    }
  }

  /// What a forward and a backward pass from a tensor take.
  private func step(
    _ compiled: CompiledNetwork, to tensor: String, _ size: Extent
  ) throws -> String {
    let operations = try network.graph.floatingPointOperations(
      to: tensor, inputHeight: size.height, inputWidth: size.width)
    compiled.withSeed(of: tensor) { seed in
      for index in 0..<seed.count { seed[index] = 1 }
    }
    let seconds = try best {
      try compiled.forward()
      try compiled.pullback()
    }
    return speed(seconds, 2 * Double(operations))
  }

  private func speed(_ seconds: Double, _ operations: Double) -> String {
    let rate = operations / seconds / 1e9
    return
      "\(decimal(seconds * 1e3)) ms, \(decimal(rate, places: 0)) GFLOP/s, \(decimal(100 * rate / peak, places: 0)) % of sgemm"
  }

  /// The best time of at least three runs in about half a second.
  private func best(_ body: () throws -> Void) rethrows -> Double {
    var (best, total, count) = (Double.infinity, 0.0, 0)
    // The best, not the mean: other work on the machine can only make a run slower.
    while count < 3 || (total < 0.5 && count < 100) {
      let start = ContinuousClock.now
      try body()
      let seconds = (ContinuousClock.now - start).seconds
      best = min(best, seconds)
      total += seconds
      count += 1
    }
    return best
  }

  // MARK: bfloat16

  func reportBFloat16() {
    guard Precision.fastest == .bfloat16 else {
      report(.missing, "bf16", "this processor has no such instructions; f32 is used")
      return
    }
    do {
      let narrow = try Self.compile(
        network, check.list.size, outputs, target: target.name, .bfloat16, weights)
      let times = (
        wide: try best { try compiled.forward() }, narrow: try best { try narrow.forward() }
      )
      let names = [target.name] + [network.card.logits ?? outputs.last].compactMap { $0 }
      var parts: [String] = []
      for (index, name) in names.enumerated() where index == 0 || name != target.name {
        let (a, b) = (try values(name, of: compiled), try values(name, of: narrow))
        parts.append("\(quoted(name)) by \(decimal(100 * Self.difference(a, b), places: 2)) %")
      }
      report(
        .ok, "bf16",
        """
        \(decimal(times.wide / times.narrow, places: 1)) times as fast forward; root mean square \
        differences from f32: \(parts.joined(separator: ", "))
        """)
    } catch { report(.warning, "bf16", "\(error); use --precision f32") }
  }

  /// The root mean square of differences over that of values.
  private static func difference(_ a: [Float], _ b: [Float]) -> Double {
    var (differences, values) = (0.0, 0.0)
    for (a, b) in zip(a, b) {
      differences += Double(a - b) * Double(a - b)
      values += Double(a) * Double(a)
    }
    return values > 0 ? (differences / values).squareRoot() : differences > 0 ? .infinity : 0
  }
}
