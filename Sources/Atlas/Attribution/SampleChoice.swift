internal import Randomness

/// Some samples of each cell, chosen at random: enough to know a cell's mean effect, where those of all
/// samples would take days.
public enum SampleChoice {
  /// Chooses samples of cells.
  ///
  /// Every sample has a random number that belongs to the seed and the sample alone, and a cell gets
  /// those with the smallest: so a choice does not depend on the order of samples, grids share theirs,
  /// and a larger number per cell keeps what a smaller one chose.
  ///
  /// - Parameters:
  ///   - cells: For each of several grids the cell of each sample, below 0 for none.
  ///   - count: How many of a cell are wanted; a cell with fewer gives all of its samples.
  ///   - images: The image of each sample.
  ///   - perImage: As many samples of an image cost no more than one: where some are chosen, further
  ///     ones of the image that lie in cells fill up to a multiple of it.
  ///   - seed: The run's seed.
  /// - Returns: The samples that some grid chose, in ascending order.
  /// - Complexity: O(g n log n) for g grids and n samples.
  public static func samples(
    of cells: [[Int32]], count: Int, images: [Int32], perImage: Int = 1, seed: UInt64
  ) -> [Int] {
    let sampleCount = images.count
    precondition(
      cells.allSatisfy { $0.count == sampleCount } && perImage > 0,
      "\(cells.map(\.count)) cells of \(sampleCount) samples, \(perImage) an image")
    let order = (0..<sampleCount).map { sample in
      var stream = RandomStream(seed: seed, purpose: .attribution, item: sample)
      return (key: stream.nextBits64(), sample: sample)
    }.sorted { ($0.key, $0.sample) < ($1.key, $1.sample) }.map(\.sample)
    var isChosen = [Bool](repeating: false, count: sampleCount)
    for cellOfSample in cells {
      var chosenCounts = [Int](repeating: 0, count: Int((cellOfSample.max() ?? -1) + 1))
      for sample in order where cellOfSample[sample] >= 0 {
        let cell = Int(cellOfSample[sample])
        if chosenCounts[cell] < count {
          chosenCounts[cell] += 1
          isChosen[sample] = true
        }
      }
    }
    var missing: [Int32: Int] = [:]
    for sample in 0..<sampleCount where isChosen[sample] {
      missing[images[sample], default: 0] += 1
    }
    missing = missing.mapValues { (perImage - $0 % perImage) % perImage }
    for sample in order where !isChosen[sample] && missing[images[sample], default: 0] > 0 {
      guard cells.contains(where: { $0[sample] >= 0 }) else { continue }
      missing[images[sample], default: 0] -= 1
      isChosen[sample] = true
    }
    return (0..<sampleCount).filter { isChosen[$0] }
  }
}
