internal import Numerics

/// What an atlas was made of and what it leaves out, as far as that is known; nil is not known.
public struct AtlasFacts: Codable, Sendable, Equatable {
  /// The samples that were laid out, and the images that they come from.
  public var samples, images: Int?
  /// Samples that lie beyond the borders of the grid.
  public var clippedSamples: Int?
  /// Samples in cells with too few to be shown.
  public var samplesInSparseCells: Int?
  /// The fewest samples that a cell needs to be shown.
  public var minimumCount: Int?
  /// Places of the grid that have no cell: none or too few samples lie there.
  public var emptyPlaces: Int?
  /// Cells whose icon was not given.
  public var cellsWithoutIcon: Int?
  /// Images that could not be read.
  public var failedImages: Int?
  /// The layout's trustworthiness over 15 neighbors, from 0 to 1.
  public var trustworthiness: Double?
  /// The classes that samples were chosen for, of the atlas of a class or of two.
  public var chosenFor: [String]?
  /// The classes that the horizontal axis contrasts.
  public var leftClass, rightClass: String?
  /// The classes among which those of cells were found.
  public var classes: Int?
  /// How often the class with a sample's largest linear effect has the largest effect of ablation, and
  /// how often one of the five largest, from 0 to 1.
  public var firstUnderAblation, amongFiveUnderAblation: Double?
  /// The steps of effects along the path of the layer's activations; 0 for effects at the image.
  public var pathSteps: Int?
  /// How effects of all positions together correlate with what the whole layer does to the logits, from
  /// −1 to 1.
  public var completeness: Double?

  /// Facts of which none is known yet.
  public init() {}
}

extension AtlasFacts {
  /// What the atlas is of.
  func title(layer: String, network: String) -> String {
    let name = "\(layer) of \(network)"
    guard let chosenFor, !chosenFor.isEmpty else { return name }
    return "\(chosenFor.joined(separator: " – ")) in \(name)"
  }

  /// How many samples and images there are, in words; empty where that is not known.
  func extent(side: Int) -> String {
    let samples = samples.map { "\(words($0, "sample"))" }
    let images = images.map { "of \(words($0, "image"))" }
    let parts = [samples, samples == nil ? nil : images].compactMap { $0 }
    let grid = "a grid of \(side) × \(side)"
    return parts.isEmpty ? grid : parts.joined(separator: " ") + ", \(grid)"
  }

  /// What is left out, as a sentence; nil where nothing is known of it.
  func omissions(side: Int) -> String? {
    var known = false
    var parts: [String] = []
    func add(_ count: Int?, _ text: (String) -> String, _ noun: String) {
      guard let count else { return }
      known = true
      if count > 0 { parts.append(text(words(count, noun))) }
    }
    let few = minimumCount.map { "fewer than \($0)" } ?? "too few"
    add(clippedSamples, { "\($0) beyond the border of the grid" }, "sample")
    add(samplesInSparseCells, { "\($0) in cells with \(few)" }, "sample")
    add(cellsWithoutIcon, { "\($0) without an icon" }, "cell")
    add(failedImages, { "\($0) that could not be read" }, "image")
    guard known else { return nil }
    let sentence = "Left out: " + (parts.isEmpty ? "nothing" : parts.joined(separator: "; ")) + "."
    guard let emptyPlaces, emptyPlaces > 0 else { return sentence }
    return sentence
      + " \(grouped(emptyPlaces)) of \(grouped(side * side)) places of the grid \(emptyPlaces == 1 ? "is" : "are") empty or \(emptyPlaces == 1 ? "has" : "have") \(few) samples."
  }

  /// How good icons and layout are, as a sentence; nil where neither is known.
  func quality(medianFidelity: Float?) -> String? {
    let parts = [
      medianFidelity.map { "median fidelity of the icons \(fraction(Double($0), digits: 2))" },
      trustworthiness.map {
        "trustworthiness of the layout \(fraction($0, digits: 3)) (15 neighbors)"
      },
    ].compactMap { $0 }
    guard let first = parts.joined(separator: "; ").first else { return nil }
    return first.uppercased() + parts.joined(separator: "; ").dropFirst() + "."
  }

  /// What is left out and how far the atlas can be trusted, in sentences; what is not known is left out.
  ///
  /// - Parameters:
  ///   - side: The number of rows of the grid.
  ///   - medianFidelity: The median of the icons' fidelities; nil if none was measured.
  /// - Returns: The sentences, the extent first.
  public func notes(side: Int, medianFidelity: Float?) -> [String] {
    [
      extent(side: side).prefix(1).uppercased() + extent(side: side).dropFirst() + ".",
      omissions(side: side), quality(medianFidelity: medianFidelity), reliability(),
    ].compactMap { $0 }
  }

  /// What the labels mean, as a sentence.
  func key() -> String {
    let choice = classes.map { "of \(grouped($0)) classes the one" } ?? "the class"
    return
      "Under each icon: \(choice) whose logit the cell’s samples raise most on average; gray where the mean effect is less than two standard errors above 0."
  }

  /// How far the labels can be trusted, as a sentence; nil where that is not known.
  func reliability() -> String? {
    // Ablation of single positions says little where the layer's logits are saturated, which is why
    // effects are taken along a path.
    if let pathSteps, pathSteps > 0 {
      return completeness.map {
        "Effects are integrated along the layer’s activations in \(words(pathSteps, "step")): those of all positions together correlate with what the whole layer does to the logits by \(fraction($0, digits: 2))."
      }
    }
    guard let first = firstUnderAblation, let five = amongFiveUnderAblation else { return nil }
    func percent(_ value: Double) -> String { "\(Int((100 * min(max(value, 0), 1)).rounded())) %" }
    return
      "Effects are estimates: the class that they put first for a single sample has the largest effect of ablation in \(percent(first)) of samples, one of the five largest in \(percent(five))."
  }

  /// A number of things.
  private func words(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// A number from −1 to 1 with so many digits behind the point.
  private func fraction(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { product, _ in product * 10 }
    guard value.isFinite, abs(value) < 1000 else { return "unknown" }
    let units = Int((abs(value) * Double(scale)).rounded())
    let behind = String(units % scale)
    return (value < 0 && units > 0 ? "−" : "") + "\(units / scale)."
      + String(repeating: "0", count: digits - behind.count) + behind
  }
}
