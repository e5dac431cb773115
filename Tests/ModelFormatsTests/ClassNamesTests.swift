import Models
import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct ClassNamesTests {
  private let network = TrainedNetwork(
    graph: NetworkGraph(
      inputName: "x", inputShape: [1, 3, 4, 4],
      nodes: [
        Node(name: "f", operation: .flatten(axis: 1), inputs: ["x"], output: "logits"),
        Node(name: "s", operation: .softmax(axis: 1), inputs: ["logits"], output: "p"),
      ], outputNames: ["p"]),
    inputShape: MapShape(channels: 3, height: 4, width: 4), card: ModelCard(),
    preprocessing: Preprocessing(
      resized: Extent(height: 4, width: 4), size: Extent(height: 4, width: 4), channels: []),
    labels: [
      Label(identifier: "n01440764", text: "tench, Tinca tinca"), Label(text: "scuba diver"),
      Label(text: "crane, bird"), Label(text: "crane, machine"),
    ], path: "net.onnx", warnings: [])

  @Test("classes are found by number, identifier, text and first synonym")
  func names() throws {
    for name in ["0", "n01440764", "Tench", "tench, Tinca tinca"] {
      #expect(try network.classIndex(named: name, of: 5) == 0)
    }
    #expect(try network.classIndex(named: "scuba_diver", of: 5) == 1)
    #expect(try network.classIndex(named: "crane, machine", of: 5) == 3)
    #expect(network.className(0) == "tench" && network.className(4) == "class 4")
  }

  @Test(
    "names that no class has, or two have, are refused with what helps",
    arguments: [
      ("scuba", "\"scuba diver\""), ("tensh", "\"tench\""), ("crane", "2, 3"), ("5", "0 to 4"),
      ("-1", "0 to 4"), ("", "nearest"),
    ])
  func refusals(name: String, words: String) throws {
    let error = try #require(throws: ModelError.self) {
      try network.classIndex(named: name, of: 5)
    }
    #expect(error.description.contains(words), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test("logits are the card's, else what the last softmax reads")
  func logits() throws {
    #expect(try network.logits() == "logits")
    #expect(network.graph.logits(behind: "logits") == nil)
  }
}
