// Small words for the document.

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; texts are texts, never markup. */
export function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children.flat().filter((child) => child !== null));
    return made;
}

/** One of the drawings at the head of the page. */
export function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#${name}`);
    svg.append(use);
    return svg;
}

/** Says something to those who listen rather than look, once it has stopped changing. */
export function announcer(id, patience = 500) {
    let timer = 0;
    return (text) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            $(id).textContent = text;
        }, patience);
    };
}

/** What this tab remembers; nothing in a browser that keeps nothing. */
export const session = {
    recall(name) {
        try {
            return sessionStorage.getItem(name);
        } catch {
            return null;
        }
    },
    remember(name, value) {
        try {
            sessionStorage.setItem(name, value);
        } catch {
            // then it is asked for again
        }
    },
};

/** A sentence as one starts it. */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

/** Saves bytes under a name, as a link would. */
export function download(name, type, text) {
    const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
