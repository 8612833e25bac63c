// Draws /openapi.json as a reference to read. Asks for nothing else.

const api = await (await fetch("/openapi.json")).json();

/** An element with attributes and children; texts are texts, never markup. */
function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children.flat(Infinity).filter((child) => child !== null));
    return made;
}

/** What a reference points to, or the thing itself. */
function resolve(thing) {
    return thing.$ref ? thing.$ref.split("/").slice(1).reduce((at, key) => at[key], api) : thing;
}

/** Descriptions hold `code` between backticks, and nothing else of markup. */
function prose(text) {
    return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }) {
    const enormous = (bound) => bound === undefined || Math.abs(bound) >= 2 ** 31 - 1;
    const least = minimum ?? exclusiveMinimum;
    const most = maximum ?? exclusiveMaximum;
    if (enormous(least) && enormous(most)) {
        return "";
    }
    if (enormous(most)) {
        return exclusiveMinimum === undefined ? ` from ${least}` : ` above ${least}`;
    }
    return ` in ${exclusiveMinimum === undefined ? "[" : "("}${least}, ${most}${exclusiveMaximum === undefined ? "]" : ")"}`;
}

/** A schema in a few words: `integer in [1, 256]`. */
function kind(schema) {
    const plain = resolve(schema);
    if (plain.anyOf) {
        return plain.anyOf.map(kind).join(" or ");
    }
    if (plain.const !== undefined) {
        return JSON.stringify(plain.const);
    }
    if (plain.enum) {
        return plain.enum.join(" | ");
    }
    if (plain.type === "array") {
        return `list of ${kind(plain.items)}`;
    }
    return [plain.type].flat().join(" or ") + range(plain);
}

function preset(value) {
    return value === undefined ? "" : [value].flat().join(", ");
}

function options(title, rows) {
    if (rows.length === 0) {
        return null;
    }
    const head = element("tr", {}, ["Name", "Type", "Default", "Meaning"].map((text) => element("th", { scope: "col" }, text)));
    const body = rows.map(([name, schema, about]) => {
        const cells = [name, kind(schema), preset(schema.default), prose(about)];
        return element("tr", {}, cells.map((cell) => element("td", {}, cell)));
    });
    return [element("h3", {}, title), element("table", {}, element("thead", {}, head), element("tbody", {}, body))];
}

function parameters(operation) {
    const inPlace = (place) =>
        operation.parameters.filter((one) => one.in === place).map((one) => [one.name, one.schema, one.description]);
    return [
        options("In the path", inPlace("path")),
        options("Options, in the query", inPlace("query")),
        options("Headers", inPlace("header")),
    ];
}

function body(operation) {
    if (!operation.requestBody) {
        return null;
    }
    const { "application/json": json, ...bytes } = operation.requestBody.content;
    const types = Object.keys(bytes);
    const queried = new Set(operation.parameters.map((one) => one.name));
    const members = Object.entries(json.schema.properties)
        .filter(([name]) => !queried.has(name))
        .map(([name, schema]) => [name, schema, schema.description ?? ""]);
    const title = types.length ? "Or JSON, with the options as members beside" : "JSON";
    return [
        types.length ? [element("h3", {}, "Body: one picture"), element("p", {}, types.flatMap((type, i) => [i ? ", " : "", element("code", {}, type)]))] : null,
        options(title, members),
    ];
}

/** The members of an object, those of objects in it folded away. */
function members(schema) {
    const plain = resolve(schema);
    if (plain.anyOf && plain.anyOf.some((one) => resolve(one).properties)) {
        return plain.anyOf.map((one) => element("div", {}, element("p", { class: "soft" }, resolve(one).description ?? ""), members(one)));
    }
    if (plain.type === "array") {
        return members(plain.items);
    }
    if (!plain.properties) {
        return [];
    }
    return element("ul", { class: "members" }, Object.entries(plain.properties).map(([name, inner]) => {
        const optional = plain.required?.includes(name) ? "" : ", not always";
        const line = [element("code", {}, name), " ", element("span", { class: "soft" }, kind(inner) + optional), " ", prose(resolve(inner).description ?? "")];
        const deeper = [members(inner)].flat();
        return element("li", {}, deeper.length ? element("details", {}, element("summary", {}, line), deeper) : line);
    }));
}

function answers(operation) {
    const { content } = operation.responses["200"];
    return [
        element("h3", {}, "Answer"),
        Object.entries(content).map(([type, { schema }]) =>
            element("div", {}, element("p", {}, element("span", { class: "status" }, "200 "), element("code", {}, type)), members(schema))),
    ];
}

function refusals(operation) {
    const rows = Object.entries(operation.responses)
        .filter(([status]) => status !== "200")
        .map(([status, told]) => element("li", {}, element("span", { class: `status${status < 400 ? "" : " refused"}` }, status), " ", told.description));
    return element("details", {}, element("summary", {}, "Other answers"), element("ul", { class: "members" }, rows));
}

function section(path, method, operation) {
    return element("section", { id: operation.operationId },
        element("h2", {}, operation.summary),
        element("p", { class: "route" }, element("span", { class: method }, method.toUpperCase()), ` ${path}`),
        operation.description ? element("p", {}, prose(operation.description)) : null,
        operation["x-codeSamples"].map((sample) => element("pre", {}, element("code", {}, sample.source))),
        parameters(operation),
        body(operation),
        answers(operation),
        refusals(operation));
}

function link(path, method, operation) {
    return element("a", { href: `#${operation.operationId}` }, element("span", { class: method }, method.toUpperCase()), ` ${path}`);
}

const routes = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation]));

document.querySelector("nav").append(
    element("strong", {}, `${api.info.title} ${api.info.version}`),
    ...api.tags.flatMap(({ name }) => [
        element("h2", {}, name),
        ...routes.filter(([, , operation]) => operation.tags.includes(name)).map((route) => link(...route)),
    ]));

document.querySelector("main").append(
    element("h1", {}, api.info.title),
    element("p", {}, api.info.summary),
    element("p", {}, prose(api.info.description)),
    element("p", {}, "The same for programs: ", element("a", { href: "/openapi.yaml" }, "openapi.yaml"), ", ", element("a", { href: "/openapi.json" }, "openapi.json"), "."),
    ...routes.map((route) => section(...route)));

document.getElementById(location.hash.slice(1))?.scrollIntoView();
