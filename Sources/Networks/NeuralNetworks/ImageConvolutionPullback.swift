internal import NetworkGraphs
internal import OneDNN

/// The gradient of a network's first convolution with respect to the image.
///
/// An image has three channels where blocked kernels want sixteen, so the library's own gradient
/// wastes four fifths of its work. Here it is one matrix product, (taps × outputs) · (outputs ×
/// positions), whose rows are then added where their tap points: the transpose of the textbook
/// `im2col` convolution. Rows are handled a few at a time, so that they stay in the cache.
final class ImageConvolutionPullback: Kernel {
  let name = "sgemm and loop"
  private let convolution: Convolution
  private let batch: Int
  private let input, output: MapShape
  private let outputGradient, inputGradient: TensorMemory
  /// Taps × outputs: the weights transposed; a tap is (channel, row, column).
  private let taps: [Float]
  private let tapCount: Int
  /// Taps of one product; each is one row of `columns`.
  private let tapBlock: Int
  private let columns: TensorMemory
  /// The sums of one row's pixels, phase after phase.
  private var phases: [Float]
  private let phaseLength: Int

  /// - Precondition: The convolution has one group and explicit padding; both gradients are in plain
  ///   order, single precision.
  init(
    _ convolution: Convolution, input: TensorShape, output: TensorShape,
    outputGradient: TensorMemory, inputGradient: TensorMemory
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
    tapBlock = convolution.kernel.height * convolution.kernel.width
    columns = try TensorMemory(
      TensorDescriptor([tapBlock * output.height * output.width]))
    phaseLength = (input.width + convolution.stride.width - 1) / convolution.stride.width
    phases = [Float](repeating: 0, count: phaseLength * convolution.stride.width)
  }

  func run() {
    for image in 0..<batch { run(image) }
  }

  private func run(_ image: Int) {
    let positions = output.height * output.width
    let channels = output.channels
    let results = image * channels * positions..<(image + 1) * channels * positions
    for channel in 0..<input.channels {
      let weights = channel * tapBlock * channels..<(channel + 1) * tapBlock * channels
      outputGradient.withElements { gradient in
        columns.withMutableElements { product in
          let taps = self.taps
          sgemm(
            rows: tapBlock, columns: positions, inner: channels, taps.span.extracting(weights),
            gradient.extracting(results), into: &product)
        }
      }
      columns.withElements { columns in
        inputGradient.withMutableElements { pixels in
          addTaps(columns, plane: image * input.channels + channel, into: &pixels)
        }
      }
    }
  }

  /// Adds each tap's values to the pixels that they were read from.
  ///
  /// With a stride, neighbouring outputs reach every other pixel. The pixels of a row are therefore
  /// summed apart by their place between two windows (their phase), in runs without gaps.
  private func addTaps(_ columns: Span<Float>, plane: Int, into image: inout MutableSpan<Float>) {
    let (kernel, stride, dilation) = (convolution.kernel, convolution.stride, convolution.dilation)
    let padding = convolution.padding
    var phases = self.phases
    self.phases = []
    for imageY in 0..<input.height {
      for index in phases.indices { phases[index] = 0 }
      var sums = phases.mutableSpan
      for ky in 0..<kernel.height {
        let reach = imageY + padding.top - ky * dilation.height
        guard reach >= 0, reach.isMultiple(of: stride.height), reach / stride.height < output.height
        else { continue }
        let y = reach / stride.height
        for kx in 0..<kernel.width {
          // Output x reads pixel x · stride + shift.
          let shift = kx * dilation.width - padding.left
          let phase = ((shift % stride.width) + stride.width) % stride.width
          let offset = (shift - phase) / stride.width
          let first = max(0, -offset)
          let last = min(output.width, phaseLength - offset)
          guard first < last else { continue }
          let source = ((ky * kernel.width + kx) * output.height + y) * output.width
          let target = phase * phaseLength + offset
          for x in first..<last {
            sums[unchecked: target + x] += columns[unchecked: source + x]
          }
        }
      }
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
