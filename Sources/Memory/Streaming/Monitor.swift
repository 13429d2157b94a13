import Glibc

/// A lock with a condition for each of two sides: readers that wait for room, and a consumer that waits for chunks.
///
/// SAFETY: the three objects are made before and destroyed after every use, never move, and lock what they guard.
final class Monitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let room = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(room, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_cond_destroy(room)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        room.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
    /// Gives the lock up until `signalRoom`, or for no reason.
    func waitForRoom() { pthread_cond_wait(room, mutex) }
    /// Gives the lock up until `signalArrival`, or for no reason.
    func waitForArrival() { pthread_cond_wait(arrival, mutex) }
    func signalRoom() { pthread_cond_broadcast(room) }
    func signalArrival() { pthread_cond_broadcast(arrival) }
}
