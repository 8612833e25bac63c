// Pictures as vectors, and how alike they are.

import { $, announcer, download, element, icon } from "./dom.js";
import { Latest, patiently } from "./api.js";
import { Report } from "./report.js";
import { SAMPLES, press, refused, sample, showTrouble } from "./pictures.js";

const PATH = "/v1/embed";
const MOST = 24;

/** The task of the third tab. */
export class Embed {
    #desk;
    #section = $("embed");
    #report = new Report(this.#section);
    #latest = new Latest((question, signal) => this.#answer(question, signal));
    #pictures = null; // each with its vector, once there is one
    #vectors = new WeakMap(); // of each picture: of each model and pool
    #rows = []; // of those, the ones that are shown
    #chosen = null;
    #tell = announcer("embed-status");

    constructor(desk) {
        this.#desk = desk;
        $("embed-limit").textContent = MOST;
        document.querySelectorAll("[name=pool]").forEach((radio) => radio.addEventListener("change", () => this.refresh()));
        $("json").addEventListener("click", () => this.#saveJson());
        $("csv").addEventListener("click", () => this.#saveCsv());
    }

    async refresh() {
        this.#pictures ??= await Promise.all(SAMPLES.map(([name]) => sample(name)));
        this.#latest.abandon();
        this.#ask();
    }

    /** Pictures to look at besides; a sample that is there already is put away. */
    async add(pictures) {
        this.#pictures ??= [];
        const [{ sample: path }] = pictures;
        if (path && this.#pictures.some((other) => other.sample === path)) {
            this.#keep((other) => other.sample !== path);
            return;
        }
        const room = MOST - this.#pictures.length;
        this.#pictures.push(...pictures.slice(0, room));
        showTrouble(pictures.length > room ? `${pictures.length - room} of these pictures were left out: there is room for ${MOST}.` : "");
        this.#chosen = pictures[0];
        this.#ask();
    }

    #keep(isWanted) {
        this.#pictures = this.#pictures.filter(isWanted);
        this.#show(this.#rows.filter(({ picture }) => isWanted(picture)));
    }

    get #pool() {
        return document.querySelector("[name=pool]:checked").value;
    }

    #ask() {
        const { fit, model } = this.#desk;
        this.#section.setAttribute("aria-busy", "true");
        const pool = this.#pool;
        this.#latest.ask({ fit, key: `${model.digest} ${fit} ${pool}`, query: { pool, normalize: true, model: model.name } });
    }

    async #answer({ fit, key, query }, signal) {
        for (const picture of [...this.#pictures]) {
            const known = this.#vectors.get(picture) ?? new Map();
            this.#vectors.set(picture, known);
            if (!known.has(key)) {
                await this.#embed(picture, { ...query, ...picture.options(fit) }, signal, (vector) => known.set(key, vector));
            }
        }
        const rows = this.#pictures.map((picture) => ({ picture, vector: this.#vectors.get(picture)?.get(key) }));
        this.#show(rows.filter(({ vector }) => vector));
        this.#section.setAttribute("aria-busy", String(this.#latest.superseded));
    }

    async #embed(picture, query, signal, keep) {
        try {
            const answer = await patiently(PATH, { query, body: picture.blob, signal }, (text) => text && showTrouble(text));
            keep(answer.content.embedding);
            this.#report.answered(answer);
            this.#report.asks(PATH, query, picture, "application/json");
        } catch (error) {
            if (error.name === "AbortError") {
                throw error;
            }
            refused(picture, error);
            this.#pictures = this.#pictures.filter((other) => other !== picture);
        }
    }

    #show(rows) {
        this.#rows = rows;
        if (!this.#section.hidden) {
            press(this.#pictures);
        }
        if (!rows.some(({ picture }) => picture === this.#chosen)) {
            this.#chosen = rows[0]?.picture ?? null;
        }
        const likeness = rows.map((a) => rows.map((b) => cosine(a.vector, b.vector)));
        $("embedded").textContent = rows.length;
        $("width").textContent = rows[0]?.vector.length ?? 0;
        $("json").disabled = $("csv").disabled = rows.length === 0;
        $("matrix").replaceChildren(this.#matrix(rows, likeness));
        this.#showNeighbours(rows, likeness);
        this.#tell(`${rows.length} pictures embedded`);
    }

    #matrix(rows, likeness) {
        const others = likeness.flatMap((row, i) => row.filter((_, j) => i !== j));
        const [least, most] = [Math.min(...others), Math.max(...others)];
        const head = element("tr", {}, element("td"), rows.map(({ picture }) => element("th", { scope: "col" }, thumbnail(picture))));
        const body = rows.map(({ picture }, i) => element("tr", {},
            element("th", { scope: "row" }, this.#handle(picture)),
            likeness[i].map((value, j) => cell(value, i === j ? 1 : (value - least) / (most - least || 1), i === j))));
        return element("table", {}, element("thead", {}, head), element("tbody", {}, body));
    }

    /** A picture to look at the neighbours of, or to put away. */
    #handle(picture) {
        const isChosen = String(picture === this.#chosen);
        const told = { type: "button", class: "pick", "aria-pressed": isChosen, "aria-label": `Neighbours of ${picture.name}` };
        const choose = element("button", told, thumbnail(picture, ""), element("span", {}, picture.name));
        choose.addEventListener("click", () => {
            this.#chosen = picture;
            this.#show(this.#rows);
            document.querySelector(".pick[aria-pressed=true]")?.focus();
        });
        const remove = element("button", { type: "button", class: "icon", "aria-label": `Remove ${picture.name}` }, icon("remove"));
        remove.addEventListener("click", () => {
            this.#keep((other) => other !== picture);
            (document.querySelector(".matrix .icon") ?? $("matrix")).focus();
        });
        return element("div", {}, choose, remove);
    }

    #showNeighbours(rows, likeness) {
        const at = rows.findIndex(({ picture }) => picture === this.#chosen);
        $("neighbours-title").textContent = at < 0 ? "Nearest" : `Nearest to ${this.#chosen.name}`;
        const nearest = rows.map(({ picture }, i) => ({ picture, value: likeness[at]?.[i] }))
            .filter((_, i) => i !== at).sort((a, b) => b.value - a.value);
        $("neighbours").replaceChildren(...nearest.map(({ picture, value }) => element("li", {},
            element("img", { src: picture.url, alt: "" }), element("span", {}, picture.name), element("b", {}, value.toFixed(3)))));
    }

    #saveJson() {
        const { model } = this.#desk;
        const vectors = this.#rows.map(({ picture, vector }) => ({ name: picture.name, embedding: vector }));
        const similarity = this.#rows.map((a) => this.#rows.map((b) => cosine(a.vector, b.vector)));
        const { name, digest } = model;
        const told = { model: name, digest, pool: this.#pool, normalized: true, preset: this.#desk.fit, pictures: vectors, similarity };
        download("embeddings.json", "application/json", JSON.stringify(told, null, 1));
    }

    #saveCsv() {
        const head = ["name", ...this.#rows[0].vector.keys()];
        const lines = this.#rows.map(({ picture, vector }) => [`"${picture.name.replaceAll("\"", "\"\"")}"`, ...vector]);
        download("embeddings.csv", "text/csv", [head, ...lines].map((line) => line.join(",")).join("\r\n"));
    }
}

/** Of vectors of length 1. */
const cosine = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

const thumbnail = (picture, alt = picture.name) => element("img", { src: picture.url, alt, title: picture.name });

function cell(value, share, same) {
    const made = element("td", same ? { class: "same" } : {}, value.toFixed(3));
    made.style.setProperty("--share", share.toFixed(3));
    return made;
}
