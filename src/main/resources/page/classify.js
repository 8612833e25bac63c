// What a classifier takes a picture for.

import { $, announcer, element, sentence } from "./dom.js";
import { Latest, patiently } from "./api.js";
import { ofPicture } from "./pictures.js";
import { Report } from "./report.js";

const PATH = "/v1/classify";

/** The task of the fourth tab, where a model has a head for it. */
export class Classify {
    #desk;
    #section = $("classify");
    #report = new Report(this.#section);
    #latest = new Latest((question, signal) => this.#answer(question, signal));
    #tell = announcer("classify-status");

    constructor(desk) {
        this.#desk = desk;
        $("top").addEventListener("input", () => this.refresh());
    }

    refresh() {
        const { picture, fit, model } = this.#desk;
        $("top-shown").textContent = $("top").value;
        this.#section.setAttribute("aria-busy", "true");
        this.#latest.abandon();
        this.#latest.ask({ picture, query: { top: $("top").value, ...picture.options(fit), model: model.name } });
    }

    async #answer({ picture, query }, signal) {
        try {
            const answer = await patiently(PATH, { query, body: picture.blob, signal }, (text) => this.#notice(text)).catch(ofPicture);
            this.#show(answer.content.classes, picture);
            this.#report.answered(answer);
            this.#report.asks(PATH, query, picture, "application/json");
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

    #show(classes, picture) {
        $("shown").src = picture.url;
        $("classes").replaceChildren(...classes.map(({ label, probability }) => {
            const line = element("li", {}, element("span", {}, label), element("b", {}, `${(probability * 100).toFixed(1)} %`));
            line.style.setProperty("--share", probability);
            return line;
        }));
        this.#notice("");
        this.#tell(`Most probable: ${classes[0].label}, ${(classes[0].probability * 100).toFixed(1)} percent`);
    }

    #notice(text) {
        $("classify-notice").textContent = text;
    }
}
