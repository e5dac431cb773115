import FoundationEssentials
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct ModelCardTests {
  private let shape = MapShape(channels: 3, height: 224, width: 224)

  private func load(_ json: String) throws -> (card: ModelCard, warnings: [String]) {
    let folder = try TemporaryFolder()
    _ = try folder.write("net.json", json)
    return try ModelCard.load(besides: folder.path + "/net.onnx", explicit: nil)
  }

  private static let full = """
    {"name": "A net", "network": "net.onnx",
     "input": {"name": "image", "size": [10, 12],
       "resize": {"to": [16, 20], "keep_aspect": false, "filter": "bilinear"},
       "crop": "center", "channels": "BGR", "range": [0, 255], "mean": [104, 117, 123],
       "std": [1, 2, 4]},
     "labels": "labels.txt", "logits": "x10", "probabilities": "result",
     "layers": {"mixed": "x6"}, "training_set": "T", "license": "L", "source": "S"}
    """

  @Test("a full card says everything and leaves no warning")
  func fullCard() throws {
    let (card, warnings) = try load(Self.full)
    #expect(warnings.isEmpty)
    #expect(card.name == "A net" && card.trainingSet == "T" && card.layers == ["mixed": "x6"])
    let way = try card.preprocessing(for: shape, path: "net.json")
    #expect(way.resized == Extent(height: 16, width: 20))
    #expect(way.size == Extent(height: 10, width: 12))
    #expect(!way.keepsAspect && way.filter == .bilinear)
    #expect(
      way.channels == [
        InputChannel(source: .blue, scale: 1, offset: -104),
        InputChannel(source: .green, scale: 0.5, offset: -58.5),
        InputChannel(source: .red, scale: 0.25, offset: -30.75),
      ])
    #expect(way.channels[0].weights == SIMD3(0, 0, 1))
  }

  @Test("a card survives encoding and decoding")
  func roundTrip() throws {
    let card = try load(Self.full).card
    let again = try JSONDecoder().decode(ModelCard.self, from: JSONEncoder().encode(card))
    #expect(again == card)
  }

  @Test("without a card the assumptions are stated, and hold")
  func noCard() throws {
    let (card, warnings) = try ModelCard.load(besides: "nowhere/net-1.2.onnx", explicit: nil)
    let warning = try #require(warnings.first)
    #expect(warnings.count == 1 && warning.hasPrefix("No model card nowhere/net-1.2.json: assumed"))
    for words in [
      "256/224", "center crop", "RGB", "0…255", "(123.68, 116.779, 103.939)", "deviation 1",
    ] {
      #expect(warning.contains(words))
    }
    let way = try card.preprocessing(for: shape, path: "none")
    #expect(way.resized == Extent(height: 256, width: 256))
    #expect(way.size == Extent(height: 224, width: 224))
    #expect(way.channels.map(\.source) == [.red, .green, .blue])
    #expect(way.channels.map(\.scale) == [1, 1, 1])
    #expect(way.channels.map(\.offset) == [-123.68, -116.779, -103.939])
    #expect(throws: ModelError.self) {
      try ModelCard.load(besides: "net.onnx", explicit: "nowhere/card.json")
    }
  }

  @Test("the default mean follows the order of the channels")
  func meanOrder() throws {
    let way = try load(#"{"input": {"channels": "BGR"}}"#).card
      .preprocessing(for: shape, path: "")
    #expect(way.channels.map(\.offset) == [-103.939, -116.779, -123.68])
  }

  @Test("a network of values from 0 to 1, and a grey one")
  func ranges() throws {
    let unit = try load(
      #"{"input": {"range": [0, 1], "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}"#
    ).card.preprocessing(for: shape, path: "")
    for value in [Float(0), 51, 255] {
      let expected = (value / 255 - 0.5) / 0.25
      // Two roundings of numbers below 4.
      #expect(abs(unit.channels[1].scale * value + unit.channels[1].offset - expected) < 1e-6)
    }
    let gray = try load(#"{"input": {"channels": "gray", "mean": [128]}}"#).card
      .preprocessing(for: MapShape(channels: 1, height: 28, width: 28), path: "")
    #expect(gray.channels == [InputChannel(source: .luma, scale: 1, offset: -128)])
    #expect(abs(gray.channels[0].weights.sum() - 1) < 1e-6)
    #expect(gray.resized == Extent(height: 32, width: 32))
  }

  @Test(
    "mean and deviation of at most 1 are of values from 0 to 1, as PyTorch states them",
    arguments: [
      #""mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]"#,
      #""mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]"#, #""mean": [0.48, 0.45, 0.4]"#,
      #""mean": [0, 0, 0], "std": [0.25, 0.25, 0.25]"#,
    ])
  func unitMoments(fields: String) throws {
    let (card, warnings) = try load("{\"input\": {\(fields)}}")
    let stated = try load("{\"input\": {\"range\": [0, 1], \(fields)}}").card
    #expect(
      try card.preprocessing(for: shape, path: "") == stated.preprocessing(for: shape, path: ""))
    #expect(warnings.contains { $0.contains("values 0…1, as mean and std suggest") })
  }

  @Test("levels stay levels where mean or deviation are beyond 1")
  func levels() throws {
    for fields in [#""mean": [0, 0, 0], "std": [255, 255, 255]"#, #""mean": [123, 117, 104]"#] {
      let channels = try load("{\"input\": {\(fields)}}").card
        .preprocessing(for: shape, path: "").channels
      let stated = try load("{\"input\": {\"range\": [0, 255], \(fields)}}").card
        .preprocessing(for: shape, path: "").channels
      #expect(channels == stated)
    }
  }

  @Test(
    "what is wrong in a card is told in one line with the field's path",
    arguments: [
      ("{", "Cannot use model card"), ("[]", "Cannot use model card"),
      (#"{"input": {"mean": [1, "a", 3]}}"#, "input.mean[1]"),
      (#"{"input": {"size": [224.5, 224]}}"#, "input.size: whole numbers expected, found 224.5"),
      (#"{"input": {"size": [224]}}"#, "input.size must be [height, width]"),
      (#"{"input": {"size": [0, 224]}}"#, "input.size must be"),
      (#"{"input": {"size": [224, 4097]}}"#, "input.size must be"),
      (#"{"input": {"resize": {}}}"#, "input.resize.to: it is missing"),
      (#"{"input": {"resize": {"to": [-1, 1]}}}"#, "input.resize.to must be"),
      (
        #"{"input": {"channels": "GBR"}}"#,
        "input.channels: one of RGB, BGR, gray expected, found \"GBR\""
      ),
      (#"{"input": {"crop": "left"}}"#, "input.crop: one of center, none expected"),
      (#"{"input": {"std": [1, 0, 1]}}"#, "input.std must not be 0"),
      (#"{"input": {"mean": [1, 1e99, 2]}}"#, "input.mean must hold 3 finite numbers"),
      (#"{"input": {"mean": [1, 2]}}"#, "input.mean must hold 3 finite numbers"),
      (#"{"input": {"range": [1, 1]}}"#, "input.range must be"),
      (#"{"input": {"range": [0, 1]}}"#, "input.mean is missing"),
      (#"{"input": {"mean": [0, 0, 0]}}"#, "input.mean of 0 without input.range"),
      (#"{"input": {"mean": [0, 0, 0], "std": [1, 1, 1]}}"#, "give input.range: [0, 1]"),
      (#"{"input": {"mean": [0.5, 0.5, 0.5], "std": [58, 57, 57]}}"#, "are not of one range"),
      (
        #"{"input": {"range": [0, 255], "mean": [0.5, 0.5, 0.4], "std": [0.2, 0.2, 0.2]}}"#,
        "input.range is [0, 255], but"
      ),
      (#"{"input": {"range": [0, 1], "mean": [123, 117, 104]}}"#, "input.mean is of levels"),
      (#"{"input": {"range": [-1, 1], "mean": [123, 0, 0]}}"#, "give input.range: [0, 255]"),
      (#"{"input": {"channels": "gray"}}"#, "input.mean is missing"),
      (#"{"layers": {"a": 1}}"#, "layers.a"),
    ])
  func wrongCards(json: String, words: String) {
    let error = #expect(throws: ModelError.self) { try load(json) }
    let line = error?.description ?? ""
    #expect(line.contains(words) && line.contains("net.json") && !line.contains("\n"), "\(line)")
  }

  @Test("a huge number in a card is an error")
  func hugeNumbers() {
    #expect(throws: ModelError.self) { try load(#"{"input": {"mean": [1e999, 0, 0]}}"#) }
    #expect(throws: ModelError.self) {
      try load(#"{"input": {"mean": [3e38, 0, 0], "std": [1e-30, 1, 1]}}"#).card
        .preprocessing(for: shape, path: "")
    }
    #expect(throws: ModelError.self) { try load(String(repeating: "[", count: 100_000)) }
  }

  @Test("misspelt fields and other networks are warned of")
  func warnings() throws {
    let (_, warnings) = try load(
      Self.full.replacing("\"crop\"", with: "\"corp\"").replacing("net.onnx", with: "other.onnx"))
    #expect(warnings.contains { $0.contains("the field \"input.corp\" is not known") })
    #expect(warnings.contains { $0.contains("assumed a center crop") })
    #expect(warnings.contains { $0.contains("it is for \"other.onnx\"") })
  }

  @Test("no crop where one is needed is an error; one larger than the resized image is padded")
  func crops() throws {
    #expect(throws: ModelError.self) {
      try load(#"{"input": {"size": [10, 10], "resize": {"to": [10, 11]}, "crop": "none"}}"#).card
        .preprocessing(for: shape, path: "")
    }
    let padded = try load(#"{"input": {"size": [10, 10], "resize": {"to": [7, 10]}}}"#).card
      .preprocessing(for: shape, path: "")
    #expect(padded.window(of: Extent(height: 50, width: 50)).top == -1)
    let way = try load(#"{"input": {"crop": "none"}}"#).card.preprocessing(for: shape, path: "")
    #expect(way.resized == way.size)
    #expect(throws: ModelError.self) {
      try ModelCard().preprocessing(for: MapShape(channels: 4, height: 8, width: 8), path: "")
    }
  }
}

@Suite(.tags(.quick)) struct LabelTests {
  private func labels(_ text: String, file: String = "labels.txt") throws -> [Label] {
    let folder = try TemporaryFolder()
    _ = try folder.write("labels.txt", text)
    var card = ModelCard()
    card.labels = file
    return try card.labels(cardPath: folder.path + "/net.json")
  }

  @Test("lines are names, with an identifier where they start with one")
  func lines() throws {
    let text = "n01440764 tench, Tinca tinca\r\ncat\nn0144076 short\nn01440764\nn014407641 long"
    let expected = [
      Label(identifier: "n01440764", text: "tench, Tinca tinca"), Label(text: "cat"),
      Label(text: "n0144076 short"), Label(identifier: "n01440764", text: ""),
      Label(text: "n014407641 long"),
    ]
    #expect(try labels(text) == expected)
    #expect(try labels(text + "\n") == expected)
    #expect(try ModelCard().labels(cardPath: "nowhere").isEmpty)
  }

  @Test(
    "a path out of the card's folder is refused",
    arguments: ["/etc/passwd", "../labels.txt", "a/../../b", "..", ""])
  func outside(file: String) {
    let error = #expect(throws: ModelError.self) { try labels("cat", file: file) }
    #expect(error?.description.contains("is not a file in the card's folder") == true)
  }

  @Test("empty lines and bytes that are no text are errors")
  func broken() throws {
    #expect(throws: ModelError.self) { try labels("cat\n\ndog") }
    let folder = try TemporaryFolder()
    _ = try folder.write("labels.txt", Data([0x63, 0xFF, 0x0A]))
    var card = ModelCard()
    card.labels = "labels.txt"
    #expect(throws: ModelError.self) { try card.labels(cardPath: folder.path + "/net.json") }
  }
}
