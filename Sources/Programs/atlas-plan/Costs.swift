import Activations
import ArgumentParser
import Artifacts
import CommandLine
import Embedding
import FoundationEssentials
import Glibc
import LayoutCommandLine
import LinearAlgebra
import ModelFormats
import Models
import Neighbors
import NeuralNetworks
import ParallelLoops
import PrincipalComponents

/// What each stage costs, about: for the reader, and to refuse what does not fit the disk.
///
/// Times are operations over the machine's rate of matrix products, measured now, with the fractions of
/// it that the stages reach (RESULTS.md). They are within a factor of two as a rule.
struct Costs {
  /// What a stage costs on all threads of this process.
  struct Cost: Encodable {
    var seconds = 0.0
    /// The seconds of them that do not depend on how much there is to do.
    var fixedSeconds = 0.0
    /// The seconds that each further shard does again.
    var repeatedSeconds = 0.0
    /// The work that follows when all items are done, in seconds or bytes: in shards, that of putting them together.
    var finishing = 0.0
    /// Bytes on the disk.
    var disk = 0.0
    /// The most memory in bytes.
    var memory = 0
  }

  let pipeline: Pipeline
  let imageCount: Int
  private let positionCount, channelCount: Int
  /// The floating-point operations of a forward pass up to the layer, of an image and of an icon.
  private let imageOperations, iconOperations: Double
  /// The floating-point operations from the layer to the logits; 0 where there are none.
  private let tangentOperations: Double
  let hasLogits: Bool
  /// The memory of extraction and of rendering, in bytes.
  private let imageMemory, iconMemory: Int
  private let classCount: Double
  private let rate: Double
  private let knownCells: [String: Int]
  let title: String

  /// - Parameters:
  ///   - pipeline: The files of the atlas.
  ///   - source: What they are made of.
  ///   - images: The number of images; nil for those that there are.
  ///   - cells: The cells of each grid; where none are given, those that a grid has already, or about two thirds.
  ///   - rate: The floating-point operations a second of a matrix product; nil to measure them.
  /// - Throws: When the network or the layer cannot be taken.
  init(
    _ pipeline: Pipeline, _ source: Source, images: Int? = nil, cells: [String: Int] = [:],
    rate: Double? = nil
  ) throws {
    self.pipeline = pipeline
    knownCells = Self.cells(of: pipeline).merging(cells) { $1 }
    imageCount = images ?? source.images.names.count
    let (network, tensor) = (source.network, source.tensor)
    let size = network.preprocessing.size
    let layer = try network.layer(named: tensor)
    let shape = layer.shape
    let extraction = pipeline.asked["extract"] ?? []
    let sampler = PositionSampler(
      count: Int(extraction["positions"] ?? ""), shapes: [shape],
      includesEdges: extraction["include-edges"] == "true", seed: 0)
    positionCount = sampler.positionCount
    channelCount = shape.channels
    imageOperations = Double(
      try network.graph.floatingPointOperations(
        to: tensor, inputHeight: size.height, inputWidth: size.width))
    let logits = try? network.logits()
    hasLogits = logits != nil
    if let logits,
      let all = try? network.graph.floatingPointOperations(
        to: logits, inputHeight: size.height, inputWidth: size.width)
    {
      tangentOperations = max(0, Double(all) - imageOperations)
    } else {
      tangentOperations = 0
    }
    classCount = Double(max(network.labels.count, 1))
    // Convolutions, nearly all of the work, go with the number of pixels.
    let side = Double(
      try network.iconSide(
        for: layer, preferring: Int(pipeline.asked["render"]?["size"] ?? "") ?? 80))
    iconOperations = imageOperations * side * side / Double(size.height * size.width)
    imageMemory = try ActivationExtractor.memoryForecast(of: [tensor], in: network)
    let square = try network.graph.imageShape(height: Int(side), width: Int(side))
    iconMemory =
      try network.graph.memoryForecast(
        input: square, tensors: [tensor], copies: Parallelism.threadCount, hasGradients: true)
      + (64 << 20)
    self.rate = rate ?? 1e9 * quickSGEMMRate()
    let samples = counted(imageCount * sampler.positionCount, "sample")
    title =
      "\(source.layer) of \(network.card.name ?? network.path), \(counted(imageCount, "image")), "
      + "\(samples) of \(counted(shape.channels, "channel"))"
  }

  /// The samples that are laid out.
  var sampleCount: Double {
    let all = Double(imageCount * positionCount)
    guard pipeline.request.selection != nil else { return all }
    // Those that are chosen by magnitude, and about as many more by rank, for each class.
    let most = Double(pipeline.asked["select"]?["most"] ?? "") ?? 2000
    return min(all, 1.5 * most * (pipeline.request.contrasts ? 2 : 1))
  }

  // MARK: A stage's cost

  /// What the stage that makes a product costs.
  func cost(of product: Pipeline.Product) -> Cost {
    var cost = costOfItems(product)
    if cost.finishing == 0 { cost.finishing = cost.disk }
    return cost
  }

  private func costOfItems(_ product: Pipeline.Product) -> Cost {
    let (n, c) = (sampleCount, Double(channelCount))
    let threads = Double(Parallelism.threadCount)
    let kept = min(c, Double(pipeline.asked["reduce"]?["components"] ?? "") ?? c)
    switch product.stage {
    case "extract":
      // Decoding and resizing a photograph of half a megapixel takes about 8 ms.
      return Cost(
        seconds: Double(imageCount) * (imageOperations / (0.6 * rate) + 0.008 / threads),
        disk: 4 * n * c + 12 * n, memory: imageMemory)
    case "reduce":
      let forecast = ReductionForecast(
        sampleCount: Int(n), channelCount: channelCount, componentCount: Int(kept))
      return Cost(
        seconds: forecast.seconds, disk: 4 * n * kept + 8 * c * c, memory: forecast.bytes)
    case "neighbors":
      let count = Int(product.settings["neighbors"] ?? "") ?? 90
      var search = SearchParameters()
      search.recall = Double(product.settings["recall"] ?? "") ?? search.recall
      let forecast = forecastSearch(
        rowCount: Int(n), dimension: Int(kept > 0 ? kept : c), count: count, metric: .cosine,
        search: search, threadCount: Int(threads))
      return Cost(
        seconds: forecast.operations / (0.4 * rate),
        repeatedSeconds: forecast.preparation / (0.4 * rate), disk: 8 * n * Double(count),
        memory: forecast.bytes)
    case "embed": return layoutCost(product, dimension: Int(kept > 0 ? kept : c))
    case "grid": return Cost(seconds: n * c / 4e8, disk: 4 * cellCount(product) * c + 4 * n)
    case "render":
      let settings = product.settings
      // Icons that may end early take about two fifths of the most steps.
      let settles = Double(settings["minimum-gain"] ?? "") ?? 0 > 0
      let runs =
        cellCount(product) * (Double(settings["steps"] ?? "") ?? 512) * (settles ? 0.4 : 1)
        * (Double(settings["restarts"] ?? "") ?? 1)
      let side = Double(settings["size"] ?? "") ?? 80
      // Forward, and as much again for the gradient, which convolutions below the layer need alone.
      return Cost(
        seconds: runs * 2 * iconOperations / (0.5 * rate),
        disk: 2 * 3 * side * side * cellCount(product), memory: iconMemory)
    case "judge":
      // The images' exemplars are decoded, and all icons and patches shown to two networks.
      let pictures = 9 * cellCount(product)
      return Cost(
        seconds: min(8 * cellCount(product), Double(imageCount)) * 0.005 / threads
          + 2 * pictures * iconOperations / (0.4 * rate), disk: 1e6)
    case "effects":
      // Of all samples for all classes, or by a pass back an image for one or two of them.
      let all = Double(imageCount * positionCount)
      let isOwn = pipeline.request.hasOwnEffects
      let columns = isOwn ? (pipeline.request.contrasts ? 2.0 : 1) : classCount
      let passes = isOwn ? 1.25 * columns * Double(imageCount) : all
      return Cost(
        seconds: attributionSeconds(images: Double(imageCount), passes: passes),
        disk: 2 * all * columns, memory: 2 * imageMemory)
    case "select": return Cost(seconds: 1, disk: 4 * n * c)
    case "attribute":
      let rows = min(n, (Double(product.settings["rows"] ?? "") ?? n) * cellCount(product))
      let images = min(Double(imageCount), rows)
      // An image's samples go in passes of eight, and what fills the last of them is computed as well.
      let samples = min(n, images * max(8, rows / max(1, images) + 3.5))
      // How far effects can be trusted, on up to 128 samples of as many images, and in each cell.
      let examined = 20 * min(128, images) + 3 * min(512, cellCount(product))
      let examining = examined * tangentOperations / (0.4 * rate)
      return Cost(
        seconds: attributionSeconds(images: images, passes: samples) + examining,
        fixedSeconds: examining, finishing: examining,
        disk: 2 * samples * classCount + 8 * cellCount(product) * classCount,
        memory: 2 * imageMemory)
    case "evidence":
      let pictures = 8 * cellCount(product)
      return Cost(seconds: min(pictures, Double(imageCount)) * 0.008, disk: 3e3 * pictures)
    case "poster":
      let side = Double(pipeline.asked["render"]?["size"] ?? "") ?? 80
      return Cost(
        seconds: 0.5 + 0.008 * cellCount(product), fixedSeconds: 0.5,
        disk: 12 * side * side * cellCount(product))
    case "assemble", "first":
      let side = Double(pipeline.asked["render"]?["size"] ?? "") ?? 80
      // Each icon twice, in the grid's picture and in atlas.png, which compress to about a half.
      return Cost(
        seconds: 0.2 + 0.001 * cellCount(product), fixedSeconds: 0.2,
        disk: 2 * side * side * cellCount(product))
    default: return Cost()
    }
  }

  /// The time of effects: the whole network for each image, then the part above the layer for each pass.
  private func attributionSeconds(images: Double, passes: Double) -> Double {
    let steps = max(1, Double(pipeline.asked["attribute"]?["path-steps"] ?? "") ?? 1)
    return
      (images * (imageOperations + steps * tangentOperations)
      + steps * passes * tangentOperations) / (0.6 * rate)
  }

  private func layoutCost(_ product: Pipeline.Product, dimension: Int) -> Cost {
    let known = Set(LayoutSettings.descriptions.flatMap(\.settings).map(\.option))
    let options = product.settings.filter { known.contains($0.name) }
      .map { "--\($0.name)=\($0.value)" }
    guard let method = try? LayoutSettings.parse(options).method else { return Cost() }
    let forecast = method.forecast(
      sampleCount: Int(sampleCount), dimension: dimension,
      storedNeighborCount: method.neighborCount)
    let runs = 1 + (Double(product.settings["stability"] ?? "") ?? 0)
    return Cost(
      seconds: forecast.threadSeconds * runs / Double(Parallelism.threadCount),
      disk: 24 * sampleCount + 4e6, memory: forecast.bytes)
  }

  /// The cells of a grid: those that it has, or about two thirds of all, as layouts fill a disk.
  func cellCount(_ product: Pipeline.Product) -> Double {
    if let known = product.grid.flatMap({ knownCells[$0] }) { return Double(known) }
    let side = Double(product.grid ?? "") ?? 20
    let most = sampleCount / (Double(pipeline.asked["grid"]?["minimum-count"] ?? "") ?? 1)
    return min(0.66 * side * side, most)
  }

  /// The cells that grids have already.
  private static func cells(of pipeline: Pipeline) -> [String: Int] {
    var counts: [String: Int] = [:]
    for product in pipeline.products where product.stage == "grid" {
      guard let grid = product.grid, fileExists(product.path),
        let level = try? CellsFile(path: product.path).level(side: Int(grid))
      else { continue }
      counts[grid] = level.row.count
    }
    return counts
  }

  // MARK: For the reader

  /// A line for each product that is shown, with why it is made and what that costs, and the sum.
  func table(of states: [Pipeline.State], all: Bool) -> [String] {
    let shown = states.filter { all || $0.reason != nil }
    let width = shown.map(\.product.name.count).max() ?? 0
    var lines = ["plan: \(title)"]
    for state in shown {
      let name = padded(state.product.name, to: width)
      guard let reason = state.reason else {
        lines.append("  \(name)  is there")
        continue
      }
      let cost = cost(of: state.product)
      let time = aligned("about " + approximateDuration(cost.seconds), to: 16)
      lines.append("  \(name)  \(time) \(aligned(size(cost.disk), to: 9))  \(reason)")
    }
    let sum = total(of: states)
    guard sum.seconds > 0 else { return lines + ["  nothing is to be made"] }
    let space = free.map { ", of which \(size($0)) are free" } ?? ""
    lines.append(
      "  in all about \(approximateDuration(sum.seconds)), at most \(size(Double(sum.memory))) of memory, \(size(sum.disk)) on the disk\(space)"
    )
    return lines
  }

  private func total(of states: [Pipeline.State]) -> Cost {
    states.filter { $0.reason != nil }.reduce(into: Cost()) { sum, state in
      let cost = cost(of: state.product)
      sum.seconds += cost.seconds
      sum.disk += cost.disk
      sum.memory = max(sum.memory, cost.memory)
    }
  }

  private func size(_ bytes: Double) -> String {
    bytes < 1e9
      ? "\(max(1, Int(bytes / 1e6))) MB" : "\(decimal(bytes / 1e9)) GB"
  }

  // MARK: The disk

  /// The bytes that the disk has left for this user; nil if that cannot be found out.
  private var free: Double? {
    var status = statvfs()
    guard statvfs(pipeline.folder, &status) == 0 else { return nil }
    return Double(status.f_bavail) * Double(status.f_frsize)
  }

  /// Refuses what does not fit the disk.
  ///
  /// A product is written beside the one that it replaces, so that what is there already gives no
  /// space back before the end.
  func requireSpace(for states: [Pipeline.State]) throws {
    let needed = total(of: states).disk
    guard let free, free < needed else { return }
    throw StageError(
      "Cannot begin: the atlas needs about \(size(needed)) on the disk of \(pipeline.folder), \(size(free)) are free; make room, set OUT to another disk, or give POSITIONS less."
    )
  }
}

extension [(name: String, value: String)] {
  subscript(name: String) -> String? { first { $0.name == name }?.value }
}
