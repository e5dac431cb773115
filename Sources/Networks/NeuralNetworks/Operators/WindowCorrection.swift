internal import OneDNN

/// Factors of a pool's windows, one for each row and one for each column of windows, multiplied.
struct WindowCorrection {
  /// For each row and each column of the output.
  let rows, columns: [Float]

  /// Whether all of them are 1.
  var isIdentity: Bool { rows.allSatisfy { $0 == 1 } && columns.allSatisfy { $0 == 1 } }
}

/// memory ← memory · rows[i] · columns[j], for each map of a tensor in any layout, in single precision.
///
/// Its own adjoint. In memory a map is planes × rows × columns × lanes, in every layout; tangents are
/// further planes.
///
/// - Complexity: O(elements).
final class WindowCorrectionKernel: Kernel {
  let name = "loop"
  private let correction: WindowCorrection
  private let memory: TensorMemory
  private let lanes: Int

  /// - Precondition: The memory is whole maps of as many rows and columns as there are factors.
  init(_ correction: WindowCorrection, _ memory: TensorMemory, channelsTogether lanes: Int) {
    let plane = correction.rows.count * correction.columns.count * lanes
    precondition(
      plane > 0 && memory.storedCount.isMultiple(of: plane),
      "\(memory.storedCount) elements are no maps of \(plane)")
    self.correction = correction
    self.memory = memory
    self.lanes = lanes
  }

  func run() {
    let (rows, columns, lanes) = (correction.rows, correction.columns, lanes)
    memory.withMutableElements { elements in
      var index = 0
      while index < elements.count {
        for row in rows {
          for column in columns {
            let factor = row * column
            for lane in 0..<lanes { elements[unchecked: index + lane] *= factor }
            index += lanes
          }
        }
      }
    }
  }
}
