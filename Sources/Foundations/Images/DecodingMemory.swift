internal import Glibc

/// The memory that all images of this process take together while they are decoded and resized.
///
/// Ordinary photographs never wait. Of images of hundreds of megabytes only so many are decoded at a
/// time as fit, whatever the number of threads; one that does not fit is decoded alone.
final class DecodingMemory: @unchecked Sendable {
  /// That of this process: a gibibyte.
  static let shared = DecodingMemory(byteCount: 1 << 30)

  private let byteCount: Int
  private var reserved = 0
  // Neither moves while it lives, as POSIX demands.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Memory of a size.
  init(byteCount: Int) {
    self.byteCount = byteCount
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Waits until some bytes are free, and holds them.
  func reserve(_ count: Int) {
    pthread_mutex_lock(mutex)
    while reserved > 0 && reserved + count > byteCount { pthread_cond_wait(condition, mutex) }
    reserved += count
    pthread_mutex_unlock(mutex)
  }

  /// Gives bytes back.
  func release(_ count: Int) {
    pthread_mutex_lock(mutex)
    reserved -= count
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}
