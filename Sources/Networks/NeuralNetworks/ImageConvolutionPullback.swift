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
  }

  func run() {
    inputGradient.clear()
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

  /// Adds each tap's row of values to the pixels that it was read from.
  private func addTaps(_ columns: Span<Float>, plane: Int, into image: inout MutableSpan<Float>) {
    let (stride, dilation) = (convolution.stride, convolution.dilation)
    let padding = convolution.padding
    for ky in 0..<convolution.kernel.height {
      for kx in 0..<convolution.kernel.width {
        let tap = ky * convolution.kernel.width + kx
        let shiftX = kx * dilation.width - padding.left
        // Output columns whose tap lies inside the image.
        let first = max(0, -shiftX + stride.width - 1) / stride.width
        let last = min(output.width - 1, (input.width - 1 - shiftX) / stride.width)
        guard input.width - 1 - shiftX >= 0 && first <= last else { continue }
        for y in 0..<output.height {
          let imageY = y * stride.height + ky * dilation.height - padding.top
          guard imageY >= 0 && imageY < input.height else { continue }
          let row = (plane * input.height + imageY) * input.width + shiftX
          let source = (tap * output.height + y) * output.width
          for x in first...last {
            image[unchecked: row + x * stride.width] += columns[unchecked: source + x]
          }
        }
      }
    }
  }
}
