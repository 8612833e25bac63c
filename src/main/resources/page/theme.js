// Before the first paint: the colours that the reader chose here last. Without a choice, those of the system.
try {
    const theme = localStorage.getItem("theme");
    if (theme) {
        document.documentElement.dataset.theme = theme;
    }
} catch {
    // a browser that keeps nothing
}
