internal import Glibc
internal import OneDNN

/// Local response normalization in plain order, where oneDNN has only a reference loop.
///
///     k ← bias + α/size · Σ x²        kept for the gradient
///     y ← x k^−β
///     x̄ ← ȳ k^−β − 2αβ/size · x Σ ȳ y / k
///
/// oneDNN's fast one is for 5 channels; the network of Carter and others (2019) sums 11. Positions are
/// handled side by side; the sums over channels are formed anew for each channel, always in the same
/// order.
///
/// - Complexity: O(size · elements).
final class ResponseNormalizationKernel: Kernel {
  let name = "loop"
  private let constants: LocalResponseNormalization
  private let shape: TensorShape
  private let result, source: TensorMemory
  /// bias + alpha / size · Σ x², of each element; left for the gradient.
  let energy: TensorMemory

  /// - Precondition: Both tensors are of the shape, in plain order and single precision.
  init(
    _ constants: LocalResponseNormalization, _ shape: TensorShape, result: TensorMemory,
    source: TensorMemory
  ) throws {
    self.constants = constants
    self.shape = shape
    self.result = result
    self.source = source
    energy = try TensorMemory(TensorDescriptor(shape.dimensions))
  }

  func run() {
    let channelSums = ChannelSums(shape, constants.size)
    let factor = constants.alpha / Float(constants.size)
    let (bias, beta) = (constants.bias, constants.beta)
    source.withElements { x in
      energy.withMutableElements { energy in
        channelSums.sumSquares(x, into: &energy)
        for index in 0..<energy.count {
          energy[unchecked: index] = bias + factor * energy[unchecked: index]
        }
      }
      energy.withElements { energy in
        result.withMutableElements { y in
          for index in 0..<y.count {
            y[unchecked: index] =
              x[unchecked: index] * inversePower(energy[unchecked: index], beta)
          }
        }
      }
    }
  }
}

/// The gradient: g · k^−β − 2 · alpha · beta / size · x · Σ g · y / k, the sum over the neighbors whose
/// own sums hold x.
///
/// With an odd size these are the same neighbors as forward, so the same sums serve.
final class ResponseNormalizationPullbackKernel: Kernel {
  let name = "loop"
  private let constants: LocalResponseNormalization
  private let shape: TensorShape
  private let gradient, resultGradient, source, result: TensorMemory
  private let forward: ResponseNormalizationKernel
  private let products, sums: TensorMemory

  init(
    _ constants: LocalResponseNormalization, _ shape: TensorShape, gradient: TensorMemory,
    resultGradient: TensorMemory, source: TensorMemory, result: TensorMemory,
    forward: ResponseNormalizationKernel
  ) throws {
    self.constants = constants
    self.shape = shape
    self.gradient = gradient
    self.resultGradient = resultGradient
    self.source = source
    self.result = result
    self.forward = forward
    products = try TensorMemory(TensorDescriptor(shape.dimensions))
    sums = try TensorMemory(TensorDescriptor(shape.dimensions))
  }

  func run() {
    let channelSums = ChannelSums(shape, constants.size)
    let factor = 2 * constants.alpha * constants.beta / Float(constants.size)
    let beta = constants.beta
    // k and y are those of the last forward pass: nothing of it is computed again but the power.
    forward.energy.withElements { energy in
      resultGradient.withElements { g in
        result.withElements { y in
          products.withMutableElements { products in
            for index in 0..<products.count {
              products[unchecked: index] =
                g[unchecked: index] * y[unchecked: index] / energy[unchecked: index]
            }
          }
        }
        products.withElements { products in
          sums.withMutableElements { channelSums.sum(products, into: &$0) }
        }
        source.withElements { x in
          sums.withElements { sums in
            gradient.withMutableElements { gradient in
              for index in 0..<gradient.count {
                gradient[unchecked: index] =
                  g[unchecked: index] * inversePower(energy[unchecked: index], beta)
                  - factor * x[unchecked: index] * sums[unchecked: index]
              }
            }
          }
        }
      }
    }
  }
}

/// k to the power of −β; β = 3/4, the usual one, by roots.
///
/// - Precondition: k is positive, which a positive bias and an α that is not negative make sure of.
@inline(__always)
func inversePower(_ k: Float, _ beta: Float) -> Float {
  if beta == 0.75 {
    // k^(3/4) = k^(1/2) k^(1/4): two square roots are vector instructions, `powf` is a call.
    let root = k.squareRoot()
    return 1 / (root * root.squareRoot())
  }
  return powf(k, -beta)
}

/// Sums over neighboring channels, position by position.
///
/// Not by a running sum: adding the next channel and subtracting the last one would cancel, and leave
/// rounding errors of large values in the sums of small ones.
struct ChannelSums {
  /// Images; channels; positions of a channel; channels on either side in a sum.
  private let batch, channels, positions, reach: Int

  init(_ shape: TensorShape, _ size: Int) {
    batch = shape.dimensions[0]
    channels = shape.dimensions[1]
    positions = shape.dimensions.dropFirst(2).reduce(1, *)
    reach = (size - 1) / 2
  }

  /// sums ← Σ values over each channel and its neighbors.
  func sum(_ values: Span<Float>, into sums: inout MutableSpan<Float>) {
    forEachPair(sums.count, values.count) { target, source in
      for i in 0..<positions { sums[unchecked: target + i] += values[unchecked: source + i] }
    } starting: { target in
      for i in 0..<positions { sums[unchecked: target + i] = 0 }
    }
  }

  /// sums ← Σ values² over each channel and its neighbors.
  func sumSquares(_ values: Span<Float>, into sums: inout MutableSpan<Float>) {
    forEachPair(sums.count, values.count) { target, source in
      for i in 0..<positions {
        let value = values[unchecked: source + i]
        sums[unchecked: target + i] += value * value
      }
    } starting: { target in
      for i in 0..<positions { sums[unchecked: target + i] = 0 }
    }
  }

  /// Calls `starting` with the start of each channel, then `add` for each of its neighbors.
  @inline(__always)
  private func forEachPair(
    _ count: Int, _ otherCount: Int, _ add: (_ target: Int, _ source: Int) -> Void,
    starting: (_ target: Int) -> Void
  ) {
    precondition(
      count == batch * channels * positions && count == otherCount,
      "\(count) and \(otherCount) elements for \(batch) × \(channels) × \(positions)")
    for image in 0..<batch {
      let start = image * channels
      for channel in 0..<channels {
        // Whole planes are added, so that the inner loops run over contiguous positions.
        starting((start + channel) * positions)
        for other in max(0, channel - reach)...min(channels - 1, channel + reach) {
          add((start + channel) * positions, (start + other) * positions)
        }
      }
    }
  }
}
