internal import OneDNN

/// The format in which maps lie between convolutions, and in which these multiply.
///
/// Sums are single precision in both. bfloat16 is the upper half of a `Float`: it has its range, and
/// needs no scaling of gradients. Only convolutions, pooling, normalization across channels and
/// functions of each element use it; weights are rounded to it. Images, gradients of images, vectors,
/// tokens and what is read are single precision.
public enum Precision: String, Sendable, CaseIterable {
  /// Single precision.
  case float32 = "f32"
  /// bfloat16: single precision's range with 8 bits of accuracy, twice as fast on AMD's Zen 4 and
  /// later.
  case bfloat16 = "bf16"

  /// bfloat16 where the processor multiplies it faster than single precision.
  public static var fastest: Precision { Processor.hasFastBFloat16 ? .bfloat16 : .float32 }

  var format: NumberFormat { self == .bfloat16 ? .bfloat16 : .float32 }
}

/// Tangents that a network is compiled for.
public struct Pushforward: Sendable {
  /// The tensor whose tangents the caller writes.
  public var source: String
  /// The later tensors whose tangents the caller reads.
  public var targets: [String]
  /// How many tangents are carried at once: small maps need several to keep the multipliers busy, and
  /// few fit into the caches.
  public var count: Int

  /// Makes a request.
  ///
  /// - Precondition: The count is positive.
  public init(from source: String, to targets: [String], count: Int) {
    precondition(count > 0, "at least one tangent is needed, got \(count)")
    self.source = source
    self.targets = targets
    self.count = count
  }
}

/// What a caller wants of a compiled network.
struct CompilationRequest {
  /// The tensors to read after a forward pass.
  var reading: [String]
  /// The tensors at which gradients start.
  var seeding: [String]
  /// The tensors at which gradients are wanted.
  var differentiating: [String]
  /// Where tangents begin and end; nil for none.
  var pushing: Pushforward?
  var rules: BackwardRules
  var precision: Precision

  /// The tensors whose values a caller may read: what is seeded can be read as well.
  var read: Set<String> { Set(reading + seeding) }

  /// The tensors that the network must compute.
  var needed: [String] { reading + seeding + (pushing?.targets ?? []) }

  /// Whether neither gradients nor tangents are asked for.
  var isForwardOnly: Bool { seeding.isEmpty && pushing == nil }

  /// The tensors that keep a value of their own when nodes are joined: a ReLU must not be fused into a
  /// convolution whose own result is read.
  var kept: Set<String> {
    Set(needed + differentiating + (pushing.map { [$0.source] } ?? []))
  }
}
