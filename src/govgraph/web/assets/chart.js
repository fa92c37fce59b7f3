// Zoom, pan and a PNG file for a chart. Without this script the chart is there all the same, and scrolls.
"use strict";

const region = document.querySelector(".scroll.chart");
const drawing = region && region.querySelector("svg");
const tools = document.querySelector(".tools");

if (drawing && tools) {
  const natural = drawing.viewBox.baseVal;
  const usual = () => {
    drawing.style.width = drawing.style.minWidth = drawing.style.maxWidth = "";
    region.classList.remove("zoomed", "fitted");
  };
  let scale = 0; // 0 is the size that the page gives it

  const show = next => {
    if (!next) {
      scale = 0;
      usual();
      return;
    }
    const [x, y] = [region.scrollLeft + region.clientWidth / 2, region.scrollTop + region.clientHeight / 2];
    const before = drawing.getBoundingClientRect().width;
    scale = Math.min(4, Math.max(0.25, next));
    region.classList.remove("fitted");
    drawing.style.minWidth = "0";
    drawing.style.maxWidth = "none";
    drawing.style.width = natural.width * scale + "px";
    region.classList.add("zoomed");
    const grown = natural.width * scale / before;
    region.scrollTo(x * grown - region.clientWidth / 2, y * grown - region.clientHeight / 2);
  };
  const now = () => scale || drawing.getBoundingClientRect().width / natural.width;
  const larger = () => show(now() * 1.25);
  const smaller = () => show(now() / 1.25);
  const before = () => show(0);
  const fit = () => {
    show(0);
    region.classList.add("fitted");
  };

  const png = () => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      const factor = Math.min(2, 8000 / Math.max(natural.width, natural.height));
      canvas.width = natural.width * factor;
      canvas.height = natural.height * factor;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(blob => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "chart.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      }, "image/png");
    };
    picture.src = tools.dataset.drawing;
  };

  for (const [words, act] of [["Larger", larger], ["Smaller", smaller], ["Whole chart", fit], ["As before", before], ["Drawing as PNG", png]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", act);
    tools.append(button);
  }
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Chart tools");
  document.documentElement.classList.add("scripted");

  const first = drawing.querySelector(".start") || drawing.querySelector(".end");
  if (first && region.scrollWidth > region.clientWidth) {
    const [box, frame] = [first.getBoundingClientRect(), region.getBoundingClientRect()];
    region.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  }

  region.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { "+": larger, "=": larger, "-": smaller, "0": before }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  });
  region.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;
    show(now() * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    event.preventDefault();
  }, { passive: false });

  let held = null;
  region.addEventListener("pointerdown", event => {
    if (event.pointerType !== "mouse" || event.button || event.target.closest("a")) return;
    held = [event.clientX + region.scrollLeft, event.clientY + region.scrollTop];
    region.setPointerCapture(event.pointerId);
  });
  region.addEventListener("pointermove", event => {
    if (held) region.scrollTo(held[0] - event.clientX, held[1] - event.clientY);
  });
  for (const name of ["pointerup", "pointercancel"]) region.addEventListener(name, () => { held = null; });
}
