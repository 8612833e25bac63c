package dev.unmask;

/// The noise of a seed: `torch.manual_seed(seed); torch.rand(n)` on a CPU, bit for bit.
///
/// PyTorch's CPU generator is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), initialised with the low 32
/// bits of the seed; a float32 in [0, 1) is the low 24 bits of one output times 2^-24.
public final class Noise {

    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int next = N;

    private Noise(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            int previous = state[i - 1];
            state[i] = 1812433253 * (previous ^ (previous >>> 30)) + i;
        }
    }

    /// The first `n` draws of `seed`. Only its low 32 bits count, as in PyTorch.
    public static float[] of(long seed, int n) {
        Noise noise = new Noise(seed);
        float[] draws = new float[n];
        for (int i = 0; i < n; i++) {
            draws[i] = (noise.output() & 0xFFFFFF) * 0x1p-24f;
        }
        return draws;
    }

    private int output() {
        if (next == N) {
            twist();
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF);
            state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
    }
}
