internal import Glibc

/// How many steps an image gets, and how large they are: a linear warm-up, steps of full size until
/// they gain nothing more, and half a cosine down to 0.
///
/// The first views of an image say little about what it will become, and Adam's first steps are as
/// large as any: large steps leave noise that nothing takes away. The last ones average over many views
/// only where they are small. The middle, at one rate, may end at any time, which a schedule that falls
/// from the start may not (Hu et al., "MiniCPM", COLM 2024, section 4: warm-up, stable, decay).
public struct StepSchedule: Sendable, Equatable {
  /// The most steps that an image gets.
  public var maximumStepCount: Int
  /// The fraction of the most steps, the first ones, over which the size rises from 0, from 0 to 1.
  public var warmup: Float
  /// The fraction of an image's steps, its last ones, over which the size falls to 0, from 0 to 1.
  public var cooldown: Float
  /// The least gain of fidelity that is worth going on for, from one quarter of the steps so far to the
  /// half that follows it; 0 gives all images the most steps.
  ///
  /// The fidelity of a step is that of views that no step has seen before, so its mean over many steps
  /// is an estimate that knows nothing of what was optimized. Objectives without a fidelity are held
  /// to the gain relative to their value.
  public var minimumGain: Float

  /// Makes a schedule; by default all steps have full size.
  public init(
    maximumStepCount: Int, warmup: Float = 0, cooldown: Float = 0, minimumGain: Float = 0
  ) {
    precondition(
      maximumStepCount >= 0 && (0...1).contains(warmup) && (0...1).contains(cooldown)
        && minimumGain >= 0,
      "no schedule of \(maximumStepCount) steps, \(warmup), \(cooldown), \(minimumGain)")
    self.maximumStepCount = maximumStepCount
    self.warmup = warmup
    self.cooldown = cooldown
    self.minimumGain = minimumGain
  }

  /// The factor of a step's size.
  ///
  /// - Parameters:
  ///   - step: Its number, from 0.
  ///   - count: The number of steps in all.
  /// - Returns: Above 0 and at most 1.
  public func factor(at step: Int, of count: Int) -> Float {
    let rise = min(1, Float(step + 1) / max(1, warmup * Float(maximumStepCount)))
    let left = Float(count - step) / Float(max(count, 1))
    let fall = cooldown > 0 ? min(1, left / cooldown) : 1
    return rise * (1 - cos(.pi * fall)) / 2
  }
}

/// Where an image stands in its schedule.
///
/// An image that settles where its fidelity is poor begins again from another start, a few times at
/// most; then the best of them goes on. Some starts are stuck, and no number of steps moves them.
struct StepCourse {
  /// What an image has come to after a step.
  enum Outcome {
    /// It is on its way.
    case goesOn
    /// It has settled, and its fidelity, the mean over views of late, is poor.
    case isStuck(fidelity: Double)
  }

  private let schedule: StepSchedule
  /// The steps that are done, those of former starts among them.
  private(set) var stepCount = 0
  /// The starts so far, but for the first.
  private(set) var restartCount = 0
  /// The step at which the present start began.
  private var first = 0
  /// The steps in all, as far as is known.
  private var end: Int
  /// Whether it is known.
  private var hasSettled = false
  /// Sums over the scores of the present start's first 0, 1, 2 … steps.
  private var sums = [0.0]

  /// Steps between two looks at the gain.
  private static let interval = 8
  /// The fraction of the most steps before which nobody looks: what a few views say is noise, and the
  /// cooldown, which is as long as all before it at the default, must be long enough to be of use.
  private static let firstLook = 1.0 / 6
  /// The fidelity below which a start is given up.
  private static let poorFidelity = 0.3
  /// How often an image begins again.
  private static let mostRestarts = 2

  init(_ schedule: StepSchedule) {
    self.schedule = schedule
    end = schedule.maximumStepCount
  }

  var isOver: Bool { stepCount >= end }

  /// The steps of the present start.
  var ownStepCount: Int { stepCount - first }

  /// The factor of the next step's size.
  var factor: Float { schedule.factor(at: ownStepCount, of: end - first) }

  /// Counts a step, and begins the cooldown when the last ones gained too little.
  mutating func finishStep(_ report: ObjectiveReport) -> Outcome {
    stepCount += 1
    guard schedule.minimumGain > 0, !hasSettled else { return .goesOn }
    let own = ownStepCount
    sums.append(sums[own - 1] + Double(report.fidelity ?? report.value))
    guard own % Self.interval == 0,
      Double(own) >= Self.firstLook * Double(schedule.maximumStepCount)
    else { return .goesOn }
    let score = mean(own / 2..<own)
    // What excites nothing yet has not settled.
    guard score != 0 else { return .goesOn }
    var gain = score - mean(own / 4..<own / 2)
    if report.fidelity == nil { gain /= abs(score) }
    guard gain < Double(schedule.minimumGain) else { return .goesOn }
    if report.fidelity != nil, score < Self.poorFidelity { return .isStuck(fidelity: score) }
    coolDown()
    return .goesOn
  }

  /// Whether there are steps enough for another start.
  var canRestart: Bool {
    let least = 2 * Self.firstLook * Double(schedule.maximumStepCount)
    return restartCount < Self.mostRestarts
      && Double(schedule.maximumStepCount - stepCount) >= least
  }

  /// Begins again.
  mutating func restart() {
    restartCount += 1
    first = stepCount
    sums = [0]
  }

  /// Goes on from a start of some steps, the present one or a former one, and cools it down.
  mutating func coolDown(ownStepCount: Int) {
    first = stepCount - ownStepCount
    coolDown()
  }

  private mutating func coolDown() {
    let count = Double(ownStepCount) / max(1 - Double(schedule.cooldown), 1e-3)
    end = min(end, first + Int(count.rounded(.up)))
    hasSettled = true
  }

  private func mean(_ steps: Range<Int>) -> Double {
    (sums[steps.upperBound] - sums[steps.lowerBound]) / Double(steps.count)
  }
}
