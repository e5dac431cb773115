import FoundationEssentials

/// What a network's file does not say: how images become its input, what its classes and layers are
/// called, where it comes from.
///
/// A card is a JSON file beside the network, with its name (`googlenet.onnx`, `googlenet.json`).
/// Every field may be left out; `Preprocessing` states what is assumed then.
/// `Documentation/networks.md` lists the fields.
public struct ModelCard: Codable, Hashable, Sendable {
  /// The network's name, for messages and files.
  public var name: String?
  /// The name of the network's file, for a reader of the card; another one is a warning.
  public var network: String?
  /// How an image becomes the network's input.
  public var input = Input()
  /// The file of class names, one per line, in the card's folder.
  public var labels: String?
  /// The tensor of the class scores before softmax.
  public var logits: String?
  /// The tensor of the class probabilities, after softmax.
  public var probabilities: String?
  /// Aliases by which layers may be named: alias to tensor.
  public var layers: [String: String] = [:]
  /// The images that the network was trained on, for the reader.
  public var trainingSet: String?
  /// The terms under which the network may be used, for the reader.
  public var license: String?
  /// Where the network comes from, for the reader.
  public var source: String?

  /// Makes an empty card.
  public init() {}

  /// How an image becomes the network's input; `nil` where the card does not say.
  public struct Input: Codable, Hashable, Sendable {
    /// The name of the network's input, which must be that of its file.
    public var name: String?
    /// The input's [height, width] in pixels, each from 1 to 4096.
    public var size: [Int]?
    /// How the image is resized first.
    public var resize: Resize?
    /// What is cut out of the resized image.
    public var crop: Crop?
    /// The order of the network's channels.
    public var channels: ChannelOrder?
    /// The values [of black, of white] before mean and deviation are applied: [0, 255] for Caffe,
    /// [0, 1] for torchvision, [-1, 1] for many Keras networks.
    public var range: [Float]?
    /// What is subtracted, in units of `range`, one value per channel in the network's order.
    public var mean: [Float]?
    /// What is divided by, in units of `range`, one value per channel in the network's order; not
    /// 0.
    public var std: [Float]?

    /// Makes an input of which nothing is known.
    public init() {}

    /// Reads an input; absent fields are `nil`.
    ///
    /// - Throws: `DecodingError` with the field's path.
    public init(from decoder: any Decoder) throws {
      let input = try decoder.container(keyedBy: CodingKeys.self)
      name = try input.decodeIfPresent(String.self, forKey: .name)
      size = try input.wholeNumbers(forKey: .size)
      resize = try input.decodeIfPresent(Resize.self, forKey: .resize)
      crop = try input.decodeIfPresent(Crop.self, forKey: .crop)
      channels = try input.decodeIfPresent(ChannelOrder.self, forKey: .channels)
      range = try input.numbers(forKey: .range)
      mean = try input.numbers(forKey: .mean)
      std = try input.numbers(forKey: .std)
    }
  }

  /// How an image is resized.
  public struct Resize: Codable, Hashable, Sendable {
    /// The new [height, width] in pixels, each from 1 to 4096.
    public var to: [Int]
    /// Whether the image keeps its proportions and covers `to`; otherwise it is stretched to it.
    public var keepAspect: Bool?
    /// How values between pixels are interpolated.
    public var filter: ResizeFilter?
    /// Whether an image that shrinks is averaged over all of its pixels (PIL), rather than taken at
    /// single points (OpenCV, tensors in torchvision before 0.17).
    public var antialias: Bool?

    /// Makes the description of a resize.
    public init(
      to: [Int], keepAspect: Bool? = nil, filter: ResizeFilter? = nil, antialias: Bool? = nil
    ) {
      self.to = to
      self.keepAspect = keepAspect
      self.filter = filter
      self.antialias = antialias
    }

    /// Reads the description of a resize.
    ///
    /// - Throws: `DecodingError` with the field's path, also when `to` is absent.
    public init(from decoder: any Decoder) throws {
      let resize = try decoder.container(keyedBy: CodingKeys.self)
      guard let to = try resize.wholeNumbers(forKey: .to) else {
        throw DecodingError.keyNotFound(
          CodingKeys.to, .init(codingPath: decoder.codingPath, debugDescription: ""))
      }
      self.to = to
      keepAspect = try resize.decodeIfPresent(Bool.self, forKey: .keepAspect)
      filter = try resize.decodeIfPresent(ResizeFilter.self, forKey: .filter)
      antialias = try resize.decodeIfPresent(Bool.self, forKey: .antialias)
    }

    enum CodingKeys: String, CodingKey {
      case to, filter, antialias
      case keepAspect = "keep_aspect"
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, network, input, labels, logits, probabilities, layers, license, source
    case trainingSet = "training_set"
  }

  /// Reads a card; absent fields keep their defaults.
  ///
  /// - Throws: `DecodingError` with the field's path.
  public init(from decoder: any Decoder) throws {
    // Written out, as the initializer that the compiler makes would demand `input` and `layers`.
    let card = try decoder.container(keyedBy: CodingKeys.self)
    name = try card.decodeIfPresent(String.self, forKey: .name)
    network = try card.decodeIfPresent(String.self, forKey: .network)
    input = try card.decodeIfPresent(Input.self, forKey: .input) ?? Input()
    labels = try card.decodeIfPresent(String.self, forKey: .labels)
    logits = try card.decodeIfPresent(String.self, forKey: .logits)
    probabilities = try card.decodeIfPresent(String.self, forKey: .probabilities)
    layers = try card.decodeIfPresent([String: String].self, forKey: .layers) ?? [:]
    trainingSet = try card.decodeIfPresent(String.self, forKey: .trainingSet)
    license = try card.decodeIfPresent(String.self, forKey: .license)
    source = try card.decodeIfPresent(String.self, forKey: .source)
  }
}

/// The order of a network's color channels.
public enum ChannelOrder: String, Codable, CaseIterable, Hashable, Sendable {
  /// Red, green, blue: torchvision, Keras, TensorFlow.
  case rgb = "RGB"
  /// Blue, green, red: Caffe, which reads images through OpenCV.
  case bgr = "BGR"
  /// One channel of luma.
  case gray

  /// Reads `RGB`, `BGR` or `gray`.
  public init(from decoder: any Decoder) throws { self = try word(from: decoder) }
}

/// What is cut out of a resized image.
public enum Crop: String, Codable, CaseIterable, Hashable, Sendable {
  /// The center, of the size of the network's input.
  case center
  /// Nothing: the image is resized directly to the input's size.
  case none

  /// Reads `center` or `none`.
  public init(from decoder: any Decoder) throws { self = try word(from: decoder) }
}

/// How values between pixels are interpolated, by the names that PIL, torchvision and timm use.
public enum ResizeFilter: String, Codable, CaseIterable, Hashable, Sendable {
  /// The nearest pixel.
  case nearest
  /// The average of the pixels that a new one covers.
  case box
  /// Linear along rows and columns.
  case bilinear
  /// A window of one pixel, sharper than linear.
  case hamming
  /// Cubic along rows and columns.
  case bicubic
  /// A windowed sine of three pixels.
  case lanczos

  /// Reads one of the names.
  public init(from decoder: any Decoder) throws { self = try word(from: decoder) }
}

/// One word out of a list; the error names the list, which that of the synthesized `init(from:)`
/// does not.
private func word<Word: RawRepresentable<String> & CaseIterable>(
  from decoder: any Decoder
) throws -> Word {
  let text = try decoder.singleValueContainer().decode(String.self)
  guard let word = Word(rawValue: text) else {
    let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: decoder.codingPath,
        debugDescription: "one of \(known) expected, found \(text.prefix(40).debugDescription)"))
  }
  return word
}

/// Numbers are read as `Double`: the decoder reports a fraction or a value too large for the wanted
/// type as broken JSON, without the field.
extension KeyedDecodingContainer {
  fileprivate func wholeNumbers(forKey key: Key) throws -> [Int]? {
    try decodeIfPresent([Double].self, forKey: key)?.map { number in
      guard let whole = Int(exactly: number) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: self, debugDescription: "whole numbers expected, found \(number)")
      }
      return whole
    }
  }

  fileprivate func numbers(forKey key: Key) throws -> [Float]? {
    try decodeIfPresent([Double].self, forKey: key)?.map { Float($0) }
  }
}
