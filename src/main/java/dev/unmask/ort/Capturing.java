package dev.unmask.ort;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// While one thread captures a CUDA graph, no other in the process may allocate memory of a card, which loading a
/// graph does and any run may; else both fail.
final class Capturing {

    private static final ReadWriteLock WORK = new ReentrantReadWriteLock(); // write: a capture

    private Capturing() {}

    /// Works on a device while nobody captures.
    static <T> T apart(Device device, Supplier<T> work) {
        if (device instanceof Device.Cpu) {
            return work.get();
        }
        Lock lock = WORK.readLock();
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /// Whether somebody works, so that a capture would have to wait.
    static boolean wouldWait() {
        Lock lock = WORK.writeLock();
        if (lock.tryLock()) {
            lock.unlock();
            return false;
        }
        return true;
    }

    /// Held by who captures. He must not hold it for work.
    static Lock lock() {
        return WORK.writeLock();
    }
}
