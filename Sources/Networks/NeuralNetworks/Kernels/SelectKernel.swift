internal import OneDNN

/// One of the two tensors of a selection: which of its elements are taken, and where they go.
final class SelectKernel: Kernel {
  let name = "loop"
  private let condition: TensorMemory
  private let holds: Bool
  private let conditionPlaces, places: [Int]
  private var source, result: TensorMemory?
  private var isReturning = false

  init(
    _ condition: TensorMemory, conditionPlaces: [Int], holds: Bool, places: [Int]
  ) {
    self.condition = condition
    self.conditionPlaces = conditionPlaces
    self.holds = holds
    self.places = places
  }

  /// The forward half: elements that are taken are copied.
  func copying(_ source: TensorMemory, to result: TensorMemory) -> SelectKernel {
    with(source, result, isReturning: false)
  }

  /// The backward half: gradients of elements that were taken are added up, others are 0.
  func returning(_ gradient: TensorMemory, to share: TensorMemory) -> SelectKernel {
    with(gradient, share, isReturning: true)
  }

  private func with(
    _ source: TensorMemory, _ result: TensorMemory, isReturning: Bool
  ) -> SelectKernel {
    let kernel = SelectKernel(
      condition, conditionPlaces: conditionPlaces, holds: holds, places: places)
    kernel.source = source
    kernel.result = result
    kernel.isReturning = isReturning
    return kernel
  }

  func run() {
    guard let source, let result else { return }
    if isReturning { result.clear() }
    condition.withElements { condition in
      source.withElements { source in
        result.withMutableElements { result in
          for index in places.indices where (condition[conditionPlaces[index]] != 0) == holds {
            if isReturning {
              result[places[index]] += source[index]
            } else {
              result[index] = source[places[index]]
            }
          }
        }
      }
    }
  }
}
