// The SPARQL editor: it stands in for the text area of the page, which stays the form's field.
//
// It lives in a shadow root, so that CodeMirror adopts its style sheet there instead of writing a <style> element,
// which the Content-Security-Policy of the site forbids. Colours are the custom properties of site.css.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting,
} from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { completions, known, undeclared } from "./completion.js";
import { diagnostics } from "./places.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-word)", fontWeight: "600" },
  { tag: [tags.standard(tags.variableName), tags.operator, tags.bracket], color: "var(--ink)" },
  { tag: tags.local(tags.variableName), color: "var(--code-variable)" },
  { tag: tags.atom, color: "var(--code-name)" },
  { tag: [tags.string, tags.meta], color: "var(--code-text)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": {
    color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--edge)", borderRadius: "4px",
    fontSize: ".95rem",
  },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": {
    fontFamily: 'ui-monospace, SFMono-Regular, Consolas, "DejaVu Sans Mono", monospace', lineHeight: "1.5",
    maxHeight: "36rem",
  },
  ".cm-content, .cm-gutter": { minHeight: "13rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".6rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--pale)", borderRight: "1px solid var(--rule)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--ink)", fontWeight: "600" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-selected)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--edge)" },
  ".cm-tooltip": {
    backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "4px",
    maxWidth: "min(34rem, 92vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".25rem .6rem", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > completion-section": {
    borderBottom: "0", color: "var(--pale)", opacity: "1", padding: ".35rem .6rem .15rem", fontSize: ".85em",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--deep)", color: "var(--on-deep)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit", marginLeft: ".8rem", fontFamily: "system-ui, sans-serif" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: ".5rem .8rem", fontFamily: "system-ui, sans-serif", maxWidth: "22rem" },
  ".cm-diagnostic": { borderLeft: "4px solid var(--warn-edge)", padding: ".5rem .8rem", whiteSpace: "pre-wrap" },
  ".cm-diagnosticAction": {
    font: "inherit", backgroundColor: "var(--deep)", color: "var(--on-deep)", borderRadius: "4px",
    padding: ".2rem .6rem", marginLeft: ".6rem", cursor: "pointer",
  },
  ".cm-lintRange-error, .cm-lintRange-warning": {
    backgroundImage: "none", textDecoration: "underline wavy var(--code-wrong) 2px", textUnderlineOffset: ".2em",
  },
  ".cm-lint-marker": { content: "none", width: ".9em", height: ".9em" },
  ".cm-lint-marker::before": { content: "'!'", color: "var(--code-wrong)", fontWeight: "800" },
  "@media print": { ".cm-scroller": { maxHeight: "none" } },
});

function start() {
  const area = document.getElementById("query");
  const form = area?.form;
  if (!form) return;
  const label = form.querySelector("label[for=query]");
  const host = document.createElement("div");
  host.className = "editor";
  area.after(host);
  const root = host.attachShadow({ mode: "open" });
  const run = () => {
    form.requestSubmit();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        highlightActiveLine(), highlightActiveLineGutter(), EditorView.lineWrapping,
        StreamLanguage.define(sparql), syntaxHighlighting(colours), look,
        autocompletion({ override: [completions(form.dataset.terms)], icons: false, activateOnTyping: true }),
        // Tab is left to the browser: it leads out of the editor, as everywhere (WCAG 2.1.2).
        keymap.of([
          { key: "Mod-Enter", run, preventDefault: true },
          ...closeBracketsKeymap, ...defaultKeymap.filter((each) => each.key !== "Mod-Enter"), ...historyKeymap,
          ...completionKeymap, ...lintKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label.textContent, spellcheck: "false", autocapitalize: "off", autocorrect: "off",
          "aria-keyshortcuts": "Control+Enter", tabindex: "0",
        }),
        EditorView.domEventHandlers({ focus: () => void known(form.dataset.terms) }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) area.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  area.hidden = true;
  label.addEventListener("click", () => view.focus());
  const places = diagnostics(view.state.doc, JSON.parse(form.dataset.places || "[]"));
  if (places.length) {
    view.dispatch(setDiagnostics(view.state, places));
    view.dispatch({ selection: { anchor: places[0].from }, effects: EditorView.scrollIntoView(places[0].from) });
  }
  for (const button of form.querySelectorAll("button[data-does=prefixes]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const missing = await undeclared(form.dataset.terms, view.state.doc.toString());
      view.dispatch({ changes: { from: 0, insert: missing } });
      form.querySelector("[role=status]").textContent = missing ? "The prefixes are written." : "None is missing.";
      view.focus();
    });
  }
  for (const shown of form.querySelectorAll("[data-for=editor]")) shown.hidden = false;
  window.addEventListener("pageshow", () => {
    if (area.value !== view.state.doc.toString()) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } });
    }
  });
}

start();
