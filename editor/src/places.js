// Places of a query that the service has something to say about, as CodeMirror's diagnostics.

/**
 * @param doc the text in the editor
 * @param places what the page carries: line and column from 1, length, message, severity, and replacements
 */
export function diagnostics(doc, places) {
  return places.map(({ line, column, length, message, severity, instead }) => {
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const letters = [...at.text]; // the service counts characters, the editor units of UTF-16
    const before = letters.slice(0, column - 1).join("").length;
    const from = at.from + before;
    const to = from + letters.slice(column - 1, column - 1 + Math.max(length, 1)).join("").length;
    return {
      from: from === to && from > at.from ? from - 1 : from,
      to,
      severity,
      message,
      actions: instead.map((text) => ({
        name: `Use ${text}`,
        apply: (view, start, end) => view.dispatch({ changes: { from: start, to: end, insert: text } }),
      })),
    };
  });
}
