internal import OneDNN

/// The format in which maps lie between convolutions, and in which these multiply.
///
/// Sums are single precision in both. Only convolutions, pooling, normalization across channels and
/// functions of each element use bfloat16; weights are rounded to it. Images, gradients of images,
/// vectors, tokens and what is read are single precision.
public enum Precision: String, Sendable, CaseIterable {
  /// Single precision.
  case float32 = "f32"
  /// bfloat16: single precision's range with 8 bits of accuracy, twice as fast where the processor
  /// has it.
  case bfloat16 = "bf16"

  /// bfloat16 where the processor has it, else single precision.
  public static var fastest: Precision { Processor.hasBFloat16 ? .bfloat16 : .float32 }

  var format: NumberFormat { self == .bfloat16 ? .bfloat16 : .float32 }
}
