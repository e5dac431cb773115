import FeatureVisualization
import ModelFormats
import Models
import TestSupport
import TestTags
import Testing

/// How many steps an icon gets, and how large they are.
@Suite(.tags(.quick), .serialized) final class StepScheduleTests {
  private static let layer = "mixed/output"
  private let folder: TemporaryFolder
  private let network: TrainedNetwork

  init() throws {
    folder = try TemporaryFolder()
    network = try TrainedNetwork.load(path: InceptionModel.write(to: folder))
  }

  @Test("a schedule rises, stays, and falls to nearly nothing")
  func factors() {
    let schedule = StepSchedule(maximumStepCount: 200, warmup: 0.05, cooldown: 0.5)
    let factors = (0..<100).map { schedule.factor(at: $0, of: 100) }
    #expect(abs(factors[0] - 0.1) < 1e-6 && abs(factors[4] - 0.5) < 1e-6)
    #expect(factors[9...49].allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(abs(factors[75] - 0.5) < 1e-6)
    #expect(factors[99] > 0 && factors[99] < 0.001)
    #expect(zip(factors[50...], factors[51...]).allSatisfy { $0 > $1 })
    let constant = StepSchedule(maximumStepCount: 7)
    #expect((0..<7).allSatisfy { constant.factor(at: $0, of: 7) == 1 })
    #expect(StepSchedule(maximumStepCount: 1, warmup: 1, cooldown: 1).factor(at: 0, of: 1) == 1)
  }

  private func icons(
    _ schedule: StepSchedule, _ indices: Range<Int>, _ make: (Int) -> Objective
  ) throws -> [Icon] {
    var parameters = IconParameters()
    parameters.sidePixels = 32
    parameters.schedule = schedule
    return try IconRenderer(network: network, tensors: [Self.layer], parameters: parameters)
      .render(indices.map { IconTarget(index: $0, objective: make($0)) })
  }

  private func direction(_ index: Int) -> Objective {
    .direction(randomValues(InceptionModel.channelCount, item: index), of: Self.layer)
  }

  @Test("without a least gain every icon gets all steps; with one, as many as it needs")
  func settling() throws {
    var schedule = StepSchedule(maximumStepCount: 96, warmup: 0.05, cooldown: 0.5)
    let whole = try icons(schedule, 0..<15, direction)
    #expect(whole.allSatisfy { $0.stepCount == 96 })
    schedule.minimumGain = 0.01
    let settled = try icons(schedule, 0..<15, direction)
    // Looked at from step 16 on; as many steps again follow.
    #expect(settled.allSatisfy { (32...96).contains($0.stepCount) && $0.stepCount % 16 == 0 })
    // An endless hunger for gain ends every icon at the first look.
    schedule.minimumGain = 1
    let short = try icons(schedule, 0..<15, direction)
    #expect(short.allSatisfy { $0.stepCount == 32 })
    #expect(settled.contains { $0.stepCount < 96 } && settled.contains { $0.stepCount > 32 })
    func mean(_ icons: [Icon]) -> Float {
      icons.reduce(0) { $0 + ($1.fidelity ?? 0) / Float(icons.count) }
    }
    #expect(mean(short) < mean(settled) + 0.01 && mean(settled) <= mean(whole) + 0.01)
  }

  @Test("icons that end apart are the same alone as beside others")
  func refilledSlots() throws {
    let schedule = StepSchedule(
      maximumStepCount: 96, warmup: 0.05, cooldown: 0.5, minimumGain: 0.05)
    let all = try icons(schedule, 0..<15, direction)
    #expect(Set(all.map(\.stepCount)).count > 1, "all icons end together: the test shows nothing")
    for index in all.indices {
      let alone = try icons(schedule, index..<index + 1, direction)[0]
      #expect(alone.pixels == all[index].pixels && alone.stepCount == all[index].stepCount)
      #expect(alone.transformedFidelity == all[index].transformedFidelity)
    }
  }

  @Test("what is stuck begins again twice, and goes on from the best start")
  func stuck() throws {
    // Behind a ReLU nothing points this way: every start settles at a fidelity below 0.
    let away = Objective.direction(
      [Float](repeating: -1, count: InceptionModel.channelCount), of: Self.layer)
    var schedule = StepSchedule(maximumStepCount: 96, warmup: 0.05, cooldown: 0.5)
    schedule.minimumGain = 1
    let icons = try icons(schedule, 0..<6) { $0 == 2 ? self.direction(2) : away }
    // Looks at steps 16, 32 and 48; the best start's 16 steps and 16 more.
    for (index, icon) in icons.enumerated() {
      #expect(icon.stepCount == (index == 2 ? 32 : 64))
      #expect(try #require(icon.fidelity) < 0 || index == 2)
    }
    let alone = try self.icons(schedule, 3..<4) { _ in away }[0]
    #expect(alone.pixels == icons[3].pixels && alone.stepCount == 64)
    // Too few steps for another start: the only one goes on.
    schedule.maximumStepCount = 12
    #expect(try self.icons(schedule, 0..<1) { _ in away }[0].stepCount <= 12)
  }

  @Test("an objective without a fidelity settles by its relative gain")
  func relativeGain() throws {
    let schedule = StepSchedule(maximumStepCount: 96, cooldown: 0.5, minimumGain: 0.5)
    for scale in [Float(1), 1000] {
      let some = try icons(schedule, 0..<4) {
        scale * .channel($0, of: Self.layer)
      }
      let same = try icons(schedule, 0..<4) { .channel($0, of: Self.layer) }
      #expect(some.map(\.stepCount) == same.map(\.stepCount))
    }
  }

  @Test("an icon is the same, up to rounding, where only the cone of the center is computed")
  func cone() throws {
    var parameters = IconParameters()
    parameters.sidePixels = 48
    parameters.schedule = StepSchedule(maximumStepCount: 3)
    let targets = (0..<3).map { IconTarget(index: $0, objective: direction($0)) }
    let renders = try [false, true].map { looksAtCenter in
      try IconRenderer(
        network: network, tensors: [Self.layer], parameters: parameters,
        looksAtCenter: looksAtCenter
      ).render(targets)
    }
    for (whole, part) in zip(renders[0], renders[1]) {
      #expect(zip(whole.pixels, part.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      #expect(abs(try #require(whole.fidelity) - (part.fidelity ?? 0)) < 1e-3)
    }
  }
}
