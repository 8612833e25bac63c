// What is odd in a picture, and where.

import { $, announcer, element, sentence } from "./dom.js";
import { Latest, patiently } from "./api.js";
import { color, heat, show } from "./pixels.js";
import { PatchBoard } from "./mask.js";
import { Report } from "./report.js";

const PATH = "/v1/anomaly";
const ORDINARY = 1; // the error of a guess that knows nothing but the mean, where the service's scale ends too
const ODDEST = 6;

/** The task of the second tab. */
export class Anomaly {
    #desk;
    #section = $("anomaly");
    #report = new Report(this.#section);
    #latest = new Latest((question, signal) => this.#answer(question, signal));
    #board = new PatchBoard($("prober"), (byKey) => this.#probe(byKey));
    #map = null;
    #tell = announcer("anomaly-status");

    constructor(desk) {
        this.#desk = desk;
        const opacity = () => {
            $("opacity-shown").textContent = `${$("opacity").value} %`;
            document.querySelector(".heat").style.setProperty("--opacity", $("opacity").value / 100);
        };
        $("opacity").addEventListener("input", opacity);
        opacity();
        for (const id of ["groups", "rounds"]) {
            $(id).addEventListener("input", () => {
                $(`${id}-shown`).textContent = $(id).value;
                this.#ask();
            });
        }
        const scale = new ImageData($("scale").width, 1);
        for (let x = 0; x < scale.width; x++) {
            scale.data.set([...color(x / (scale.width - 1)), 255], x * 4);
        }
        show($("scale"), scale);
    }

    refresh() {
        this.#board.grid = this.#desk.model.grid;
        this.#latest.abandon();
        this.#ask();
    }

    #ask() {
        const { picture, fit, model } = this.#desk;
        this.#section.setAttribute("aria-busy", "true");
        this.#latest.ask({ picture, fit, model, masks: $("groups").value, rounds: $("rounds").value });
    }

    async #answer({ picture, fit, model, masks, rounds }, signal) {
        const wait = (text) => this.#notice(text);
        try {
            const seen = await picture.seen(model, fit, signal, wait);
            const query = { masks, rounds, model: model.name };
            const answer = await patiently(PATH, { query: { ...query, preset: "none" }, body: seen.png, signal }, wait);
            this.#show(seen.pixels, answer.content, model);
            this.#report.answered(answer);
            this.#report.asks(PATH, { ...query, ...picture.options(fit) }, picture, "image/png");
            this.#desk.answered(picture);
        } catch (error) {
            if (error.name === "AbortError") {
                throw error;
            }
            if (!this.#desk.refused(picture, error)) {
                this.#notice(sentence(error.message));
            }
        }
        this.#section.setAttribute("aria-busy", String(this.#latest.superseded));
    }

    #show(pixels, { score, max, map }, { grid }) {
        const end = Math.max(ORDINARY, max);
        this.#map = map;
        this.#section.style.setProperty("--shape", grid.width / grid.height);
        show($("photo"), pixels);
        show($("heat"), heat(map, grid, end));
        $("scale-end").textContent = end.toFixed(2);
        $("score").textContent = score.toFixed(3);
        $("max").textContent = max.toFixed(3);
        this.#showOddest(pixels, grid);
        this.#probe(false);
        this.#notice("");
        this.#tell(`Score ${score.toFixed(3)}, largest error ${max.toFixed(3)}`);
    }

    /** The patches with the largest errors, each with its surroundings; to point at, or to go to. */
    #showOddest(pixels, grid) {
        const oddest = this.#map.map((error, patch) => ({ error, patch })).sort((a, b) => b.error - a.error).slice(0, ODDEST);
        $("oddest").replaceChildren(...oddest.map(({ error, patch }) => {
            this.#board.move(patch);
            const canvas = element("canvas", { width: grid.patch * 3, height: grid.patch * 3, "aria-hidden": "true" });
            const left = ((patch % grid.columns) - 1) * grid.patch;
            const top = (Math.floor(patch / grid.columns) - 1) * grid.patch;
            canvas.getContext("2d").putImageData(pixels, -left, -top);
            const button = element("button", { type: "button", "aria-label": `${this.#board.place}: error ${error.toFixed(3)}` },
                element("span", { class: "crop" }, canvas), element("b", {}, error.toFixed(2)));
            const go = () => {
                this.#board.move(patch);
                this.#probe(false);
            };
            ["pointerenter", "focus", "click"].forEach((event) => button.addEventListener(event, go));
            return element("li", {}, button);
        }));
        this.#board.move(oddest[0].patch);
    }

    #probe(byKey) {
        if (this.#map) {
            const error = this.#map[this.#board.at].toFixed(3);
            $("probed-where").textContent = `Error at ${this.#board.place}`;
            $("probed").textContent = error;
            if (byKey) {
                $("prober-at").textContent = `${this.#board.place}: error ${error}`;
            }
        }
    }

    #notice(text) {
        $("anomaly-notice").textContent = text;
    }
}
