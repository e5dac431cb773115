import Artifacts
import CommandLine
import Matrices
import Numerics

/// The first coordinate of a layout that contrasts two classes: the difference of samples' effects on them
/// (Carter et al., "Activation Atlas", Distill 2019, section "Class Activation Atlases").
///
/// It is scaled by the 99th percentile of its size, and 0 stays 0: a sample in the middle argues for both
/// alike, or for neither. The second coordinate is a line on which similar samples lie near each other.
struct ContrastAxis {
  let contrast: LayoutFile.Contrast
  private let values: [Float]

  /// Reads the effects of samples.
  ///
  /// - Parameters:
  ///   - path: The samples as atlas-select chose them for two classes.
  ///   - samples: The samples that are laid out.
  /// - Throws: When the file is no such selection, or of other samples.
  init(path: String, of samples: SampleVectors) throws {
    let file = try ActivationsFile(path: path)
    try requireSame([Described(path, file.subject), Described(samples.path, samples.subject)])
    guard let selection = try file.selection(), selection.classNames.count == 2 else {
      throw StageError(
        "Cannot contrast classes by \(path): it is no selection of samples for two classes; make it with atlas-select --class … --class …."
      )
    }
    guard file.sampleCount == samples.sampleCount else {
      throw StageError(
        "Cannot use \(path) with \(samples.path): it has \(counted(file.sampleCount, "sample")), not \(samples.sampleCount); give the samples that are laid out."
      )
    }
    let differences = (0..<selection.effects.rowCount).map {
      selection.effects[$0, 1] - selection.effects[$0, 0]
    }
    let scale = quantile(0.99, ofSorted: differences.map(abs).sorted())
    guard scale > 0 else {
      throw StageError(
        "Cannot contrast classes by \(path): its samples have the same effect on both.")
    }
    contrast = LayoutFile.Contrast(
      left: selection.classNames[0], right: selection.classNames[1], scale: Double(scale))
    values = differences.map { min(1, max(-1, $0 / scale)) }
  }

  /// The plane of this axis and a line, which is stretched so that nearly all of it lies from −1 to 1.
  func plane(with line: Matrix) -> Matrix {
    let sorted = line.elements.sorted()
    let (low, high) = (quantile(0.01, ofSorted: sorted), quantile(0.99, ofSorted: sorted))
    let scale = high > low ? 2 / (high - low) : 0
    var plane = Matrix(rowCount: line.rowCount, columnCount: 2, repeating: 0)
    for row in 0..<line.rowCount {
      plane[row, 0] = values[row]
      plane[row, 1] = scale * (line[row, 0] - (low + high) / 2)
    }
    return plane
  }
}
