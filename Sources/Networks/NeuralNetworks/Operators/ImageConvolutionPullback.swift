internal import OneDNN

/// The gradient of a network's first convolution with respect to the image.
///
/// The operator is `Convolution`; this is its pullback for few input channels:
///
///     C[t, p]       = Σ_o w[o, t] ȳ[o, p]             a tap t is (channel i, row ky, column kx)
///     x̄_i[y, x]     = Σ C[(i, ky, kx), p]             over s p + d (ky, kx) − padding = (y, x)
///
/// An image has three channels where blocked kernels want sixteen, so the library's own gradient
/// wastes four fifths of its work: for GoogLeNet's first convolution at 224 pixels it ran at 83 GFLOP/s
/// where forward ran at 466. Here it is one matrix product, (taps × outputs) · (outputs × positions),
/// whose rows are then added where their tap points: the transpose of the textbook `im2col`
/// convolution. One image is handled at a time, so that the product stays in the cache.
///
/// - Complexity: 2 · taps · outputs · positions operations per image, then taps · positions additions.
final class ImageConvolutionPullback: Kernel {
  let name = "matrix product and loop"
  private let convolution: Convolution
  private let batch: Int
  private let input, output: MapShape
  private let outputGradient, inputGradient: TensorMemory
  /// Taps × outputs: the weights transposed; a tap is (channel, row, column).
  private let taps: [Float]
  private let tapCount: Int
  /// Taps × positions, of one image.
  private let columns: TensorMemory
  /// In bfloat16, the product of each image; in single precision there is `sgemm`.
  private let products: [BoundPrimitive]
  /// The sums of one row's pixels, phase after phase.
  private var phases: [Float]
  private let phaseLength: Int

  /// - Precondition: The convolution has one group and explicit padding; both gradients are in plain
  ///   order, the input's in single precision.
  init(
    _ convolution: Convolution, input: TensorShape, output: TensorShape,
    outputGradient: TensorMemory, inputGradient: TensorMemory, in context: ExecutionContext
  ) throws {
    precondition(convolution.groups == 1, "a grouped convolution does not read an image")
    self.convolution = convolution
    func map(_ shape: TensorShape) -> MapShape {
      MapShape(
        channels: shape.dimensions[1], height: shape.dimensions[2], width: shape.dimensions[3])
    }
    let (input, output, batch) = (map(input), map(output), input.dimensions[0])
    self.batch = batch
    self.input = input
    self.output = output
    self.outputGradient = outputGradient
    self.inputGradient = inputGradient
    tapCount = input.channels * convolution.kernel.height * convolution.kernel.width
    var taps = [Float](repeating: 0, count: tapCount * output.channels)
    for channel in 0..<output.channels {
      for tap in 0..<tapCount {
        taps[tap * output.channels + channel] = convolution.weights[channel * tapCount + tap]
      }
    }
    self.taps = taps
    let positions = output.positionCount
    columns = try TensorMemory(TensorDescriptor([tapCount, positions]))
    products =
      outputGradient.format == .float32
      ? []
      : try Self.products(
        taps, tapCount, output, batch, gradient: outputGradient, columns: columns, in: context)
    phaseLength = (input.width + convolution.stride.width - 1) / convolution.stride.width
    phases = [Float](repeating: 0, count: phaseLength * convolution.stride.width)
  }

  /// The products of all images in bfloat16, summed in single precision.
  ///
  /// `dnnl_sgemm` has no such counterpart, so each image's is a matrix product primitive of its own,
  /// bound to that image's part of the gradient.
  private static func products(
    _ taps: [Float], _ tapCount: Int, _ output: MapShape, _ batch: Int, gradient: TensorMemory,
    columns: TensorMemory, in context: ExecutionContext
  ) throws -> [BoundPrimitive] {
    let single = try TensorMemory(TensorDescriptor([tapCount, output.channels]))
    single.withMutableElements { elements in
      for index in taps.indices { elements[index] = taps[index] }
    }
    let source = try TensorDescriptor([tapCount, output.channels], format: .bfloat16)
    let weights = try TensorDescriptor(
      [output.channels, output.positionCount], format: .bfloat16)
    let rounded = try single.reordered(to: source)
    let product = try Primitive.matrixProduct(
      source: source, weights: weights, destination: columns.descriptor)
    return try (0..<batch).map { image in
      let part = try gradient.part(weights, at: image * output.elementCount)
      return try BoundPrimitive(
        product, [(.source, rounded), (.weights, part), (.destination, columns)], in: context)
    }
  }

  func run() throws {
    for image in 0..<batch { try run(image) }
  }

  /// Computes the gradient of one image.
  private func run(_ image: Int) throws {
    let positions = output.positionCount
    if products.isEmpty {
      outputGradient.withElements(
        in: image * output.elementCount..<(image + 1) * output.elementCount
      ) { gradient in
        columns.withMutableElements { product in
          let taps = self.taps
          sgemm(
            rows: tapCount, columns: positions, inner: output.channels, taps.span, gradient,
            into: &product)
        }
      }
    } else {
      try products[image].run()
    }
    let kernelSize = convolution.kernel.height * convolution.kernel.width
    for channel in 0..<input.channels {
      let rows = channel * kernelSize * positions..<(channel + 1) * kernelSize * positions
      columns.withElements(in: rows) { columns in
        inputGradient.withMutableElements { pixels in
          addTaps(columns, plane: image * input.channels + channel, into: &pixels)
        }
      }
    }
  }

  /// Adds each tap's values to the pixels that they were read from.
  ///
  /// With a stride, neighboring outputs reach every other pixel. The pixels of a row are therefore
  /// summed apart by their place between two windows (their phase), in runs without gaps.
  private func addTaps(_ columns: Span<Float>, plane: Int, into image: inout MutableSpan<Float>) {
    let (kernel, stride, dilation) = (convolution.kernel, convolution.stride, convolution.dilation)
    let padding = convolution.padding
    var phases = self.phases
    self.phases = []
    // Pixel rows outside, taps inside: each row is written once, its sums stay in the innermost cache,
    // and every pixel's terms are added in the same order of taps.
    for imageY in 0..<input.height {
      for index in phases.indices { phases[index] = 0 }
      var sums = phases.mutableSpan
      for ky in 0..<kernel.height {
        let reach = imageY + padding.top - ky * dilation.height
        // The output row whose window has this tap at the pixel row, if there is one.
        guard reach >= 0, reach.isMultiple(of: stride.height), reach / stride.height < output.height
        else { continue }
        let y = reach / stride.height
        for kx in 0..<kernel.width {
          // Output x reads pixel x · stride + shift.
          let shift = kx * dilation.width - padding.left
          // A remainder that is never negative.
          let phase = ((shift % stride.width) + stride.width) % stride.width
          let offset = (shift - phase) / stride.width
          let first = max(0, -offset)
          let last = min(output.width, phaseLength - offset)
          guard first < last else { continue }
          let source = ((ky * kernel.width + kx) * output.height + y) * output.width
          let target = phase * phaseLength + offset
          add(columns, from: source + first, count: last - first, to: &sums, at: target + first)
        }
      }
      // Phases are interleaved into pixels once a row, instead of once a tap.
      let row = (plane * input.height + imageY) * input.width
      for phase in 0..<min(stride.width, input.width) {
        let start = phase * phaseLength
        for x in 0..<(input.width - phase + stride.width - 1) / stride.width {
          image[unchecked: row + phase + x * stride.width] = sums[unchecked: start + x]
        }
      }
    }
    self.phases = phases
  }
}

/// Adds a run of numbers to another, eight at a time.
///
/// Element for element, so the width changes no result.
@inline(__always)
private func add(
  _ source: Span<Float>, from start: Int, count: Int, to sums: inout MutableSpan<Float>,
  at target: Int
) {
  precondition(start + count <= source.count && target + count <= sums.count, "a run leaves a span")
  source.withUnsafeBufferPointer { source in
    sums.withUnsafeMutableBufferPointer { sums in
      guard let source = source.baseAddress, let sums = sums.baseAddress else { return }
      let from = UnsafeRawPointer(source + start)
      let to = UnsafeMutableRawPointer(sums + target)
      var done = 0
      while done + 8 <= count {
        let offset = 4 * done
        let sum =
          to.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
          + from.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        to.storeBytes(of: sum, toByteOffset: offset, as: SIMD8<Float>.self)
        done += 8
      }
      while done < count {
        sums[target + done] += source[start + done]
        done += 1
      }
    }
  }
}
