public import ArgumentParser
internal import CommandLine
public import NeuralNetworks

/// `--precision`: the format in which a network computes.
public enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Single precision.
  case f32
  /// bfloat16, twice as fast where the processor has it; an error elsewhere.
  case bf16
  /// bfloat16 where the processor has it, else single precision.
  case auto

  /// The format on this machine.
  public var resolved: Precision {
    switch self {
    case .f32: .float32
    case .bf16: .bfloat16
    case .auto: .fastest
    }
  }
}

extension Sequence<(name: String, value: String)> {
  /// A record of settings with the format on this machine for `auto`.
  public func resolving(_ precision: PrecisionChoice) -> [(name: String, value: String)] {
    map { $0.name == "precision" ? ($0.name, precision.resolved.rawValue) : $0 }
  }
}
