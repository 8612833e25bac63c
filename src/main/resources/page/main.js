// The page: a picture, a model, and what to do with them.

import { $, element, sentence, session } from "./dom.js";
import { patiently, Refusal } from "./api.js";
import { SAMPLES, press, sample, refused, showChoice, showTrouble, watchForPictures } from "./pictures.js";
import { Reconstruct } from "./reconstruct.js";
import { Anomaly } from "./anomaly.js";
import { Embed } from "./embed.js";
import { Classify } from "./classify.js";

/** What every task works on, and who is told how it went. */
const desk = {
    model: null,
    picture: null,
    shown: null, // the last picture that there was an answer for
    get fit() {
        return this.model.square ? document.querySelector("[name=fit]:checked").value : "demo";
    },
    answered(picture) {
        if (picture !== this.shown) {
            this.shown = picture;
            showChoice(picture);
        }
    },
    /** Whether it was the picture that was refused: then the last one is back. */
    refused(picture, error) {
        const isReplaceable = error.ofPicture && picture !== this.shown && this.shown !== null;
        if (isReplaceable) {
            this.picture = this.shown;
            active().refresh();
            refused(picture, error);
        }
        return isReplaceable;
    },
};

const tasks = { reconstruct: new Reconstruct(desk), anomaly: new Anomaly(desk), embed: new Embed(desk), classify: new Classify(desk) };
const tabs = [...document.querySelectorAll("[role=tab]")];

const active = () => tasks[chosenTab()];
const chosenTab = () => tabs.find((tab) => tab.getAttribute("aria-selected") === "true").getAttribute("aria-controls");

function choose(tab) {
    tabs.forEach((other) => {
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
        $(other.getAttribute("aria-controls")).hidden = other !== tab;
    });
    document.body.dataset.task = chosenTab();
    $("lead").textContent = tab.dataset.lead;
    $("file").multiple = chosenTab() === "embed";
    history.replaceState(null, "", `#/${chosenTab()}`);
    if (desk.model && desk.picture) {
        press([desk.picture]);
        active().refresh();
    }
}

/** As tabs are worked by keys: arrows go round, Home and End to the ends. */
function watchTabs() {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    tabs.forEach((tab) => {
        tab.addEventListener("click", () => choose(tab));
        tab.addEventListener("keydown", (event) => {
            const there = tabs.filter((other) => !other.hidden);
            const at = there.indexOf(tab);
            const ends = { Home: there[0], End: there.at(-1) };
            const to = steps[event.key] ? there[(at + steps[event.key] + there.length) % there.length] : ends[event.key];
            if (to) {
                event.preventDefault();
                to.focus();
                choose(to);
            }
        });
    });
}

/** A model as the routes tell it, with what this page derives from that. */
function known(model) {
    const { width, height, patch } = model;
    const grid = { width, height, patch, rows: height / patch, columns: width / patch };
    const can = (output) => model.outputs.includes(output);
    // One that was trained on normalised patches paints with the statistics of the original.
    const options = { model: model.name, patch_stats: can("patches") && !can("image") ? "original" : undefined };
    return { ...model, grid, square: width === height, paints: can("patches"), options };
}

async function loadModels() {
    const { content } = await patiently("/v1/models", {}, showTrouble);
    const models = content.data.map(known);
    if (models.length === 0) {
        throw new Refusal("there is no model that may be asked here");
    }
    $("model").replaceChildren(...models.map(({ name }) => element("option", {}, name)));
    $("model").disabled = false;
    $("model").onchange = () => use(models.find(({ name }) => name === $("model").value));
    use(models[0]);
}

function use(model) {
    desk.model = model;
    const { device, precision, execution, why } = model.placements[0] ?? {};
    $("place").textContent = model.placements.map((place) => `${place.device} · ${place.precision}`).join(", ");
    document.querySelector(".fit").disabled = !model.square;
    const able = { reconstruct: model.paints, anomaly: model.paints, embed: model.outputs.includes("cls"), classify: model.classes > 0 };
    tabs.forEach((tab) => {
        tab.hidden = !able[tab.getAttribute("aria-controls")];
    });
    showCard(model, { device, precision, execution, why });
    const tab = tabs.find((other) => other.getAttribute("aria-selected") === "true");
    choose(tab.hidden ? tabs.find((other) => !other.hidden) : tab);
}

function showCard(model, { device, precision, execution, why }) {
    const facts = {
        Model: model.name,
        Licence: model.license,
        Checkpoint: `${model.source}, ${model.flavour}`,
        Sees: `${model.width} × ${model.height} px in ${model.patches} patches of ${model.patch} px`,
        Parameters: Object.entries(model.parameters).map(([graph, number]) => `${graph} ${number.toLocaleString("en")}`).join(", "),
        "Size on disk": `${(model.bytes / 2 ** 20).toFixed(1)} MiB`,
        Device: `${device}, ${precision}, ${execution}`,
        Graphs: model.placements.flatMap(({ graphs }) => graphs).join(", "),
        Digest: model.digest,
        Why: why,
    };
    $("card").replaceChildren(...Object.entries(facts).map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function watchTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
    const show = () => $("theme").setAttribute("aria-pressed", String(isDark()));
    $("theme").addEventListener("click", () => {
        const theme = isDark() ? "light" : "dark";
        document.documentElement.dataset.theme = theme;
        try {
            localStorage.setItem("theme", theme);
        } catch {
            // a browser that keeps nothing
        }
        show();
    });
    dark.addEventListener("change", show);
    show();
}

async function start() {
    try {
        desk.picture ??= await sample(SAMPLES[0][0]);
        showChoice(desk.picture);
        await loadModels();
    } catch (error) {
        if (!(error instanceof Refusal)) {
            throw error;
        }
        showTrouble(sentence(error.message));
    }
}

watchTabs();
watchTheme();
watchForPictures((pictures) => {
    showTrouble("");
    if (chosenTab() === "embed") {
        tasks.embed.add(pictures);
        return;
    }
    desk.picture = pictures[0];
    if (desk.model) {
        active().refresh();
    }
});
document.querySelectorAll("[name=fit]").forEach((radio) => radio.addEventListener("change", () => active().refresh()));
$("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    session.remember("key", $("key").value);
    $("key-form").hidden = true;
    start();
});
const asked = tabs.find((tab) => `#/${tab.getAttribute("aria-controls")}` === location.hash);
if (asked) {
    choose(asked);
}
start();
