import ArgumentParser
import CommandLine
import FeatureVisualization
import NetworkCommandLine
import NeuralNetworks

/// How icons are optimised.
struct IconArguments: ParsableArguments {
  @Option(help: "The icons' side in pixels.")
  var size = 80
  @Option(help: "Optimisation steps.")
  var steps = 512
  @Option(help: "Attempts at each icon, of which the best is kept.")
  var attempts = 1
  @Option(help: "The seed of the icons.")
  var seed: UInt64 = 0
  @Option(help: "Adam's step size.")
  var learningRate: Float = 0.05
  @Option(help: "How fast amplitudes fall with frequency.")
  var decay = 1.0
  @Option(help: "How far icons fade to gray towards their corners, from 0 (not at all) to 1.")
  var vignette: Float = 0.8
  @Option(
    help: "What the network sees beyond an icon's edge: gray, or replicate (the edge's colour).")
  var border: BorderChoice = .gray

  @Option(
    help: ArgumentHelp(
      "The format in which the network computes: f32, bf16, or auto for bf16 where the processor has it. Fidelity is measured in f32 always.",
      valueName: "format"))
  var precision: PrecisionChoice = .auto

  func validate() throws {
    guard (16...1024).contains(size) else {
      throw ValidationError("--size must be from 16 to 1024, got \(size).")
    }
    guard (1...100_000).contains(steps) else {
      throw ValidationError("--steps must be from 1 to 100000, got \(steps).")
    }
    guard (1...100).contains(attempts) else {
      throw ValidationError("--attempts must be from 1 to 100, got \(attempts).")
    }
    guard learningRate > 0, learningRate < 10 else {
      throw ValidationError("--learning-rate must be above 0 and below 10, got \(learningRate).")
    }
    guard vignette >= 0, vignette <= 1 else {
      throw ValidationError("--vignette must be from 0 to 1, got \(vignette).")
    }
    guard decay >= 0, decay <= 4 else {
      throw ValidationError("--decay must be from 0 to 4, got \(decay).")
    }
  }

  var parameters: IconParameters {
    var parameters = IconParameters()
    parameters.sidePixels = size
    parameters.stepCount = steps
    parameters.restartCount = attempts
    parameters.seed = seed
    parameters.optimizer.learningRate = learningRate
    parameters.parameterization = .fourier(decayPower: decay)
    parameters.vignette = vignette
    parameters.border = border == .gray ? .gray(0.5) : .replicate
    parameters.precision = precision.resolved
    return parameters
  }

  var provenance: [(name: String, value: String)] {
    [
      ("size", "\(size)"), ("steps", "\(steps)"), ("attempts", "\(attempts)"), ("seed", "\(seed)"),
      ("learning-rate", "\(learningRate)"), ("decay", "\(decay)"), ("vignette", "\(vignette)"),
      ("border", border.rawValue), ("precision", precision.resolved.rawValue),
    ]
  }
}

/// `--border`.
enum BorderChoice: String, ExpressibleByArgument, CaseIterable {
  case gray, replicate
}
