internal import OneDNN

/// One thing to do when a compiled network runs, and for which node.
struct Step {
  let work: Work
  var label = Label()
  /// The gradient that the step copies for the caller, before its producer may change it.
  var readsGradient: ObjectIdentifier?

  init(_ work: Work) { self.work = work }

  /// What a profile says about a step.
  struct Label {
    var node = ""
    var operation = ""
    var shape = ""
    var phase = ProfileEntry.Phase.forward
    /// Two for each multiply-add of a convolution or matrix product, else 0.
    var operationCount = 0
  }

  /// What is done.
  enum Work {
    /// A oneDNN primitive.
    case run(BoundPrimitive)
    /// target ← max(source, 0).
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
}

/// A loop of the project's own over tensors that it holds.
protocol Kernel: AnyObject {
  /// For a profile.
  var name: String { get }
  func run() throws
}
