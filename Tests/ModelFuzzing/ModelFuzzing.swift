import Glibc
import ModelFormats
import Models

/// Damages network files by the thousand and sees that each is a network or an error in one line:
/// no crash, no hang, no memory without bounds.
@main struct ModelFuzzing {
  /// How many files a child reads.
  private static let chunk = 500

  static func main() {
    guard let options = Options(CommandLine.arguments) else {
      say(
        "usage: model-fuzzing [--tensorflow] [--count N] [--from N] [--jobs N] [--seed N] [--failures FOLDER] "
          + "[FILE …]")
      exit(64)
    }
    _ = mkdir(options.folder, 0o755)
    if let (range, path) = options.child {
      guard let counters = Counters(path: path) else { exit(1) }
      Child.run(range, counters: counters, options: options)
    }
    for (number, bytes) in options.seeds.enumerated() {
      do throws(ModelError) {
        _ =
          options.isTensorFlow
          ? try GraphDefImporter.graph(bytes: bytes, path: "sound file \(number)")
          : try ONNXImporter.graph(bytes: bytes, path: "sound file \(number)")
      } catch {
        say("\(error)")
      }
    }
    let totals = run(options)
    say(
      """
      \(options.count) files, seed \(options.seed): \(totals.graphs) networks, \(totals.refused) \
      refused, \(totals.failures) failures
      """)
    exit(totals.failures == 0 ? 0 : 1)
  }

  private static func run(_ options: Options) -> (graphs: Int, refused: Int, failures: Int) {
    var totals = (graphs: 0, refused: 0, failures: 0)
    let end = options.start + options.count
    var waiting = stride(from: options.start, to: end, by: chunk).map {
      $0..<min($0 + chunk, end)
    }
    waiting.reverse()
    var children: [pid_t: (child: Child, slot: Int)] = [:]
    var slots = Array(0..<options.jobs)
    while !waiting.isEmpty || !children.isEmpty {
      while let range = waiting.last, let slot = slots.popLast() {
        waiting.removeLast()
        guard let child = Child(range, options: options, slot: slot) else {
          say("cannot start a process")
          exit(1)
        }
        children[child.process] = (child, slot)
      }
      var status: Int32 = 0
      let process = wait(&status)
      guard let (child, slot) = children.removeValue(forKey: process) else { continue }
      slots.append(slot)
      totals.graphs += child.counters[.graphs]
      totals.refused += child.counters[.refused]
      totals.failures += child.counters[.faults]
      guard status != 0 else { continue }
      let index = child.counters[.index]
      totals.failures += 1
      say("file \(index): \(cause(status))")
      save(
        Mutator(seeds: options.seeds).file(seed: options.seed, index: index),
        "\(options.folder)/\(index)\(options.isTensorFlow ? ".pb" : ".onnx")")
      if index + 1 < child.range.upperBound { waiting.append(index + 1..<child.range.upperBound) }
    }
    for slot in 0..<options.jobs { _ = unlink("\(options.folder)/counters-\(slot)") }
    _ = rmdir(options.folder)
    return totals
  }

  private static func cause(_ status: Int32) -> String {
    let signal = status & 127
    if signal == SIGALRM { return "it took more than \(Child.secondsPerFile) seconds" }
    return signal == 0 ? "exit status \(status >> 8)" : "signal \(signal)"
  }
}
