// Buttons for the sections of the page; the one that is seen is the current one.
export function render({ model, el }) {
  const bar = document.createElement("div");
  bar.className = "views";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", model.told);
  const buttons = model.labels.map(([key, label]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => { model.shown = key; });
    bar.append(button);
    return [key, button];
  });
  const show = () => {
    for (const [key, button] of buttons) {
      button.setAttribute("aria-pressed", key === model.shown ? "true" : "false");
      const section = document.getElementById("view-" + key);
      if (section) section.hidden = key !== model.shown;
    }
    window.dispatchEvent(new Event("resize"));
  };
  model.on("shown", show);
  show();
  return bar;
}
