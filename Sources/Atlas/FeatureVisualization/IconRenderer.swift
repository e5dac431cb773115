public import Models
public import NeuralNetworks
internal import ParallelLoops
internal import Synchronization

/// Optimises icons: images that excite a layer of a network as a target asks.
///
/// Every thread has its own copy of the compiled network and works on a few icons at a time, each in its
/// own place, so an icon depends on its target and the seed alone: not on other icons, the number of
/// threads, or which block of cells it was rendered in.
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
    let count = Self.iconsAtOnce(side: parameters.sidePixels)
    do {
      workers = try Self.makeWorkers(network, layer, parameters, channels, iconsAtOnce: count)
    } catch  where count > 1 {
      // Some networks are written down for one image.
      workers = try Self.makeWorkers(network, layer, parameters, channels, iconsAtOnce: 1)
    }
  }

  /// How many icons a thread optimises at once.
  ///
  /// GoogLeNet's small maps keep the multipliers of a processor with AVX-512 busy to 60 % with one icon
  /// of 80 pixels, 70 % with two, 75 % with four and 80 % with eight (`atlas-network profile
  /// --batch`); large ones have no need of company. The number depends on nothing else, so that an
  /// icon is the same on any machine of the same kind.
  static func iconsAtOnce(side: Int) -> Int { side <= 128 ? 4 : side <= 256 ? 2 : 1 }

  private static func makeWorkers(
    _ network: TrainedNetwork, _ layer: String, _ parameters: IconParameters,
    _ channels: NetworkChannels, iconsAtOnce count: Int
  ) throws -> [IconWorker] {
    let weights = PreparedWeights()
    let side = parameters.sidePixels
    let shape: TensorShape = [count, network.inputShape.channels, side, side]
    return try (0..<Parallelism.threadCount).map { _ in
      let compiled = try CompiledNetwork(
        network.graph, input: shape, reading: [], seeding: [layer],
        precision: parameters.precision, weights: weights)
      let judge =
        parameters.precision == .float32
        ? compiled
        : try CompiledNetwork(network.graph, input: shape, reading: [layer], weights: weights)
      return try IconWorker(
        network: compiled, judge: judge, image: network.graph.inputName, target: layer,
        parameters: parameters,
        channels: channels)
    }
  }

  /// What each part of a step costs on one thread, the network's steps among them.
  ///
  /// - Parameters:
  ///   - target: What to show meanwhile.
  ///   - repetitions: How often each part runs; its best time counts.
  /// - Returns: One entry a part, in the order in which they run.
  /// - Throws: When the network cannot be run.
  public func profile(_ target: IconTarget, repetitions: Int = 20) throws -> [ProfileEntry] {
    try workers[0].profile(target, repetitions: repetitions)
  }

  /// Renders some icons on all threads and hands each over as soon as it is finished.
  ///
  /// An icon is the best of its attempts on transforms that none was optimised for, by fidelity or,
  /// for targets that are no direction, by the objective.
  ///
  /// - Parameters:
  ///   - targets: What to show.
  ///   - progress: Called after each attempt, from any thread.
  ///   - finished: Called with a target's place and its icon, from any thread but once at a time; what
  ///     it throws ends the work.
  /// - Throws: When the network cannot be run, or what `finished` throws.
  public func render(
    _ targets: [IconTarget], progress: @Sendable () -> Void = {},
    finished: @Sendable (_ place: Int, _ icon: Icon) throws -> Void
  ) throws {
    let attempts = parameters.attemptCount
    let shared = Shared(workers: workers)
    let board = Mutex(Board())
    let itemCount = targets.count * attempts
    let capacity = workers.first?.capacity ?? 1
    let groupCount = (itemCount + capacity - 1) / capacity
    parallelWorkers(count: workers.count, itemCount: groupCount) { worker, group in
      guard board.withLock({ $0.failure == nil }) else { return }
      let items = group * capacity..<min((group + 1) * capacity, itemCount)
      let result = Result {
        try shared.workers[worker].optimize(
          items.map { (targets[$0 / attempts], attempt: $0 % attempts) })
      }
      for _ in items { progress() }
      board.withLock { board in
        do {
          for (item, icon) in zip(items, try result.get()) {
            guard let best = board.add(icon, at: item / attempts, of: attempts) else { continue }
            try finished(item / attempts, best)
          }
        } catch { board.failure = board.failure ?? error }
      }
    }
    if let failure = board.withLock({ $0.failure }) { throw failure }
  }

  /// Renders some icons on all threads; one icon a target, in their order.
  ///
  /// - Parameter targets: What to show.
  /// - Returns: The icons.
  /// - Throws: When the network cannot be run.
  public func render(_ targets: [IconTarget]) throws -> [Icon] {
    let icons = Mutex([Icon?](repeating: nil, count: targets.count))
    try render(targets) { place, icon in icons.withLock { $0[place] = icon } }
    return icons.withLock { $0.compactMap { $0 } }
  }

  /// What the threads share: each takes the worker of its number.
  private struct Shared: @unchecked Sendable {
    let workers: [IconWorker]
  }

  /// The attempts at icons that are not finished, and the first error.
  private struct Board {
    var attempts: [Int: [Icon]] = [:]
    var failure: (any Error)?

    /// Adds an attempt; the best one when it was the last.
    mutating func add(_ icon: Icon, at place: Int, of count: Int) -> Icon? {
      attempts[place, default: []].append(icon)
      guard attempts[place]?.count == count, let all = attempts.removeValue(forKey: place)
      else { return nil }
      // The first of equals, in whatever order they were finished.
      return all.max { ($0.score, $1.attempt) < ($1.score, $0.attempt) }
    }
  }
}

extension Icon {
  /// What attempts are compared by.
  fileprivate var score: Float {
    let score = transformedFidelity ?? objective
    return score.isFinite ? score : -.infinity
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
