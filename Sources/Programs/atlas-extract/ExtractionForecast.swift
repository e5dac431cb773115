import Activations
import CommandLine
import LinearAlgebra
import Models
import NeuralNetworks
import ParallelLoops

/// What an extraction takes, said before the network is compiled.
struct ExtractionForecast {
  let network: TrainedNetwork
  let tensors: [String]
  let imageCount: Int
  let parameters: ExtractionParameters

  /// The work in words.
  private var work: String {
    let size = network.preprocessing.size
    let images = counted(imageCount, "image")
    return "\(images) at \(size.width) × \(size.height) pixels"
  }

  /// The time that it takes on all threads, about.
  ///
  /// Layers' convolutions run at about half of the rate of a large matrix product; a photograph of
  /// half a million pixels is decoded and resized in about four milliseconds.
  private func seconds() throws -> Double {
    let size = network.preprocessing.size
    let operations =
      try tensors.map {
        try network.graph.floatingPointOperations(
          to: $0, inputHeight: size.height, inputWidth: size.width)
      }.max() ?? 0
    let computing = Double(operations) / (0.5e9 * quickSGEMMRate())
    let decoding = 0.004 / Double(Parallelism.threadCount)
    return Double(imageCount) * (computing + decoding)
  }

  /// Says what is forecast, and refuses what `--memory-limit` does not allow.
  func admit(by memory: MemoryArguments) throws {
    try memory.admit(
      work, bytes: try ActivationExtractor.memoryForecast(of: tensors, in: network),
      seconds: try seconds(),
      remedy: "use fewer threads, or a card with a smaller input.size")
  }
}
