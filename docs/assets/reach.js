// What scrolls sideways can be reached, and scrolled, by keyboard; the search says what it is.
const reach = () => {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
// A sentence in a wide table is not squeezed into a column of single words.
for (const cell of document.querySelectorAll(".md-typeset td")) {
  cell.classList.toggle("long", cell.textContent.length > 45);
}
addEventListener("load", reach);
addEventListener("resize", reach);
