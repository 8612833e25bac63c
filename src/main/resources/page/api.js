// How this page asks the service: the routes that every program calls, and nothing besides.

import { $, sentence, session } from "./dom.js";

const READ = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"];
const BUSY = new Set([429, 503]);
const LONGEST_WAIT = 60;

/** Why there is no answer, in a sentence. */
export class Refusal extends Error {
    constructor(message, status = 0, after = 0) {
        super(message);
        this.status = status;
        this.after = after;
    }
}

/** The type of a picture as the routes take it; they look into the bytes anyway. */
export const mediaType = (blob) => (READ.includes(blob.type) ? blob.type : "application/octet-stream");

export function address(path, query = {}) {
    const told = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    return told.length ? `${path}?${new URLSearchParams(told)}` : path;
}

/** Asks once. The answer, where its time went by phase, and how long it took from here. */
export async function ask(path, { query, body, accept = "application/json", signal } = {}) {
    const headers = { accept };
    const key = session.recall("key");
    if (key) {
        headers.authorization = `Bearer ${key}`;
    }
    if (body) {
        headers["content-type"] = mediaType(body);
    }
    const begun = performance.now();
    const response = await fetch(address(path, query), { method: body ? "POST" : "GET", headers, body, signal }).catch((error) => {
        throw error.name === "AbortError" ? error : new Refusal("the service cannot be reached");
    });
    if (!response.ok) {
        throw await refusal(response);
    }
    const content = accept === "application/json" ? await response.json() : await response.blob();
    return { content, phases: phases(response.headers.get("server-timing") ?? ""), took: performance.now() - begun };
}

async function refusal(response) {
    const problem = await response.json().catch(() => ({}));
    const told = problem.detail ?? problem.error?.message ?? `the service answered ${response.status} ${response.statusText}`;
    if (response.status === 401) {
        $("key-form").hidden = false;
    }
    return new Refusal(told, response.status, Number(response.headers.get("retry-after")));
}

/** `decode;dur=1.5, infer;dur=4` as names and milliseconds. */
function phases(header) {
    return header.split(",").map((part) => part.trim().match(/^([\w-]+);dur=([\d.]+)$/)).filter(Boolean)
        .map(([, name, ms]) => [name, Number(ms)]);
}

/** Asks until there is an answer; while the service is busy, as often as it says. What is waited for is shown. */
export async function patiently(path, question, show) {
    for (;;) {
        try {
            const answer = await ask(path, question);
            show("");
            return answer;
        } catch (error) {
            if (!BUSY.has(error.status)) {
                throw error;
            }
            await countdown(error, question.signal, show);
        }
    }
}

async function countdown(refused, signal, show) {
    for (let left = Math.min(LONGEST_WAIT, Math.max(1, refused.after || 1)); left > 0; left--) {
        show(`${sentence(refused.message)} Asking again in ${left} s.`);
        await new Promise((resolve, reject) => {
            const timer = setTimeout(resolve, 1000);
            signal?.addEventListener("abort", () => {
                clearTimeout(timer);
                reject(signal.reason);
            }, { once: true });
        });
    }
}

function unlessAborted(error) {
    if (error.name !== "AbortError") {
        throw error;
    }
}

/**
 * One piece of work at a time: of those that are asked for while it runs, the newest is done next and the others never.
 * What runs is let finish, so that a picture changes while one draws on it, unless nobody wants it any more.
 */
export class Latest {
    #work;
    #next = null;
    #running = null;

    /** @param work takes what is asked and a signal that it is no longer wanted; handles its own refusals */
    constructor(work) {
        this.#work = work;
    }

    ask(question) {
        this.#next = { question };
        if (!this.#running) {
            this.#run();
        }
    }

    /** Drops what runs and what waits. */
    abandon() {
        this.#next = null;
        this.#running?.abort();
    }

    /** Whether something newer is wanted than what runs. */
    get superseded() {
        return this.#next !== null;
    }

    async #run() {
        try {
            while (this.#next) {
                const { question } = this.#next;
                this.#next = null;
                this.#running = new AbortController();
                await this.#work(question, this.#running.signal).catch(unlessAborted);
            }
        } finally {
            this.#running = null;
        }
    }
}
