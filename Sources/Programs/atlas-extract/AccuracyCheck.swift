import Activations
import Artifacts
import CommandLine
import Models
import NeuralNetworks

/// How often the network finds the class of an image: a check of the preprocessing, which nothing
/// else tells right from wrong.
struct AccuracyCheck {
  let network: TrainedNetwork
  let images: ImageCollection
  let precision: Precision

  /// The most images that are looked at: top-1 is then known to about three percent.
  private static let largestCount = 200

  /// Some images whose class is a label, evenly spread; empty where the names do not match.
  private var sample: [Int] {
    let labels = images.labelIndices(among: network.labels)
    let known = images.classes.indices.filter { images.classes[$0] >= 0 }
      .filter { labels[Int(images.classes[$0])] != nil }
    // Classes that happen to be called like labels are no test set of the network.
    guard 2 * known.count > images.classes.count else { return [] }
    // A fortieth of a long run; of a short one enough to tell right preprocessing from wrong.
    let count = min(known.count, min(Self.largestCount, max(32, known.count / 40)))
    return (0..<count).map { known[$0 * known.count / count] }
  }

  /// Runs the images through the network and reports top-1; nothing where there are no labels to
  /// compare with.
  func report() throws {
    guard !network.labels.isEmpty, let logits = network.card.logits else { return }
    let sample = sample
    guard !sample.isEmpty else { return }
    let part = images.selecting(sample)
    var parameters = ExtractionParameters()
    parameters.predictsClasses = true
    parameters.positionCount = 1
    parameters.precision = precision
    let extractor = try ActivationExtractor(
      network: network, layers: [logits], images: part, parameters: parameters)
    let block = try extractor.extract(0..<sample.count)
    let predictions = Predictions(images: block.images.map(Int32.init), classes: block.predictions)
    let (right, _, known) = predictions.hits(of: part, labels: network.labels)
    guard known > 0 else { return }
    let share = Double(right) / Double(known)
    Diagnostics.note(
      "extract: top-1 \(decimal(100 * share)) % of \(counted(known, "image")), a check of the preprocessing"
    )
    // Chance is far below this, and networks in use are far above.
    if known >= 20 && share < 0.1 {
      Diagnostics.warn(
        "the network finds few of the classes; the card's input fields or its labels may be wrong")
    }
  }
}

extension Predictions {
  /// How often the right class is the best and among the best five, of how many images whose class
  /// is a label.
  func hits(
    of images: ImageCollection, labels: [Label]
  ) -> (first: Int, firstFive: Int, known: Int) {
    let labels = images.labelIndices(among: labels)
    var (known, first, firstFive) = (0, 0, 0)
    for (prediction, image) in self.images.enumerated() {
      let number = Int(images.classes[Int(image)])
      guard number >= 0, let label = labels[number] else { continue }
      known += 1
      let best = classes[prediction * classCount..<(prediction + 1) * classCount]
      if best.first == Int32(label) { first += 1 }
      if best.contains(Int32(label)) { firstFive += 1 }
    }
    return (first, firstFive, known)
  }

  /// Reports how often the right class is the best, or among the best five.
  func reportAccuracy(of images: ImageCollection, labels: [Label]) {
    let (first, firstFive, known) = hits(of: images, labels: labels)
    guard known > 0 else {
      Diagnostics.warn("no class of \(images.folder) is a label of the network: no accuracy")
      return
    }
    func percent(_ count: Int) -> String { decimal(100 * Double(count) / Double(known)) }
    Diagnostics.note(
      "top-1 \(percent(first)) %, top-5 \(percent(firstFive)) % of \(counted(known, "image"))")
  }
}
