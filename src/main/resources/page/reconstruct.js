// Hide patches, and see them painted.

import { $, announcer, sentence } from "./dom.js";
import { Latest, patiently } from "./api.js";
import { combined, decode, fromBase64, masked, show } from "./pixels.js";
import { History, PatchBoard, changed, count, preset, swapped } from "./mask.js";
import { Report } from "./report.js";

const PATH = "/v1/reconstruct";
const SEEDS = 10_000;
const FIRST = { ratio: 0.75, seed: 2 };

/** The task of the first tab. A state is what is hidden: `{ ratio, seed }`, or `{ bits, preset }`. */
export class Reconstruct {
    #desk;
    #section = $("reconstruct");
    #report = new Report(this.#section);
    #latest = new Latest((question, signal) => this.#answer(question, signal));
    #history = new History(FIRST);
    #bits = ""; // hidden now, as far as is known: which ones a seed hides, the service tells
    #subject = null; // what is on the canvases: pixels of the picture, and of its reconstruction
    #board = new PatchBoard($("painter"), (byKey) => byKey && this.#sayPlace());
    #stroke = null; // while a pointer paints: what it paints, and where it was last
    #tell = announcer("reconstruct-status");

    constructor(desk) {
        this.#desk = desk;
        this.#watchPainter();
        this.#watchControls();
        this.#watchWipe();
    }

    /** The picture, the model or the way from one to the other has changed. */
    refresh() {
        const { grid } = this.#desk.model;
        this.#board.grid = grid;
        if (this.#bits.length !== grid.rows * grid.columns) {
            this.#bits = "";
            this.#history = new History(this.#state.bits ? FIRST : this.#state);
        }
        this.#latest.abandon();
        this.#ask();
    }

    get #state() {
        return this.#history.now;
    }

    #change(state, since, merge = false) {
        this.#history.push(state, merge);
        this.#ask(since);
    }

    #ask(since = performance.now()) {
        const { picture, fit, model } = this.#desk;
        this.#showState();
        this.#showMask();
        this.#section.setAttribute("aria-busy", "true");
        this.#latest.ask({ picture, fit, model, state: this.#state, since });
    }

    async #answer({ picture, fit, model, state, since }, signal) {
        const wait = (text) => this.#notice(text);
        try {
            const seen = await picture.seen(model, fit, signal, wait);
            const query = { ...masking(state), ...model.options };
            const asked = { ...query, preset: "none", panels: "reconstruction", png: true };
            const answer = await patiently(PATH, { query: asked, body: seen.png, signal }, wait);
            const guess = await decode(fromBase64(answer.content.png));
            this.#show(seen.pixels, guess, answer.content, model);
            this.#report.answered(answer);
            this.#report.asks(PATH, { ...query, ...picture.options(fit) }, picture, "image/png");
            this.#desk.answered(picture);
            requestAnimationFrame((now) => performance.measure("update", { start: since, end: now }));
        } catch (error) {
            this.#refused(error, picture);
        }
        this.#section.setAttribute("aria-busy", String(this.#latest.superseded));
    }

    #refused(error, picture) {
        if (error.name === "AbortError") {
            throw error;
        }
        if (!this.#desk.refused(picture, error)) {
            this.#notice(sentence(error.message));
        }
    }

    #show(pixels, guess, { mask, loss }, { grid }) {
        const other = this.#subject?.pixels !== pixels;
        this.#subject = { pixels, guess, grid, mask };
        if (!this.#latest.superseded || this.#bits.length !== mask.length) {
            this.#bits = mask;
        }
        if (other) {
            show($("original"), pixels);
            show($("wiped"), pixels);
            this.#section.style.setProperty("--shape", grid.width / grid.height);
        }
        show($("reconstruction"), guess);
        this.#showPainted();
        this.#showMask();
        this.#notice("");
        const hidden = count(mask);
        $("loss").textContent = loss === null ? "–" : loss.toFixed(4);
        this.#tell(`${hidden} of ${mask.length} patches painted${loss === null ? "" : `, loss ${loss.toFixed(4)}`}`);
    }

    #showPainted() {
        const { pixels, guess, grid, mask } = this.#subject;
        show($("painted"), $("keep").checked ? combined(pixels, guess, grid, mask) : guess);
    }

    /** At once, without waiting for the model. */
    #showMask() {
        const { grid } = this.#desk.model;
        const bits = this.#state.bits ?? this.#bits;
        this.#bits = bits;
        if (this.#subject && bits.length === grid.rows * grid.columns && this.#subject.pixels.width === grid.width) {
            show($("masked"), masked(this.#subject.pixels, grid, bits));
            $("hidden-count").textContent = `${count(bits)} of ${bits.length}`;
        }
    }

    #showState() {
        const { bits, preset: name, ratio, seed } = this.#state;
        const share = bits ? count(bits) / bits.length : ratio;
        const percent = Math.round(share * 100);
        $("ratio").value = percent;
        $("ratio-shown").textContent = `${percent} %`;
        if (seed !== undefined) {
            $("seed").value = seed;
        }
        const pressed = bits ? name : "random";
        document.querySelectorAll("[data-preset]").forEach((button) =>
            button.setAttribute("aria-pressed", String(button.dataset.preset === pressed)));
        $("undo-mask").disabled = !this.#history.canUndo;
        $("redo-mask").disabled = !this.#history.canRedo;
    }

    #notice(text) {
        $("reconstruct-notice").textContent = text;
    }

    #sayPlace() {
        $("painter-at").textContent = `${this.#board.place}, ${this.#bits[this.#board.at] === "1" ? "hidden" : "visible"}`;
    }

    #watchPainter() {
        const painter = $("painter");
        painter.addEventListener("pointerdown", (event) => {
            const patch = this.#board.patch(event);
            if (event.button === 0 && this.#bits) {
                painter.setPointerCapture(event.pointerId);
                this.#stroke = { bit: this.#bits[patch] === "1" ? "0" : "1", last: event, begun: false };
                this.#paint([event], event.timeStamp);
            }
        });
        painter.addEventListener("pointermove", (event) => {
            if (this.#stroke) {
                this.#paint(event.getCoalescedEvents?.() ?? [event], event.timeStamp);
            }
        });
        for (const end of ["pointerup", "pointercancel"]) {
            painter.addEventListener(end, () => {
                this.#stroke = null;
            });
        }
        painter.addEventListener("keydown", (event) => {
            if ((event.key === " " || event.key === "Enter") && this.#bits) {
                event.preventDefault();
                const bits = changed(this.#bits, this.#board.at, this.#bits[this.#board.at] === "1" ? "0" : "1");
                this.#change({ bits }, event.timeStamp);
                this.#sayPlace();
            }
        });
    }

    /** Paints every patch between where the pointer was and where it went. */
    #paint(events, since) {
        let bits = this.#bits;
        for (const event of events) {
            const { clientX: fromX, clientY: fromY } = this.#stroke.last;
            const steps = Math.max(1, Math.ceil(Math.hypot(event.clientX - fromX, event.clientY - fromY) / 4));
            for (let i = 1; i <= steps; i++) {
                const along = (from, to) => from + ((to - from) * i) / steps;
                const place = { clientX: along(fromX, event.clientX), clientY: along(fromY, event.clientY) };
                bits = changed(bits, this.#board.patch(place), this.#stroke.bit);
            }
            this.#stroke.last = event;
        }
        if (bits !== this.#bits) {
            this.#change({ bits }, since, this.#stroke.begun);
            this.#stroke.begun = true;
        }
    }

    #watchControls() {
        const random = (since, merge) => this.#change({ ratio: $("ratio").value / 100, seed: Number($("seed").value) || 0 }, since, merge);
        let sliding = false;
        $("ratio").addEventListener("input", (event) => {
            random(event.timeStamp, sliding);
            sliding = true;
        });
        $("ratio").addEventListener("change", () => {
            sliding = false;
        });
        $("seed").addEventListener("input", (event) => $("seed").validity.valid && random(event.timeStamp));
        $("dice-seed").addEventListener("click", (event) => {
            $("seed").value = Math.floor(Math.random() * SEEDS);
            random(event.timeStamp);
        });
        document.querySelectorAll("[data-preset]").forEach((button) => button.addEventListener("click", (event) => {
            const name = button.dataset.preset;
            if (name === "random") {
                random(event.timeStamp);
            } else {
                this.#change({ bits: preset(name, this.#desk.model.grid), preset: name }, event.timeStamp);
            }
        }));
        $("invert-mask").addEventListener("click", (event) => this.#bits && this.#change({ bits: swapped(this.#bits) }, event.timeStamp));
        $("undo-mask").addEventListener("click", (event) => this.#back("undo", event.timeStamp));
        $("redo-mask").addEventListener("click", (event) => this.#back("redo", event.timeStamp));
        document.addEventListener("keydown", (event) => {
            const typing = event.target instanceof HTMLInputElement && event.target.type === "number";
            if ((event.ctrlKey || event.metaKey) && !typing && !this.#section.hidden && /^[zy]$/i.test(event.key)) {
                event.preventDefault();
                this.#back(event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo", event.timeStamp);
            }
        });
    }

    #back(way, since) {
        this.#history[way]();
        this.#ask(since);
    }

    #watchWipe() {
        $("keep").addEventListener("change", () => this.#subject && this.#showPainted());
        const frame = document.querySelector(".wipe");
        const slider = $("wipe-at");
        const wipe = (share) => {
            slider.value = share;
            frame.style.setProperty("--wipe", `${slider.value}%`);
            slider.setAttribute("aria-valuetext", `${slider.value} percent painted, ${100 - slider.value} percent original`);
        };
        const follow = (event) => {
            const box = frame.getBoundingClientRect();
            wipe(((event.clientX - box.left) / box.width) * 100);
        };
        slider.addEventListener("input", () => wipe(slider.value));
        frame.addEventListener("pointerdown", (event) => {
            frame.setPointerCapture(event.pointerId);
            follow(event);
        });
        frame.addEventListener("pointermove", (event) => frame.hasPointerCapture(event.pointerId) && follow(event));
    }
}

const masking = ({ bits, ratio, seed }) => (bits ? { mask: bits } : { ratio, seed });
