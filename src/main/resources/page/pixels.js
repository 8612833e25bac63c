// Pictures as numbers: exactly those that the service told.

const GREY = 0xa6; // of hidden patches, as the service draws them

/** The pixels of a PNG file, as they are: no profile applied, nothing premultiplied. */
export async function decode(png) {
    const bitmap = await createImageBitmap(png, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
}

export const fromBase64 = (text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], { type: "image/png" });

export function show(canvas, pixels) {
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
        canvas.width = pixels.width;
        canvas.height = pixels.height;
    }
    canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** A copy of `pixels` whose patches are filled by `fill(words, from, to, row of pixels)` where `bits` has a `wanted`. */
function overlaid(pixels, grid, bits, wanted, fill) {
    const made = new ImageData(new Uint8ClampedArray(pixels.data), pixels.width, pixels.height);
    const words = new Uint32Array(made.data.buffer);
    for (let y = 0; y < pixels.height; y++) {
        const row = Math.floor(y / grid.patch) * grid.columns;
        for (let column = 0; column < grid.columns; column++) {
            if (bits[row + column] === wanted) {
                const from = y * pixels.width + column * grid.patch;
                fill(words, from, from + grid.patch);
            }
        }
    }
    return made;
}

/** What the model sees: the picture with its hidden patches grey. */
export function masked(original, grid, bits) {
    const grey = new Uint32Array(new Uint8Array([GREY, GREY, GREY, 255]).buffer)[0];
    return overlaid(original, grid, bits, "1", (words, from, to) => words.fill(grey, from, to));
}

/** The visible patches of the original among the hidden ones of a reconstruction. */
export function combined(original, guess, grid, bits) {
    const visible = new Uint32Array(original.data.buffer);
    return overlaid(guess, grid, bits, "0", (words, from, to) => words.set(visible.subarray(from, to), from));
}

// The service's own scale: lightness grows evenly (OKLab 0.20 to 0.95) from violet over red to yellow.
const COLORS = [
    0x190340, 0x2c0650, 0x42085b, 0x590c63, 0x721067, 0x8b1466, 0xa51962, 0xbd2359, 0xd1364d, 0xe24b3e, 0xf16029, 0xf67d27,
    0xf9972f, 0xfab045, 0xfbc75a, 0xfcdd6e, 0xfef474,
];

/** The colour of a share of the scale, as [red, green, blue]. */
export function color(share) {
    const place = Math.min(Math.max(share, 0), 1) * (COLORS.length - 1);
    const below = Math.min(Math.floor(place), COLORS.length - 2);
    return [16, 8, 0].map((shift) => {
        const from = (COLORS[below] >> shift) & 0xff;
        return Math.round(from + (((COLORS[below + 1] >> shift) & 0xff) - from) * (place - below));
    });
}

/** Errors of patches as a picture of heat, interpolated between the middles of the patches. */
export function heat(errors, grid, end) {
    const { width, height, patch, rows, columns } = grid;
    const made = new ImageData(width, height);
    for (let y = 0; y < height; y++) {
        const [above, under, down] = between((y + 0.5) / patch - 0.5, rows);
        for (let x = 0; x < width; x++) {
            const [left, right, along] = between((x + 0.5) / patch - 0.5, columns);
            const at = (row) => errors[row * columns + left] * (1 - along) + errors[row * columns + right] * along;
            made.data.set(color((at(above) * (1 - down) + at(under) * down) / end), (y * width + x) * 4);
            made.data[(y * width + x) * 4 + 3] = 255;
        }
    }
    return made;
}

function between(place, count) {
    const clamped = Math.min(Math.max(place, 0), count - 1);
    const below = Math.min(Math.floor(clamped), count - 2);
    return count === 1 ? [0, 0, 0] : [below, below + 1, clamped - below];
}
