internal import OneDNN

/// What a gradient does where the derivative is a choice: values given when a network is compiled.
///
/// The rules are the network's, not a call's: masks and workspaces are chosen when it is compiled.
/// With both rules exact, `pullback` and `pushforward` are the derivative. Other rules change what is
/// carried back, never what is computed forward.
public struct BackwardRules: Hashable, Sendable {
  /// At ReLUs.
  public var relu = ReLURule.exact
  /// At max pools.
  public var maxPool = MaxPoolRule.exact

  /// Makes rules, the exact ones by default.
  public init(relu: ReLURule = .exact, maxPool: MaxPoolRule = .exact) {
    self.relu = relu
    self.maxPool = maxPool
  }

  /// The derivative.
  public static let exact = BackwardRules()
}

/// What a gradient R does at a ReLU y = max(x, 0); other functions keep their derivative.
public enum ReLURule: String, CaseIterable, Hashable, Sendable {
  /// R where x > 0: the derivative.
  case exact
  /// R where R > 0 (Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks",
  /// section 2.1). Not linear in R: it has no pushforward.
  case deconvnet
  /// R where x > 0 and R > 0 (Springenberg et al. 2015, "Striving for simplicity", section 3.4). Not
  /// linear in R: it has no pushforward.
  case guided
  /// The derivative, unless it vanishes from the whole of an image; then R where R > 0 (lucid,
  /// `misc/redirected_relu_grad.py`).
  ///
  /// For optimizing an image that excites nothing yet: its derivative is 0, and would stay 0. Not
  /// linear in R: it has no pushforward. In single precision only.
  case redirected

  /// The steps that apply the rule to a gradient in place.
  ///
  /// - Parameters:
  ///   - gradient: The gradient with respect to the function's result.
  ///   - function: A ReLU, or a clip from 0 on, which keeps its derivative.
  ///   - value: The function's result.
  /// - Returns: The steps, in order.
  func mask(
    _ gradient: TensorMemory, _ function: UnaryFunction, by value: TensorMemory
  ) -> [Step] {
    // DeconvNet and guided backpropagation are defined for ReLUs; ReLU6 keeps its derivative.
    if case .clip(_, let upper) = function {
      return [
        .kernel(
          self == .redirected
            ? RedirectingKernel(gradient, by: value, upper: upper)
            : ClipMaskKernel(gradient, by: value, upper: upper))
      ]
    }
    return switch self {
    case .exact: [.mask(gradient, by: value)]
    case .deconvnet: [.rectify(gradient, from: gradient)]
    case .guided: [.mask(gradient, by: value), .rectify(gradient, from: gradient)]
    case .redirected: [.kernel(RedirectingKernel(gradient, by: value, upper: .infinity))]
    }
  }
}

/// What a gradient does at a max pool: exact, or as if the pool were a smoother one.
///
/// Attribution through a max pool is noisy, since all of a gradient goes to one element that a small
/// change could make another. Carter et al. ("Activation Atlas", Distill 2019) therefore carry it
/// through "a continuous relaxation"; three are in use.
public enum MaxPoolRule: String, CaseIterable, Hashable, Sendable {
  /// To the maximum, the first of equals.
  case exact
  /// As an average pool of the same windows, padding not counted (lucid,
  /// `overrides/smoothed_maxpool_grad.py`, "avg").
  case average
  /// As an average pool that counts padding as zeros (captum, `MaxPool2dRelaxed`, by PyTorch's
  /// `AvgPool2d`).
  case averageCountingPadding = "average-padded"
  /// As avg(x²) / (0.01 + avg(|x|)), padding not counted: close to the maximum where one element
  /// stands out, and smooth (Olah et al., "The Building Blocks of Interpretability", Distill 2018,
  /// notebook AttrSpatial; lucid, "L2").
  case l2 = "l2"
}

/// Clears a gradient where a value lies at the ends of a clip, 0 and `upper`: the clip's derivative, by
/// its result alone, in place.
final class ClipMaskKernel: Kernel {
  let name = "loop"
  private let gradient, value: TensorMemory
  private let upper: Float

  init(_ gradient: TensorMemory, by value: TensorMemory, upper: Float) {
    self.gradient = gradient
    self.value = value
    self.upper = upper
  }

  func run() { gradient.mask(wherePositive: value, andLessThan: upper) }
}

/// Carries a gradient back through a ReLU, or a clip from 0 on, as `ReLURule.redirected` says, in place.
final class RedirectingKernel: Kernel {
  let name = "loop"
  private let gradient, value: TensorMemory
  private let upper: Float

  init(_ gradient: TensorMemory, by value: TensorMemory, upper: Float) {
    self.gradient = gradient
    self.value = value
    self.upper = upper
  }

  func run() {
    gradient.redirect(by: value, upper: upper, itemCount: gradient.descriptor.outermostSize)
  }
}
