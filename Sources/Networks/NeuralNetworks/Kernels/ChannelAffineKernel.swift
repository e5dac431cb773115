internal import OneDNN

/// result ← scale · source + shift, one of each a channel, in any layout.
final class ChannelAffineKernel: Kernel {
  let name = "loop"
  private let scale, shift: [Float]
  private let result, source: TensorMemory
  /// How often the channels repeat, the positions of each, and the channels that lie together.
  private let batch, positions, block: Int

  init(
    _ affine: ChannelAffine, _ slot: TensorSlot, result: TensorMemory, source: TensorMemory,
    shifts: Bool
  ) {
    let channels = affine.scale.count
    let positionCount = slot.shape.dimensions.dropFirst(2).reduce(1, *)
    switch slot.place.layout {
    case .plain, .any: block = 1
    case .channelsLast: block = channels
    case .blocked(let count): block = count
    }
    let padded = (channels + block - 1) / block * block
    let padding = [Float](repeating: 0, count: padded - channels)
    scale = affine.scale + padding
    shift = shifts ? affine.shift + padding : [Float](repeating: 0, count: padded)
    batch = slot.shape.dimensions[0]
    positions = positionCount
    self.result = result
    self.source = source
    precondition(
      result.storedCount == source.storedCount
        && result.storedCount == batch * padded * positions,
      "channels do not fill the tensor")
  }

  func run() {
    let (scale, shift) = (scale, shift)
    source.withElements { source in
      result.withMutableElements { result in
        var place = 0
        for _ in 0..<batch {
          for first in stride(from: 0, to: scale.count, by: block) {
            if block == 1 {
              let (factor, offset) = (scale[first], shift[first])
              for i in place..<place + positions {
                result[unchecked: i] = factor * source[unchecked: i] + offset
              }
              place += positions
            } else {
              for _ in 0..<positions {
                for lane in 0..<block {
                  result[unchecked: place + lane] =
                    scale[first + lane] * source[unchecked: place + lane] + shift[first + lane]
                }
                place += block
              }
            }
          }
        }
      }
    }
  }
}
