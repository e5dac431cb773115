import Glibc

/// One process that reads a range of damaged files under limits of memory and time.
///
/// A file that crashes the process, hangs, or takes too much memory ends the process; the counters
/// say which file it was.
struct Child {
  /// The most address space, in bytes; what one file may take, in seconds.
  static let memoryLimit: UInt = 3 << 30
  static let secondsPerFile: UInt32 = 10

  let range: Range<Int>
  let process: pid_t
  let counters: Counters

  /// Starts the program again as a child.
  init?(_ range: Range<Int>, options: Options, slot: Int) {
    let path = "\(options.folder)/counters-\(slot)"
    guard let counters = Counters(path: path) else { return nil }
    for kind in [Counters.Kind.graphs, .refused, .faults] { counters[kind] = 0 }
    counters[.index] = range.lowerBound
    let arguments =
      [
        "model-fuzzing", "--child", "\(range.lowerBound)", "\(range.upperBound)", path,
        "--seed", "\(options.seed)", "--failures", options.folder,
      ] + (options.isTensorFlow ? ["--tensorflow"] : []) + options.files
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/proc/self/exe", nil, nil, &pointers, environ) == 0 else {
      return nil
    }
    self.range = range
    self.process = process
    self.counters = counters
  }

  /// Reads the files; does not return.
  static func run(_ range: Range<Int>, counters: Counters, options: Options) -> Never {
    var limit = rlimit(rlim_cur: memoryLimit, rlim_max: memoryLimit)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    let mutator = Mutator(seeds: options.seeds)
    for index in range {
      counters[.index] = index
      _ = alarm(secondsPerFile)
      let bytes = mutator.file(seed: options.seed, index: index)
      switch outcome(of: bytes, isTensorFlow: options.isTensorFlow) {
      case .graph: counters[.graphs] += 1
      case .refused: counters[.refused] += 1
      case .fault(let cause):
        counters[.faults] += 1
        say("file \(index): \(cause)")
        save(bytes, "\(options.folder)/\(index)\(options.isTensorFlow ? ".pb" : ".onnx")")
      }
    }
    exit(0)
  }
}

/// Writes a file for a person to look at.
func save(_ bytes: [UInt8], _ path: String) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  guard file >= 0 else { return }
  _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  _ = close(file)
}

/// Writes a line at once, so that what was said before a crash is there.
func say(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}
