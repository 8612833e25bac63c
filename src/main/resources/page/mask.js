// Which patches are hidden: presets, what was before, and a grid of patches that pointer and keys move on.

import { element } from "./dom.js";

/** Masks that need no model, as a character for each patch, 1 where hidden. */
const PRESETS = {
    left: (row, column, { columns }) => column < columns / 2,
    centre: (row, column, { rows, columns }) => inMiddle(row, rows) && inMiddle(column, columns),
    checkerboard: (row, column) => (row + column) % 2 === 0,
    grid: (row, column) => row % 2 === 1 || column % 2 === 1,
};

const inMiddle = (at, count) => at >= Math.floor(count / 4) && at < count - Math.floor(count / 4);

export function preset(name, grid) {
    return Array.from({ length: grid.rows * grid.columns }, (_, i) =>
        PRESETS[name](Math.floor(i / grid.columns), i % grid.columns, grid) ? "1" : "0").join("");
}

export const count = (bits) => bits.split("1").length - 1;

export const swapped = (bits) => bits.replace(/./g, (bit) => (bit === "1" ? "0" : "1"));

export const changed = (bits, patch, bit) => bits.slice(0, patch) + bit + bits.slice(patch + 1);

/** States that can be gone back to. */
export class History {
    #states;
    #at = 0;

    constructor(first) {
        this.#states = [first];
    }

    get now() {
        return this.#states[this.#at];
    }

    get canUndo() {
        return this.#at > 0;
    }

    get canRedo() {
        return this.#at < this.#states.length - 1;
    }

    /** @param merge whether this goes on with the last change, such as one stroke of a brush */
    push(state, merge = false) {
        this.#states.length = this.#at + 1;
        if (merge && this.canUndo) {
            this.#states[this.#at] = state;
        } else {
            this.#at = this.#states.push(state) - 1;
        }
    }

    undo() {
        this.#at -= this.canUndo ? 1 : 0;
    }

    redo() {
        this.#at += this.canRedo ? 1 : 0;
    }
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** An element as a grid of patches with a cursor, which pointer and arrow keys move. */
export class PatchBoard {
    #element;
    #cursor = element("div", { class: "cursor" });
    #grid = { rows: 1, columns: 1 };
    at = 0;

    /** @param moved told of every move whether a key made it */
    constructor(board, moved) {
        this.#element = board;
        board.append(this.#cursor);
        board.addEventListener("keydown", (event) => {
            const step = STEPS[event.key];
            if (step) {
                event.preventDefault();
                this.move(this.#stepped(step));
                moved(true);
            }
        });
        board.addEventListener("pointermove", (event) => {
            this.move(this.patch(event));
            moved(false);
        });
    }

    set grid(grid) {
        this.#grid = grid;
        const frame = this.#element.closest(".frame").style;
        frame.setProperty("--columns", grid.columns);
        frame.setProperty("--rows", grid.rows);
        this.move(Math.min(this.at, grid.rows * grid.columns - 1));
    }

    /** Where it is, for people. */
    get place() {
        return `row ${Math.floor(this.at / this.#grid.columns) + 1}, column ${(this.at % this.#grid.columns) + 1}`;
    }

    move(patch) {
        this.at = patch;
        this.#cursor.style.setProperty("--row", Math.floor(patch / this.#grid.columns));
        this.#cursor.style.setProperty("--column", patch % this.#grid.columns);
    }

    /** The patch under a pointer, the nearest where it is outside. */
    patch({ clientX, clientY }) {
        const box = this.#element.getBoundingClientRect();
        const along = (place, from, size, parts) => Math.min(Math.max(Math.floor(((place - from) / size) * parts), 0), parts - 1);
        const { rows, columns } = this.#grid;
        return along(clientY, box.top, box.height, rows) * columns + along(clientX, box.left, box.width, columns);
    }

    #stepped([down, right]) {
        const { rows, columns } = this.#grid;
        const row = Math.min(Math.max(Math.floor(this.at / columns) + down, 0), rows - 1);
        const column = Math.min(Math.max((this.at % columns) + right, 0), columns - 1);
        return row * columns + column;
    }
}
