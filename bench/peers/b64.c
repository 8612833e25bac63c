// The five functions of libb64 that perf_analyzer is linked with, so that it runs where libb64 is not installed: base64 of a stream in
// blocks. Its callers own the states, so they have libb64's layout.

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// How many bits of a group wait in `rest` for the next byte: none, 2 or 4.
typedef struct {
    int waiting;
    char rest;
    int unused;
} encodestate;

// How many bits of a byte wait in `rest` for the next character: none, 6, 4 or 2.
typedef struct {
    int waiting;
    char rest;
} decodestate;

void base64_init_encodestate(encodestate *state) {
    *state = (encodestate){0};
}

int base64_encode_block(const char *plain, int length, char *code, encodestate *state) {
    char *out = code;
    unsigned rest = (unsigned char)state->rest;
    for (int i = 0; i < length; i++) {
        rest = rest << 8 | (unsigned char)plain[i];
        state->waiting += 8;
        while (state->waiting >= 6) {
            state->waiting -= 6;
            *out++ = ALPHABET[rest >> state->waiting & 63];
        }
        rest &= (1u << state->waiting) - 1;
    }
    state->rest = (char)rest;
    return (int)(out - code);
}

int base64_encode_blockend(char *code, encodestate *state) {
    if (state->waiting == 0) {
        return 0;
    }
    char *out = code;
    *out++ = ALPHABET[(unsigned char)state->rest << (6 - state->waiting) & 63];
    for (int bits = state->waiting; bits < 6; bits += 2) {
        *out++ = '=';
    }
    return (int)(out - code);
}

void base64_init_decodestate(decodestate *state) {
    *state = (decodestate){0};
}

static int value(char character) {
    for (int i = 0; i < 64; i++) {
        if (ALPHABET[i] == character) {
            return i;
        }
    }
    return -1;
}

int base64_decode_block(const char *code, int length, char *plain, decodestate *state) {
    char *out = plain;
    unsigned rest = (unsigned char)state->rest;
    for (int i = 0; i < length; i++) {
        int bits = value(code[i]);
        if (bits < 0) {
            continue; // line ends and padding
        }
        rest = rest << 6 | (unsigned)bits;
        state->waiting += 6;
        if (state->waiting >= 8) {
            state->waiting -= 8;
            *out++ = (char)(rest >> state->waiting);
        }
        rest &= (1u << state->waiting) - 1;
    }
    state->rest = (char)rest;
    return (int)(out - plain);
}
