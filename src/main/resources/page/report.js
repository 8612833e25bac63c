// What an answer took, and the line that asks the same from a terminal.

import { element, icon, milliseconds, session } from "./dom.js";
import { address, mediaType } from "./api.js";

const PHASES = ["receive", "decode", "queue", "infer", "encode"];
const OUTSIDE = "on the way";

/** The parts of a task's section that tell of its last answer. */
export class Report {
    #section;
    #bar = element("div", { class: "bar", "aria-hidden": "true" });
    #legend = element("ul", { class: "legend", "aria-label": "Where the time went" });
    #line = element("code");

    constructor(section) {
        this.#section = section;
        section.querySelector(".timing").append(this.#bar, this.#legend);
        [...PHASES, OUTSIDE].forEach((name) => {
            this.#bar.append(element("span", { "data-phase": name }));
            this.#legend.append(element("li", { "data-phase": name }, element("span", {}, name), element("b", {}, "–")));
        });
        section.querySelector(".terminal").append(
            element("div", {}, element("h2", {}, "The same from a terminal"), this.#copier()),
            element("pre", { tabindex: "0", role: "region", "aria-label": "A line for curl" }, this.#line));
    }

    answered({ phases, took }) {
        this.#section.querySelector(".took").textContent = milliseconds(took);
        const told = new Map(phases);
        told.set(OUTSIDE, Math.max(0, took - phases.reduce((sum, [, ms]) => sum + ms, 0)));
        [...PHASES, OUTSIDE].forEach((name, i) => {
            const ms = told.get(name) ?? 0;
            this.#bar.children[i].style.flexGrow = ms;
            this.#legend.children[i].lastChild.textContent = milliseconds(ms);
        });
    }

    /** @param picture that is asked about, or null before there is one */
    asks(path, query, picture, accept) {
        this.#line.textContent = curl(path, query, picture, accept);
    }

    #copier() {
        const button = element("button", { type: "button", class: "copy" }, icon("copy"), element("span", {}, "Copy"));
        button.addEventListener("click", async () => {
            const said = await copied(this.#line);
            button.lastChild.textContent = said ? "Copied" : "Selected";
            setTimeout(() => {
                button.lastChild.textContent = "Copy";
            }, 2000);
        });
        return button;
    }
}

/** Copies a text; where the browser does not allow that (over plain HTTP), selects it for the reader's own keys. */
async function copied(line) {
    try {
        await navigator.clipboard.writeText(line.textContent);
        return true;
    } catch {
        getSelection().selectAllChildren(line);
        return false;
    }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The line for `sh`. A sample is fetched from the service first, a picture of the reader's lies in their folder. */
function curl(path, query, picture, accept) {
    const key = session.recall("key") ? " \\\n  -H \"authorization: Bearer $UNMASK_KEY\"" : "";
    const form = accept === "application/json" ? "" : ` \\\n  -H 'accept: ${accept}' -o answer.png`;
    const head = `curl ${quoted(location.origin + address(path, query))} \\\n  -H 'content-type: ${mediaType(picture.blob)}'`;
    const line = `${head}${key}${form} \\\n  --data-binary `;
    return picture.sample ? `curl -s ${location.origin}${picture.sample} |\n${line}@-` : line + quoted(`@${picture.name}`);
}
