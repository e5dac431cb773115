internal import Layouts
internal import Matrices
internal import ParallelLoops
internal import Randomness

/// The update of all samples in one part of an epoch.
struct UMAPStep: Sendable {
  let part: Int
  let forces: UMAPForces
  /// The step length.
  let rate: Float
  let order: MortonOrder
  let anchors: AnchorForces?
  /// The seed of the negative samples of this part of this epoch.
  let key: UInt64

  /// Moves all samples.
  ///
  /// - Parameters:
  ///   - positions: The positions, in Morton order.
  ///   - moved: Gets the new positions.
  ///   - active: The edges sampled in the epoch.
  ///   - negatives: The positions of all samples in a random order.
  func move(
    _ positions: [SIMD2<Float>], to moved: inout [SIMD2<Float>], active: ActiveEdges,
    negatives: NegativeSamples
  ) {
    moved.withDisjointWrites { moved in
      parallelFor(count: active.blockCount, grain: 8) { blocks in
        var batch = ForceBatch()
        for block in blocks {
          let samples = active.samples(ofBlock: block)
          moved.withMutableSpan(samples) { moved in
            move(
              block, samples, positions.span, to: &moved, &batch, active: active,
              negatives: negatives)
          }
        }
      }
    }
  }

  private func move(
    _ block: Int, _ samples: Range<Int>, _ positions: Span<SIMD2<Float>>,
    to moved: inout MutableSpan<SIMD2<Float>>, _ batch: inout ForceBatch, active: ActiveEdges,
    negatives: NegativeSamples
  ) {
    let (asHead, asTail) = (active.asHead(block, part), active.asTail(block, part))
    let repulsionCount = asHead.count * negatives.runLength
    batch.reserve(
      attractionCapacity: asHead.count + asTail.count, repulsionCapacity: repulsionCount)
    var count = batch.gatherAttractions(
      asHead, of: active, firstSample: samples.lowerBound, at: positions, from: 0)
    count = batch.gatherAttractions(
      asTail, of: active, firstSample: samples.lowerBound, at: positions, from: count)
    // A seed per block: the numbers depend on neither the thread nor the blocks before.
    var random = RandomIndices(seed: key &+ UInt64(block) &* 0x9E37_79B9_7F4A_7C15)
    batch.gatherRepulsions(
      asHead, of: active, firstSample: samples.lowerBound, at: positions, by: negatives, &random)
    batch.compute(by: forces, attractionCount: count, repulsionCount: repulsionCount)
    add(batch, asHead, asTail, of: active, runLength: negatives.runLength, to: &moved)
    for (index, sample) in samples.enumerated() {
      moved[index] = positions[sample] + rate * moved[index]
    }
    if active.hasHub[block] {
      for (index, sample) in samples.enumerated() {
        let (asHead, asTail) = (
          active.edges(asHead, ofOwner: index), active.edges(asTail, ofOwner: index)
        )
        if asHead.count + asTail.count > ActiveEdges.greatestEdgeCount {
          moved[index] = movedHub(
            sample, asHead, asTail, positions, active: active, negatives: negatives)
        }
      }
    }
    if let anchors {
      for (index, sample) in samples.enumerated() {
        moved[index] += anchors.move(
          order.sample(at: sample), from: positions[sample], rate: rate)
      }
    }
  }

  /// Sums the forces on each sample of a block.
  @inline(__always)
  private func add(
    _ batch: ForceBatch, _ asHead: Range<Int>, _ asTail: Range<Int>, of active: ActiveEdges,
    runLength: Int, to sums: inout MutableSpan<SIMD2<Float>>
  ) {
    for index in sums.indices { sums[index] = .zero }
    let (owners, attractions, repulsions) = (
      active.owners.span, batch.attractions.span, batch.repulsions.span
    )
    let limit = UMAPForces.greatestRunMove / rate
    for (offset, edge) in asHead.enumerated() {
      var repulsion = SIMD2<Float>.zero
      for index in offset &* runLength..<(offset &+ 1) &* runLength {
        repulsion += repulsions[index]
      }
      sums[Int(owners[edge])] += attractions[offset] + repulsion.limited(to: limit)
    }
    for (offset, edge) in asTail.enumerated() {
      sums[Int(owners[edge])] += attractions[asHead.count &+ offset]
    }
  }

  /// The new position of a hub.
  ///
  /// Its forces are applied two edges at a time, with the repulsions that belong to them, the later
  /// ones from where the earlier ones led, so that their sum does not overshoot.
  private func movedHub(
    _ sample: Int, _ asHead: Range<Int>, _ asTail: Range<Int>, _ positions: Span<SIMD2<Float>>,
    active: ActiveEdges, negatives: NegativeSamples
  ) -> SIMD2<Float> {
    var position = positions[sample]
    var random = RandomIndices(seed: key &- UInt64(sample) &* 0x9E37_79B9_7F4A_7C15)
    var batch = ForceBatch(attractionCapacity: 2, repulsionCapacity: 2 * negatives.runLength)
    for (edges, runLength) in [(asHead, negatives.runLength), (asTail, 0)] {
      for first in stride(from: edges.lowerBound, to: edges.upperBound, by: 2) {
        let pair = first..<min(first + 2, edges.upperBound)
        for (index, edge) in pair.enumerated() {
          batch.setAttraction(index, position - positions[Int(active.others[edge])])
          let run = random.next(below: negatives.sampleCount)
          for offset in 0..<runLength {
            batch.setRepulsion(
              index * runLength + offset, position - negatives.positions[run + offset])
          }
        }
        let repulsionCount = pair.count * runLength
        batch.compute(by: forces, attractionCount: pair.count, repulsionCount: repulsionCount)
        position +=
          rate
          * batch.sum(
            attractionCount: pair.count, runCount: pair.count, runLength: runLength,
            limit: UMAPForces.greatestRunMove / rate)
      }
    }
    return position
  }
}

/// The forces of anchors.
struct AnchorForces: Sendable {
  private let targets: [SIMD2<Float>]
  /// The fraction of the way to the target that a part of an epoch covers at step length 1.
  private let fraction: Float

  init(_ anchors: LayoutAnchors) {
    targets = anchors.targets.points
    // Beyond 1 a sample would overshoot its target.
    fraction = min(anchors.strength, 1) / Float(EdgeSchedule.partCount)
  }

  /// The displacement of a sample, at most all the way to its target; none if it is free.
  @inline(__always)
  func move(_ sample: Int, from position: SIMD2<Float>, rate: Float) -> SIMD2<Float> {
    let way = targets[sample] - position
    guard way.x.isFinite && way.y.isFinite else { return .zero }
    return way * min(rate * fraction, 1)
  }
}
