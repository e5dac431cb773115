internal import COneDNN

/// Makes oneDNN work on the calling thread alone from here on.
///
/// The project is parallel on the outside, over batches and blocks, so that a result never depends on
/// how a library splits a loop. OpenMP keeps this setting for each thread; setting it again costs
/// nothing.
public func keepOneDNNOnThisThread() { omp_set_num_threads(1) }
