internal import OneDNN

/// One thing to do when a compiled network runs, and for which node.
struct Step {
  let work: Work
  /// Two for each multiply-add of a convolution or matrix product, else 0.
  var operationCount = 0
  /// What a profile says about it.
  var label = Label()
  /// The gradient that the step copies for the caller, before its producer may change it.
  var readsGradient: ObjectIdentifier?

  init(_ work: Work) { self.work = work }

  /// The node that a step belongs to.
  struct Label {
    var node = ""
    var operation = ""
    var shape = ""
    var phase = ProfileEntry.Phase.forward
  }

  /// What is done.
  enum Work {
    /// A oneDNN primitive.
    case run(BoundPrimitive)
    /// target ← max(source, 0); both may be the same.
    case rectify(TensorMemory, from: TensorMemory)
    /// target ← target where the value is positive, else 0.
    case mask(TensorMemory, by: TensorMemory)
    /// target ← target + source; then masked, if a value is given.
    case accumulate(TensorMemory, from: TensorMemory, mask: TensorMemory?)
    /// target ← source, as they lie in memory.
    case copy(TensorMemory, from: TensorMemory)
    /// A loop of the project's own.
    case kernel(any Kernel)
  }

  static func rectify(_ target: TensorMemory, from source: TensorMemory) -> Step {
    Step(.rectify(target, from: source))
  }

  static func mask(_ target: TensorMemory, by value: TensorMemory) -> Step {
    Step(.mask(target, by: value))
  }

  static func accumulate(
    _ target: TensorMemory, from source: TensorMemory, mask: TensorMemory?
  ) -> Step { Step(.accumulate(target, from: source, mask: mask)) }

  static func copy(_ target: TensorMemory, from source: TensorMemory) -> Step {
    Step(.copy(target, from: source))
  }

  static func kernel(_ kernel: any Kernel) -> Step { Step(.kernel(kernel)) }

  /// A loop that has no state of its own.
  static func loop(_ body: @escaping () -> Void) -> Step { Step(.kernel(Loop(body))) }

  /// Does it, on the calling thread.
  func run() throws {
    switch work {
    case .run(let primitive): try primitive.run()
    case .rectify(let target, let source): target.rectify(source)
    case .mask(let target, let value): target.mask(wherePositive: value)
    case .accumulate(let target, let source, let mask?):
      target.add(source, maskedWherePositive: mask)
    case .accumulate(let target, let source, nil): target.add(source)
    case .copy(let target, let source): target.copy(source)
    case .kernel(let kernel): try kernel.run()
    }
  }

  /// The kernel's name, for a profile.
  var implementation: String {
    switch work {
    case .run(let primitive): primitive.implementation
    case .rectify, .mask, .accumulate: "loop"
    case .copy: "memory"
    case .kernel(let kernel): kernel.name
    }
  }

  /// Runs the step several times.
  ///
  /// - Returns: What a profile says about it, with the best time.
  func profiled(seconds: Double) -> ProfileEntry {
    ProfileEntry(
      node: label.node, operation: label.operation, shape: label.shape, phase: label.phase,
      implementation: implementation, seconds: seconds, operationCount: operationCount)
  }
}

/// A loop of the project's own over tensors that it holds.
///
/// A class, since steps are copied and a loop may keep scratch memory between runs.
protocol Kernel: AnyObject {
  /// For a profile.
  var name: String { get }
  func run() throws
}

/// A loop given by a closure.
private final class Loop: Kernel {
  let name = "loop"
  private let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }

  func run() { body() }
}

extension Step {
  /// Joins every mask with the last addition to the same gradient: one pass instead of two.
  ///
  /// Only the gradient's producer reads it, and the mask comes first there; a copy for the caller is
  /// made before the mask, and keeps the two apart. A convolution that carries a ReLU and has several
  /// readers ends in such a pair.
  ///
  /// - Complexity: O(steps).
  static func fusingMasks(_ steps: [Step]) -> [Step] {
    var result: [Step] = []
    var lastAdditions: [ObjectIdentifier: Int] = [:]
    for step in steps {
      if case .mask(let gradient, let value) = step.work {
        if let index = lastAdditions[ObjectIdentifier(gradient)],
          case .accumulate(_, let source, nil) = result[index].work
        {
          var joined = Step.accumulate(gradient, from: source, mask: value)
          // A profile counts it where the addition stood.
          joined.label = result[index].label
          result[index] = joined
          continue
        }
      } else if case .accumulate(let gradient, _, nil) = step.work {
        lastAdditions[ObjectIdentifier(gradient)] = result.count
      }
      if let gradient = step.readsGradient { lastAdditions[gradient] = nil }
      result.append(step)
    }
    return result
  }
}
