import FeatureVisualization
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Icons of layers in all forms that layers have.
@Suite(.tags(.quick), .serialized) struct LayerIconTests {
  static let names = LayerForms.all.map(\.name)

  private func load(_ name: String) throws -> TrainedNetwork {
    let model = try #require(LayerForms.all.first { $0.name == name }).model
    let folder = try TemporaryFolder()
    return try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
  }

  private func icon(
    _ network: TrainedNetwork, _ layer: NetworkLayer, side: Int, steps: Int,
    objective: Objective
  ) throws -> Icon {
    var parameters = IconParameters()
    parameters.sidePixels = try network.iconSide(for: layer, preferring: side)
    parameters.schedule.maximumStepCount = steps
    parameters.schedule.minimumGain = 0
    let renderer = try IconRenderer(
      network: network, tensors: [layer.tensor], parameters: parameters)
    return try #require(
      try renderer.render([IconTarget(index: 1, objective: objective)]).first)
  }

  @Test(
    "every layer that suits has icons of directions, at whatever size it takes", arguments: names)
  func directions(name: String) throws {
    let network = try load(name)
    var count = 0
    for tensor in network.graph.tensorNames {
      guard let layer = try? network.layer(named: tensor),
        (try? network.iconSide(for: layer, preferring: 40)) != nil
      else { continue }
      let direction = randomValues(layer.shape.channels, item: count)
      let icon = try icon(
        network, layer, side: 40, steps: 1, objective: .direction(direction, of: tensor))
      #expect(icon.fidelity?.isFinite == true, "\(tensor)")
      count += 1
    }
    #expect(count > (name == "not square" ? 0 : 1))
  }

  @Test("icons of a gray network are gray, and show what they should")
  func gray() throws {
    let network = try load("gray")
    let layer = try network.layer(named: "stem")
    #expect(layer.shape == MapShape(channels: 6, height: 7, width: 7))
    let icons = try [0, 40, 160].map { steps in
      try icon(network, layer, side: 32, steps: steps, objective: .channel(2, of: "stem"))
    }
    let rise = (
      icons[1].objective - icons[0].objective, icons[2].objective - icons[1].objective
    )
    #expect(rise.0 > 0.03 && rise.1 > 0.03)
    for icon in icons {
      #expect(icon.pixels.count == 3 * 32 * 32)
      let isGray = (0..<1024).allSatisfy { (pixel: Int) -> Bool in
        let red = icon.pixels[3 * pixel]
        return icon.pixels[3 * pixel + 1] == red && icon.pixels[3 * pixel + 2] == red
      }
      #expect(isGray)
    }
    #expect(Set(icons[2].pixels).count > 10)
  }

  @Test(
    "a network tied to its size has icons of it; one that is not square has none of its vectors")
  func sizes() throws {
    let tied = try load("a fully connected layer tied to 32 pixels")
    #expect(try tied.iconSide(for: tied.layer(named: "flat"), preferring: 80) == 32)
    #expect(try tied.iconSide(for: tied.layer(named: "result"), preferring: 80) == 32)
    #expect(try tied.iconSide(for: tied.layer(named: "relu"), preferring: 80) == 80)
    let tokens = try load("tokens with a class token")
    #expect(try tokens.iconSide(for: tokens.layer(named: "block"), preferring: 80) == 32)
    #expect(try tokens.iconSide(for: tokens.layer(named: "tokens"), preferring: 80) == 80)
    let wide = try load("not square")
    let error = #expect(throws: ModelError.self) {
      try wide.iconSide(for: wide.layer(named: "result"), preferring: 80)
    }
    #expect(error?.description.contains("16 × 32 pixels alone") == true)
    #expect(try wide.iconSide(for: wide.layer(named: "stem"), preferring: 80) == 80)
  }
}
