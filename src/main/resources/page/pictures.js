// The picture that is looked at: a sample, or one that the reader drops, pastes, chooses or takes.

import { $, element, sentence } from "./dom.js";
import { ask, patiently } from "./api.js";
import { decode } from "./pixels.js";

export const SAMPLES = [
    ["coffee", "a cup of coffee"],
    ["chelsea", "a cat"],
    ["astronaut", "an astronaut"],
    ["rocket", "a rocket launch"],
];

/** A picture: its bytes, and how a model sees them once it was asked. */
class Picture {
    #seen = new Map();
    #url;

    constructor(name, blob, sample = null) {
        this.name = name;
        this.blob = blob;
        this.sample = sample;
    }

    get url() {
        this.#url ??= URL.createObjectURL(this.blob);
        return this.#url;
    }

    /** How it is to be read: what a camera says of its own position holds for the reader's pictures, as it does in browsers. */
    options(fit) {
        return { preset: fit, exif: this.sample ? undefined : true };
    }

    /**
     * What a model is given of it: a small PNG file and its pixels. To be asked about again and again, that is sent in
     * place of the picture: the answers are the same, and nothing large is sent or decoded for each.
     */
    async seen(model, fit, signal, show) {
        const key = `${model.digest} ${fit}`;
        if (!this.#seen.has(key)) {
            const query = { ...this.options(fit), ...model.options, panels: "original" };
            const question = { query, body: this.blob, accept: "image/png", signal };
            const { content } = await patiently("/v1/reconstruct", question, show).catch(ofPicture);
            this.#seen.set(key, { png: content, pixels: await decode(content) });
        }
        return this.#seen.get(key);
    }
}

/** Remembers of a refusal that it was the picture that was refused. */
export function ofPicture(error) {
    error.ofPicture = error.status >= 400 && error.status < 500;
    throw error;
}

const samplePath = (name) => `/page/photos/${name}.jpg`;

const samples = new Map();

export async function sample(name) {
    if (!samples.has(name)) {
        const { content } = await ask(samplePath(name), { accept: "image/jpeg" });
        samples.set(name, new Picture(`${name}.jpg`, content, samplePath(name)));
    }
    return samples.get(name);
}

const arrived = (file) => new Picture(file.name || "pasted picture", file);

/** Everything that brings pictures; `take` is told of them, one or some. */
export function watchForPictures(take) {
    SAMPLES.forEach(([name, what]) => {
        const image = element("img", { src: samplePath(name), alt: what, width: "56", height: "56" });
        const button = element("button", { type: "button", class: "sample", "aria-pressed": "false", "data-sample": name }, image);
        const refuse = (error) => showTrouble(sentence(error.message));
        button.addEventListener("click", () => sample(name).then((picture) => take([picture]), refuse));
        document.querySelector(".samples").append(button);
    });
    const takeFiles = (files) => files.length && take(Array.from(files, arrived));
    for (const id of ["file", "camera"]) {
        $(id).addEventListener("change", () => {
            takeFiles($(id).files);
            $(id).value = "";
        });
    }
    document.addEventListener("paste", (event) => takeFiles(event.clipboardData?.files ?? []));
    watchForDrops(takeFiles);
}

function watchForDrops(takeFiles) {
    const isFile = (event) => event.dataTransfer?.types.includes("Files");
    const over = (yes) => document.body.classList.toggle("dropping", yes);
    addEventListener("dragover", (event) => {
        if (isFile(event)) {
            event.preventDefault();
            over(true);
        }
    });
    addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
    addEventListener("drop", (event) => {
        if (isFile(event)) {
            event.preventDefault();
            over(false);
            takeFiles(event.dataTransfer.files);
        }
    });
}

/** Shows which of the samples are looked at. */
export function press(pictures) {
    document.querySelectorAll(".sample").forEach((button) =>
        button.setAttribute("aria-pressed", String(pictures.some(({ sample: path }) => path === samplePath(button.dataset.sample)))));
}

/** Shows which picture is looked at, and that there is nothing wrong with it; or what is. */
export function showChoice(picture) {
    press([picture]);
    $("picture-note").textContent = picture.sample ? "or drop or paste one anywhere" : picture.name;
    $("picture-note").classList.toggle("hint", picture.sample !== null);
    showTrouble("");
}

export const showTrouble = (text) => {
    $("picture-error").textContent = text;
};

export const refused = (picture, error) => showTrouble(`${picture.name}: ${sentence(error.message)}`);
