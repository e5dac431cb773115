public import ModelFormats
internal import NetworkGraphs
internal import NeuralNetworks
internal import Tensors

/// Optimises icons: images that excite a layer of a network as a target asks.
///
/// Every thread has its own copy of the compiled network and works on one icon at a time, so an icon
/// depends on its target and the seed alone: not on other icons, the number of threads, or which
/// block of cells it was rendered in.
public final class IconRenderer {
  private let workers: [IconWorker]
  private let parameters: IconParameters

  /// Compiles the network at the icons' size, one copy a thread.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - layer: The tensor whose activations count.
  ///   - parameters: How icons are optimised.
  /// - Throws: When the network is not one of colour pictures, or cannot run at the icons' size.
  public init(network: TrainedNetwork, layer: String, parameters: IconParameters) throws {
    self.parameters = parameters
    let channels = try NetworkChannels(network)
    let weights = PreparedWeights()
    workers = try (0..<Parallelism.threadCount).map { _ in
      let compiled = try CompiledNetwork(
        network.graph, inputHeight: parameters.sidePixels, inputWidth: parameters.sidePixels,
        outputs: [], target: layer, weights: weights)
      return IconWorker(
        network: compiled, target: layer, parameters: parameters, channels: channels)
    }
  }

  /// Renders some icons on all threads.
  ///
  /// - Parameters:
  ///   - targets: What to show.
  ///   - progress: Called after each attempt, from any thread.
  /// - Returns: One icon a target: the best of its attempts on transforms that none was optimised
  ///   for, by fidelity or, for targets that are no direction, by the objective.
  /// - Throws: When the network cannot be run.
  public func render(
    _ targets: [IconTarget], progress: @Sendable () -> Void = {}
  ) throws -> [Icon] {
    let attempts = parameters.attemptCount
    let results = try renderAttempts(targets, progress)
    return targets.indices.map { index in
      let candidates = results[index * attempts..<(index + 1) * attempts]
      // The first of equals, so that the choice is unique.
      return candidates.dropFirst().reduce(candidates[index * attempts]) { best, candidate in
        score(candidate) > score(best) ? candidate : best
      }
    }
  }

  private func score(_ icon: Icon) -> Float {
    let score = icon.transformedFidelity ?? icon.objective
    return score.isFinite ? score : -.infinity
  }

  private func renderAttempts(
    _ targets: [IconTarget], _ progress: @Sendable () -> Void
  ) throws -> [Icon] {
    let attempts = parameters.attemptCount
    var results = [Result<Icon, any Error>?](repeating: nil, count: targets.count * attempts)
    results.withUnsafeMutableBufferPointer { slots in
      let shared = Shared(workers: workers, slots: slots)
      parallelWorkers(count: workers.count, itemCount: slots.count) { worker, item in
        shared.slots[item] = Result {
          try shared.workers[worker].optimize(targets[item / attempts], attempt: item % attempts)
        }
        progress()
      }
    }
    return try results.compactMap { try $0?.get() }
  }

  /// What the threads share: a worker belongs to one thread, a slot to one item.
  private struct Shared: @unchecked Sendable {
    let workers: [IconWorker]
    let slots: UnsafeMutableBufferPointer<Result<Icon, any Error>?>
  }
}

/// A network that icons cannot be made for.
public struct RenderError: Error, CustomStringConvertible {
  /// One line: what, why, and a remedy.
  public let description: String
}

extension NetworkChannels {
  /// How a network reads colours in 0…1.
  init(_ network: TrainedNetwork) throws(RenderError) {
    let channels = network.preprocessing.channels
    let sources = channels.map(\.source.rawValue)
    guard sources.sorted() == [0, 1, 2] else {
      throw RenderError(
        description: """
          Cannot render icons for \(network.path): its input is not red, green and blue; only \
          networks of colour pictures can be rendered.
          """)
    }
    self.init(
      order: [sources[0], sources[1], sources[2]],
      scale: SIMD3(channels[0].scale, channels[1].scale, channels[2].scale),
      offset: SIMD3(channels[0].offset, channels[1].offset, channels[2].offset))
  }
}
