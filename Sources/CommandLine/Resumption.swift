public import ArrayStore
internal import FoundationEssentials

/// A folder for the finished parts of a long run, beside its result.
///
/// A run that was cut off finds them and goes on. When the result is complete, the folder goes.
public struct PartFolder: Sendable {
  /// The folder: the result's path with `.parts` behind it.
  ///
  /// It lies beside the result rather than in a folder for temporary files: there it would be lost
  /// with the machine that was cut off, and might lie on another disk.
  public let path: String

  /// Names the folder of a result.
  public init(of result: String) { path = result + ".parts" }

  /// The path of a part.
  public func part(_ index: Int) -> String { "\(path)/part-\(zeros(String(index), to: 6)).h5" }

  /// Removes the folder and all parts.
  ///
  /// An error is not reported: the result is complete by then, and parts that stay cost space
  /// alone.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}

extension Provenance {
  /// Describes a run of a program of this project.
  ///
  /// Inputs are recorded by their SHA-256 rather than by path and time: a file that was copied, or
  /// made again to the same bytes, is the same input on every machine.
  ///
  /// - Parameters:
  ///   - program: The program's name.
  ///   - parameters: What decides the result, in order: not the number of threads, not the output.
  ///   - inputs: The files read; each is recorded by its name and digest.
  /// - Throws: `ArrayStoreError` when an input cannot be read.
  /// - Complexity: Reads each input once.
  public init(
    program: String, parameters: [(name: String, value: String)], inputs: [String]
  ) throws(ArrayStoreError) {
    var digests: [(name: String, sha256: String)] = []
    for path in inputs {
      // The name without folders: where a file lies decides nothing.
      let name = path.split(separator: "/").last.map(String.init) ?? path
      digests.append((name, try sha256(ofFile: path)))
    }
    self.init(
      program: program, version: projectVersion, parameters: parameters, inputs: digests)
  }

  /// What decides a run's result, in a line for its journal: settings, inputs, and what else there is.
  public func journalLine(_ further: String) -> String {
    let inputs = inputs.map { "\($0.name) \($0.sha256)" }.joined(separator: " ")
    return "\(command) \(inputs) \(further)".split(whereSeparator: \.isNewline)
      .joined(separator: " ")
  }
}
