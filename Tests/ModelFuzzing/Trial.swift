import Glibc
import ModelFormats
import Models
import NeuralNetworks

/// What came of one damaged file.
enum Outcome {
  /// It is still a network.
  case graph
  /// It was refused in one line.
  case refused
  /// Something is wrong with the program: in words.
  case fault(String)
}

/// Reads a damaged file as a user's file would be read, and looks at what comes out.
func outcome(of bytes: [UInt8], isTensorFlow: Bool) -> Outcome {
  let graph: NetworkGraph
  do {
    graph =
      isTensorFlow
      ? try GraphDefImporter.graph(bytes: bytes, path: "damaged.onnx")
      : try ONNXImporter.graph(bytes: bytes, path: "damaged.onnx")
  } catch {
    let line = error.description
    guard line.contains("damaged.onnx"), !line.contains("\n"), line.utf8.count < 4096 else {
      return .fault("an error that is not one short line: \(line.prefix(200))")
    }
    return .refused
  }
  do {
    _ = try graph.facts(input: graph.inputShape)
  } catch {
    guard error.description.contains("are still allowed") else {
      return .fault("the importer took what the graph does not: \(error)")
    }
  }
  var other = graph.inputShape
  for index in other.dimensions.indices.dropFirst(2) {
    other.dimensions[index] = min(other.dimensions[index] + 3, 64)
  }
  _ = try? graph.facts(input: other)
  _ = try? graph.withGlobalPoolsMarked().truncated(to: graph.outputNames)
  _ = try? graph.floatingPointOperations(input: other)
  if graph.inputShape.rank == 4 {
    _ = try? graph.shapes(inputHeight: 9, inputWidth: 7)
    _ = try? graph.withChannelsFirst().facts(input: graph.inputShape)
  }
  return compiled(graph)
}
