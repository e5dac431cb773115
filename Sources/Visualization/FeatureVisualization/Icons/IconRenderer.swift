public import Models
public import NeuralNetworks
internal import ParallelLoops
internal import Synchronization

/// Optimizes icons: images for which a network's activations are what a target asks for.
///
/// Every thread has its own copy of the compiled network and works on a few icons at a time, each in its
/// own slot, so an icon depends on its target and the seed alone: not on other icons, the number of
/// threads, or which block of cells it was rendered in.
public final class IconRenderer {
  private let workers: [IconWorker]
  private let parameters: IconParameters

  /// Compiles the network at the icons' size, one copy a thread.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - tensors: The tensors that targets' objectives may name.
  ///   - parameters: How icons are optimized.
  ///   - looksAtCenter: Whether objectives look at the center position of the one tensor alone; then
  ///     nothing else of the maps is computed.
  ///   - chain: The way from parameters to the network's input; by default the parameters'.
  /// - Throws: When the network cannot run at the icons' size, or a tensor suits no atlas there.
  public init(
    network: TrainedNetwork, tensors: [String], parameters: IconParameters,
    looksAtCenter: Bool = false, chain: ImageChain? = nil
  ) throws {
    self.parameters = parameters
    guard network.preprocessing.channels.count == network.inputShape.channels else {
      throw VisualizationError(
        description:
          "Cannot render icons: the network's input has \(network.inputShape.channels) channels, its preprocessing \(network.preprocessing.channels.count)."
      )
    }
    let chain = try chain ?? parameters.chain(channels: network.preprocessing.channels)
    let side = chain.outputSide
    let image = MapShape(channels: 3, height: side, width: side)
    let colored = network.inputShape.channels == 1 ? network.graph.withColorInput() : network.graph
    var graph = try colored.withMaps(of: tensors, input: TensorShape(image))
    if looksAtCenter, tensors.count == 1 {
      graph = try graph.cone(ofCenterOf: tensors[0], input: TensorShape(image))
    }
    let shape = Self.inputShape(graph, image: image, tensors: tensors)
    // Prepared once: the copies only read them.
    let weights = PreparedWeights()
    workers = try (0..<Parallelism.threadCount).map { _ in
      let optimized = try CompiledNetwork(
        graph, input: shape, reading: tensors, seeding: tensors, precision: parameters.precision,
        weights: weights)
      let optimization = try ImagePipeline(
        chain, network: optimized, inputName: graph.inputName, tensors: tensors)
      let makeRedirected = {
        let network = try CompiledNetwork(
          graph, input: shape, reading: tensors, seeding: tensors,
          rules: BackwardRules(relu: .redirected), weights: weights)
        return try ImagePipeline(
          chain, network: network, inputName: graph.inputName, tensors: tensors)
      }
      guard parameters.precision != .float32 else {
        return IconWorker(
          optimization: optimization, evaluation: optimization, parameters: parameters,
          makeRedirected: makeRedirected)
      }
      let exact = try CompiledNetwork(graph, input: shape, reading: tensors, weights: weights)
      let evaluation = try ImagePipeline(
        chain, network: exact, inputName: graph.inputName, tensors: tensors)
      return IconWorker(
        optimization: optimization, evaluation: evaluation, parameters: parameters,
        makeRedirected: makeRedirected)
    }
  }

  /// The network's input for as many icons as a thread optimizes at once.
  ///
  /// GoogLeNet's small maps keep the multipliers of a processor with AVX-512 busy to 60 % with one icon
  /// of 80 pixels, 70 % with two, 75 % with four and 80 % with eight (`atlas-network profile
  /// --batch`); large ones have no need of company. The number depends on nothing else, so that an
  /// icon is the same on any machine of the same kind. Networks that are written down for one image
  /// get one at a time.
  private static func inputShape(
    _ graph: NetworkGraph, image: MapShape, tensors: [String]
  ) -> TensorShape {
    graph.batch(
      of: image, count: image.height <= 128 ? 4 : image.height <= 256 ? 2 : 1, for: tensors)
  }

  /// What each part of a step costs on one thread, the network's steps among them.
  ///
  /// - Parameters:
  ///   - target: What to show meanwhile.
  ///   - repetitions: How often each part runs; its best time counts.
  /// - Returns: One entry a part, in the order in which they run.
  /// - Throws: When the target does not fit the network, or the network cannot be run.
  public func profile(_ target: IconTarget, repetitions: Int = 20) throws -> [ProfileEntry] {
    try workers[0].check(target.objective)
    return try workers[0].profile(target, repetitions: repetitions)
  }

  /// Renders some icons on all threads and hands each over as soon as it is finished.
  ///
  /// An icon is the best of its restarts on views that none was optimized for, by fidelity or, for
  /// objectives that have none, by the objective.
  ///
  /// - Parameters:
  ///   - targets: What to show.
  ///   - mayBegin: Whether a target, by its index among `targets`, may still begin; called from any thread. After the
  ///     first that may not, none begins.
  ///   - progress: Called after each restart, from any thread.
  ///   - finished: Called with a target's index among `targets` and its icon, from any thread but once
  ///     at a time; what it throws ends the work.
  /// - Throws: When a target does not fit the network, the network cannot be run, or what `finished`
  ///   throws.
  public func render(
    _ targets: [IconTarget], mayBegin: @Sendable (_ index: Int) -> Bool = { _ in true },
    progress: @Sendable () -> Void = {},
    finished: @Sendable (_ index: Int, _ icon: Icon) throws -> Void
  ) throws {
    guard let first = workers.first else { return }
    for target in targets { try first.check(target.objective) }
    let restarts = parameters.restartCount
    let shared = Shared(workers: workers)
    let board = Mutex(Board())
    let itemCount = targets.count * restarts
    let queue = Mutex(0..<itemCount)
    let workerCount = min(workers.count, (itemCount + first.capacity - 1) / first.capacity)
    try parallelWorkers(count: workerCount, itemCount: workerCount) { worker, _ in
      let next = {
        queue.withLock { queue -> Int? in
          if let item = queue.first, !mayBegin(item / restarts) { queue = itemCount..<itemCount }
          return queue.popFirst()
        }.map {
          IconTask(item: $0 / restarts, target: targets[$0 / restarts], restart: $0 % restarts)
        }
      }
      do {
        try shared.workers[worker].optimize(next: next) { task, icon in
          progress()
          try board.withLock { board in
            guard let best = board.add(icon, at: task.item, of: restarts) else { return }
            try finished(task.item, best)
          }
        }
      } catch {
        // The others finish what they are at, and begin nothing more.
        queue.withLock { $0 = itemCount..<itemCount }
        throw error
      }
    }
  }

  /// Renders some icons on all threads.
  ///
  /// - Parameter targets: What to show.
  /// - Returns: An icon for each target, in order.
  /// - Throws: When a target does not fit the network, or the network cannot be run.
  public func render(_ targets: [IconTarget]) throws -> [Icon] {
    let icons = Mutex([Icon?](repeating: nil, count: targets.count))
    try render(targets) { index, icon in icons.withLock { $0[index] = icon } }
    return icons.withLock { $0.compactMap { $0 } }
  }

  /// What the threads share: each takes the worker of its number.
  private struct Shared: @unchecked Sendable {
    let workers: [IconWorker]
  }

  /// The restarts of icons that are not finished.
  private struct Board {
    private var restarts: [Int: [Icon]] = [:]

    /// Adds a restart; the best one when it was the last.
    mutating func add(_ icon: Icon, at target: Int, of count: Int) -> Icon? {
      restarts[target, default: []].append(icon)
      guard restarts[target]?.count == count, let all = restarts.removeValue(forKey: target)
      else { return nil }
      // The first of equals, in whatever order they were finished.
      return all.max { ($0.score, $1.restart) < ($1.score, $0.restart) }
    }
  }
}
