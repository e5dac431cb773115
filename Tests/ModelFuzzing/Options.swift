import Glibc
import TestSupport

/// The command line: `model-fuzzing [--tensorflow] [--count N] [--from N] [--jobs N] [--seed N] [--failures FOLDER]
/// [FILE …]`.
struct Options {
  var count = 10_000
  /// Whether the files are TensorFlow's instead of ONNX.
  var isTensorFlow = false
  /// The index of the first file.
  var start = 0
  var jobs = 2
  var seed = 1
  /// Where files that failed are written.
  var folder = "fuzzing-failures"
  /// Sound files to damage, besides those built in.
  var files: [String] = []
  /// What a child shall do: its range and its counters' file.
  var child: (range: Range<Int>, counters: String)?

  /// Reads the command line, `nil` when it makes no sense.
  init?(_ arguments: [String]) {
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      switch argument {
      case "--tensorflow": isTensorFlow = true
      case "--count", "--from", "--jobs", "--seed":
        guard let number = rest.popFirst().flatMap({ Int($0) }), number >= 0 else { return nil }
        switch argument {
        case "--count": count = number
        case "--from": start = number
        case "--jobs": jobs = max(number, 1)
        default: seed = number
        }
      case "--failures":
        guard let path = rest.popFirst() else { return nil }
        folder = path
      case "--child":
        guard rest.count >= 3, let first = Int(rest.removeFirst()),
          let last = Int(rest.removeFirst()), first <= last
        else { return nil }
        child = (first..<last, rest.removeFirst())
      default:
        guard !argument.hasPrefix("-") else { return nil }
        files.append(argument)
      }
    }
  }

  /// The sound files: the built-in ones, and those of the command line.
  var seeds: [[UInt8]] {
    let builtIn =
      isTensorFlow
      ? [GraphDefFile.complete.bytes, GraphDefFile.varied.bytes]
      : [
        SmallModel.complete.bytes, SmallModel.modern.bytes, SmallModel.modern.bytes,
        SmallModel.old.bytes,
      ]
    return builtIn + files.compactMap(contents)
  }

  private func contents(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { _ = fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 22)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}
