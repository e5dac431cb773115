import NeuralNetworks

extension ModelCard {
  /// What stands in for fields of `input` that the card leaves out, in words.
  var assumptions: [String] {
    var result: [String] = []
    if input.size == nil { result.append("the network's own input size") }
    if input.resize == nil {
      result.append(
        "photographs resized to 256/224 of the input size without keeping the aspect ratio")
    }
    if input.crop == nil { result.append("the centre cropped") }
    if input.channels == nil { result.append("RGB order") }
    if input.range == nil { result.append("values 0…255") }
    if input.mean == nil { result.append("mean (123.68, 116.779, 103.939) for R, G, B") }
    if input.std == nil { result.append("standard deviation 1") }
    return result
  }

  /// Checks what can be checked without the network.
  func checkValues(path: String) throws(ModelError) {
    func check(_ isFine: Bool, _ cause: String) throws(ModelError) {
      guard isFine else { throw Self.fault(path, cause, remedy: "correct the card") }
    }
    for (field, sides) in [("size", input.size), ("resize.to", input.resize?.to)] {
      guard let sides else { continue }
      try check(
        sides.count == 2 && sides.allSatisfy((1...4096).contains),
        "input.\(field) must be [height, width], each from 1 to 4096")
    }
    if let range = input.range {
      try check(
        range.count == 2 && range.allSatisfy(\.isFinite) && range[0] < range[1],
        "input.range must be [black, white], finite and ascending")
    }
    for (field, values) in [("mean", input.mean), ("std", input.std)] {
      guard let values else { continue }
      let count = input.channels == .gray ? 1 : 3
      try check(
        values.count == count && values.allSatisfy(\.isFinite),
        "input.\(field) must hold \(count) finite \(count == 1 ? "number" : "numbers")")
    }
    try check(input.std?.contains(0) != true, "input.std must not be 0")
    try check(
      input.mean != nil || (input.channels != .gray && input.range ?? [0, 255] == [0, 255]),
      "input.mean is missing; it has a default for colours from 0 to 255 only")
    try check(
      layers.keys.allSatisfy { !$0.isEmpty }, "layers must not hold an empty name")
  }
}
