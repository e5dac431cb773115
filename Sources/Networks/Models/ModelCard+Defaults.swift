package import NeuralNetworks

/// What is assumed where a card leaves a field out.
extension ModelCard {
  /// How networks of a kind are mostly trained.
  private struct Convention {
    /// Whose networks they are.
    let name: String
    let channels: ChannelOrder
    let range: [Float]
    /// In the order of `channels`.
    let mean, std: [Float]
    let keepsAspect: Bool

    /// torchvision and timm: colors from 0 to 1, ImageNet's mean and deviation, the shorter side
    /// resized (https://pytorch.org/vision/stable/models.html).
    static let torch = Convention(
      name: "PyTorch", channels: .rgb, range: [0, 1], mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225], keepsAspect: true)
    /// Keras' `preprocess_input` of mode `tf`: colors from −1 to 1.
    static let keras = Convention(
      name: "Keras and TensorFlow", channels: .rgb, range: [-1, 1], mean: [0, 0, 0],
      std: [1, 1, 1], keepsAspect: false)
    /// Caffe's reference networks: levels of blue, green and red, less their means.
    static let caffe = Convention(
      name: "Caffe", channels: .bgr, range: [0, 255], mean: [103.939, 116.779, 123.68],
      std: [1, 1, 1], keepsAspect: false)
    /// Networks of gray images, mostly of digits: from 0 to 1.
    static let gray = Convention(
      name: "gray images", channels: .gray, range: [0, 1], mean: [0], std: [1],
      keepsAspect: false)

    /// The convention that a file's producer implies; `nil` for one that is not known.
    init?(producer: String, channels: Int) {
      let producer = producer.lowercased()
      func names(_ words: String...) -> Bool { words.contains(where: producer.contains) }
      if channels == 1 {
        self = .gray
      } else if names("torch", "mxnet", "paddle") {
        self = .torch
      } else if names("tf2onnx", "keras", "tensorflow") {
        self = .keras
      } else if names("caffe") {
        self = .caffe
      } else {
        return nil
      }
    }

    private init(
      name: String, channels: ChannelOrder, range: [Float], mean: [Float], std: [Float],
      keepsAspect: Bool
    ) {
      self.name = name
      self.channels = channels
      self.range = range
      self.mean = mean
      self.std = std
      self.keepsAspect = keepsAspect
    }
  }

  /// The card with what the network's producer implies in place of what it leaves open.
  ///
  /// Range, mean and deviation belong together: where the card has one of them, none is assumed from
  /// elsewhere.
  ///
  /// - Parameters:
  ///   - shape: The network's own input.
  ///   - producer: What the network's file says of the program that wrote it.
  /// - Returns: The card, and whose convention was taken; `nil` for none.
  package func completed(for shape: MapShape, by producer: String) -> (
    card: ModelCard, source: String?
  ) {
    guard let usual = Convention(producer: producer, channels: shape.channels) else {
      return (self, nil)
    }
    var card = self
    let isOpen = input.range == nil && input.mean == nil && input.std == nil
    let order = input.channels ?? usual.channels
    let count = order == .gray ? 1 : 3
    guard isOpen, count == usual.mean.count else { return (self, nil) }
    card.input.channels = order
    card.input.range = usual.range
    // The values are those of colors, whatever their order is.
    let isTurned = order != usual.channels
    card.input.mean = isTurned ? usual.mean.reversed() : usual.mean
    card.input.std = isTurned ? usual.std.reversed() : usual.std
    if input.resize == nil, input.crop != Crop.none, usual.keepsAspect {
      let size = input.size ?? [shape.height, shape.width]
      card.input.resize = Resize(to: size.map { ($0 * 256 + 112) / 224 }, keepAspect: true)
    }
    return (card, usual.name)
  }

  /// What is assumed for fields of `input` that the card leaves out, in the words of a warning; `nil`
  /// for nothing.
  ///
  /// - Parameters:
  ///   - whole: The completed card, and whose convention was taken. What it leaves open still, is as
  ///     `Preprocessing` states.
  ///   - path: The card.
  ///   - isThere: Whether there is a card.
  /// - Returns: One line.
  package func assumption(
    _ whole: (card: ModelCard, source: String?), path: String, isThere: Bool
  ) -> String? {
    let input = whole.card.input
    var words: [String] = []
    if self.input.size == nil { words.append("the network's own input size") }
    if self.input.resize == nil {
      words.append(
        input.resize?.keepAspect == true
          ? "images' shorter sides resized to 256/224 of the input size"
          : "images resized to 256/224 of the input size without keeping the aspect ratio")
    }
    if self.input.crop == nil { words.append("a center crop") }
    if self.input.channels == nil {
      words.append(input.channels == .gray ? "gray" : "\((input.channels ?? .rgb).rawValue) order")
    }
    if self.input.range == nil {
      let range = whole.card.usedRange
      words.append(
        "values \(Self.text(range[0]))…\(Self.text(range[1]))"
          + (self.input.mean == nil ? "" : ", as mean and std suggest"))
    }
    if self.input.mean == nil {
      words.append(
        input.mean.map { "mean (\($0.map(Self.text).joined(separator: ", ")))" }
          ?? "mean (123.68, 116.779, 103.939) for R, G, B")
    }
    if self.input.std == nil {
      let std = input.std.map { $0.allSatisfy { $0 == 1 } ? [1] : $0 } ?? [1]
      let list = std.map(Self.text).joined(separator: ", ")
      words.append("standard deviation \(std.count == 1 ? list : "(\(list))")")
    }
    guard !words.isEmpty else { return nil }
    let source = whole.source.map { ", as networks of \($0) mostly have it" } ?? ""
    return (isThere ? "Model card " : "No model card ") + path + ": assumed "
      + words.joined(separator: ", ") + source
  }

  /// A number without a fraction of zero.
  private static func text(_ value: Float) -> String {
    value == value.rounded() && value.magnitude < 1e6 ? String(Int(value)) : String(value)
  }

  // MARK: Units of mean and deviation

  /// The values of black and white: the card's; without them 0 and 1 where mean and deviation are at
  /// most 1, as PyTorch states them, else levels.
  var usedRange: [Float] { input.range ?? (hasUnitMoments ? [0, 1] : [0, 255]) }

  /// Whether mean and deviation can only be of colors from 0 to 1.
  private var hasUnitMoments: Bool {
    guard let mean = input.mean, mean.contains(where: { $0 != 0 }) || input.std != nil else {
      return false
    }
    return (mean + (input.std ?? [])).allSatisfy { $0.magnitude <= 1 }
  }

  /// Checks that a card tells what units its mean and deviation are in: by its range, or by themselves.
  ///
  /// Levels less 0.485 are what no network was trained with, nor numbers from 0 to 1 less 123.
  ///
  /// - Throws: `ModelError` when it may be either, or both are not of one kind.
  func checkUnits(path: String) throws(ModelError) {
    guard let mean = input.mean else { return }
    let std = input.std ?? []
    if let range = input.range {
      let list = "[\(Self.text(range[0])), \(Self.text(range[1]))]"
      let isWide = range[1] - range[0] > 16
      let isOfUnits = mean.contains { $0 != 0 } && std.contains { $0.magnitude < 1 }
      if isWide, isOfUnits, hasUnitMoments {
        throw Self.fault(
          path, "input.range is \(list), but input.mean and input.std are of values from 0 to 1",
          remedy: "give input.range: [0, 1], or mean and std in levels")
      }
      if !isWide, mean.contains(where: { $0.magnitude > 16 }) {
        throw Self.fault(
          path, "input.range is \(list), but input.mean is of levels from 0 to 255",
          remedy: "give input.range: [0, 255], or mean and std of values from 0 to 1")
      }
      return
    }
    let isZero = mean.allSatisfy { $0 == 0 }
    let remedy = "give input.range: [0, 1] for PyTorch, [0, 255] for levels"
    if isZero, std.allSatisfy({ $0 == 1 }) {
      throw Self.fault(
        path, "input.mean of 0 without input.range does not tell what values black and white have",
        remedy: remedy)
    }
    if !isZero, mean.allSatisfy({ $0.magnitude <= 1 }), std.contains(where: { $0.magnitude > 1 }) {
      throw Self.fault(
        path, "input.mean is at most 1 and input.std is not: they are not of one range",
        remedy: remedy)
    }
  }
}
