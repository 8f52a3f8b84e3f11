// Native controls from plain data: ranges with a number beside them, choices, checks, selections.
export function render({ model, el }) {
  const form = document.createElement("form");
  form.addEventListener("submit", (e) => e.preventDefault());
  let values = { ...model.values };
  let timer = null;
  const setters = {};
  const notes = {};
  const shells = [];

  const send = (name, value, wait) => {
    values = { ...values, [name]: value };
    visible();
    clearTimeout(timer);
    timer = setTimeout(() => { model.asked = { ...values }; }, wait);
  };
  const make = (tag, attributes = {}, text = "") => {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    if (text) e.textContent = text;
    return e;
  };
  const told = (c, v) => {
    const digits = { minimumFractionDigits: c.decimals, maximumFractionDigits: c.decimals };
    const grouped = { ...digits, useGrouping: c.grouped !== false };
    return new Intl.NumberFormat(model.locale, grouped).format(v) + (c.unit ? " " + c.unit : "");
  };
  const visible = () => {
    for (const [shell, when] of shells) {
      const chosen = values[when.name] || [];
      shell.hidden = !when.any.some((v) => chosen.includes(v));
    }
  };

  const range = (c, id) => {
    const box = make("div", { class: "lever" });
    box.append(make("label", { for: id }, c.label));
    const ends = { min: c.low, max: c.high, step: c.step };
    const slider = make("input", { type: "range", id, ...ends });
    const number = make("input", { type: "number", step: "any", "aria-label":
      c.label + ", " + (c.unit ? c.unit : c.typed) });
    const unit = make("span", { class: "unit" }, c.unit || "");
    const show = (v) => {
      slider.value = v;
      slider.setAttribute("aria-valuetext", told(c, v));
      number.value = +(+v).toFixed(6);
    };
    slider.addEventListener("input", () => { show(+slider.value); send(c.name, +slider.value, 120); });
    number.addEventListener("change", () => {
      const v = number.value === "" ? null : +number.value;
      if (v !== null) { slider.value = v; slider.setAttribute("aria-valuetext", told(c, v)); }
      send(c.name, v, 0);
    });
    setters[c.name] = show;
    const line = make("div", { class: "line" });
    line.append(slider, number, unit);
    box.append(line);
    return box;
  };
  const several = (c, id, type) => {
    const box = make("fieldset", { class: "choice" });
    box.append(make("legend", {}, c.label));
    const inputs = c.options.map((o, k) => {
      const input = make("input", { type, id: id + "-" + k, name: id, value: o.value });
      const label = make("label", { for: id + "-" + k });
      label.append(input, o.label);
      box.append(label);
      input.addEventListener("change", () => {
        const on = inputs.filter((i) => i.checked).map((i) => i.value);
        send(c.name, type === "radio" ? on[0] : on, 0);
      });
      return input;
    });
    setters[c.name] = (v) => {
      for (const i of inputs) i.checked = type === "radio" ? i.value === v : v.includes(i.value);
    };
    return box;
  };
  const select = (c, id) => {
    const box = make("div", { class: "lever" });
    box.append(make("label", { for: id }, c.label));
    const input = make("select", { id });
    for (const o of c.options) input.append(make("option", { value: o.value }, o.label));
    input.addEventListener("change", () => send(c.name, input.value, 0));
    setters[c.name] = (v) => { input.value = v; };
    box.append(input);
    return box;
  };

  const build = () => {
    form.replaceChildren();
    shells.length = 0;
    for (const key of Object.keys(setters)) delete setters[key];
    let count = 0;
    for (const group of model.groups) {
      const shell = make(group.title ? "fieldset" : "div", { class: "group" });
      if (group.title) shell.append(make("legend", {}, group.title));
      if (group.when) shells.push([shell, group.when]);
      for (const c of group.controls) {
        const id = "c" + count++;
        const makers = { range, select };
        const box = makers[c.kind] ? makers[c.kind](c, id)
          : several(c, id, c.kind === "radio" ? "radio" : "checkbox");
        const note = make("p", { class: "refused", role: "alert" });
        note.hidden = true;
        notes[c.name] = note;
        box.append(note);
        shell.append(box);
      }
      form.append(shell);
    }
    const rest = make("p", { class: "refused", role: "alert" });
    rest.hidden = true;
    notes[""] = rest;
    form.append(rest);
    fill();
    complain();
  };
  const fill = () => {
    values = { ...model.values };
    for (const [name, set] of Object.entries(setters)) if (name in values) set(values[name]);
    visible();
  };
  const complain = () => {
    for (const [name, note] of Object.entries(notes)) {
      note.textContent = model.errors[name] || "";
      note.hidden = !note.textContent;
    }
  };
  model.on("groups", build);
  model.on("values", fill);
  model.on("errors", complain);
  build();
  return form;
}
