public import Tensors
public import Neighbors
public func trustworthiness(of: Matrix, for: Matrix, neighborCount: Int, metric: Metric, sampleCount: Int, seed: UInt64) -> Float { 0 }
public func keptNeighborShare(of: Matrix, for: Matrix, neighborCount: Int, metric: Metric, sampleCount: Int, seed: UInt64) -> Float { 0 }
