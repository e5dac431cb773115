import FoundationEssentials

/// The number of processors that this process may run on: what a cluster's scheduler or `taskset`
/// left to it, not what the machine has.
func availableProcessorCount() -> Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
