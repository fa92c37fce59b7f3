// What may come next: variables of the query, prefixes, terms of the ontology, and the words of SPARQL.

const WORDS = (
  "SELECT DISTINCT WHERE CONSTRUCT ASK DESCRIBE FROM NAMED PREFIX BASE OPTIONAL UNION MINUS GRAPH FILTER BIND VALUES " +
  "EXISTS NOT IN AS LIMIT OFFSET HAVING COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT BOUND COALESCE IF CONTAINS " +
  "STRSTARTS STRENDS LCASE UCASE REGEX REPLACE STR LANG DATATYPE YEAR MONTH DAY NOW CONCAT"
).split(" ").concat("ORDER BY", "GROUP BY", "DESC", "ASC", "FILTER NOT EXISTS");

let asked;

/** The ontology's terms and the prefixes, asked for once, when they are first needed. */
export function known(address) {
  asked ??= fetch(address)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then(({ prefixes, terms }) => ({
      prefixes,
      terms: terms.map(({ name, label, kind, definition, uses, insert }) => ({
        label: name, apply: insert, detail: label, type: kind, section: kind, info: definition || undefined,
        boost: Math.min(9, Math.log10(1 + uses) * 3),
      })),
    }))
    .catch(() => {
      asked = undefined;
      return { prefixes: {}, terms: [] };
    });
  return asked;
}

/** A source of completions for CodeMirror. */
export function completions(address) {
  return async (context) => {
    if (within(context)) return null;
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      names.delete(variable.text);
      return { from: variable.from, options: [...names].map((label) => ({ label })), validFor: /^[?$]\w*$/ };
    }
    const { prefixes, terms } = await known(address);
    const line = context.state.doc.lineAt(context.pos);
    const declaring = /^\s*prefix\s+([\w-]*:?)$/i.exec(line.text.slice(0, context.pos - line.from));
    if (declaring) {
      const options = Object.entries(prefixes).map(([name, iri]) => ({ label: `${name}:`, detail: iri, apply: `${name}: <${iri}>` }));
      return { from: context.pos - declaring[1].length, options };
    }
    const name = context.matchBefore(/[\w-]*:?[\w/-]*/);
    if (!name || (name.from === name.to && !context.explicit)) return null;
    if (name.text.includes(":")) return { from: name.from, options: terms, validFor: /^[\w-]*:[\w/-]*$/ };
    const starts = Object.entries(prefixes).map(([each, iri]) => ({ label: `${each}:`, detail: iri, section: "prefix" }));
    const words = WORDS.map((label) => ({ label, type: "keyword", section: "SPARQL", boost: -1 }));
    return { from: name.from, options: [...terms, ...starts, ...words], validFor: /^[\w-]*$/ };
  };
}

/** Whether the place is within a comment, a string or an IRI, where nothing is offered. */
function within({ state, pos }) {
  const { from, text } = state.doc.lineAt(pos);
  const before = text.slice(0, pos - from).replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<[^\s>]*>/g, "");
  return /["'#]|<\S*$/.test(before);
}

/** PREFIX lines for the known prefixes that a query uses and does not declare. */
export async function undeclared(address, text) {
  const { prefixes } = await known(address);
  const bare = text.replace(/<[^\s>]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g, " ");
  const declared = new Set([...bare.matchAll(/\bprefix\s+([\w-]*):/gi)].map((found) => found[1]));
  const used = new Set([...bare.matchAll(/(?<![\w?$:@-])([A-Za-z][\w-]*):/g)].map((found) => found[1]));
  const missing = [...used].filter((name) => name in prefixes && !declared.has(name)).sort();
  return missing.map((name) => `PREFIX ${name}: <${prefixes[name]}>\n`).join("");
}
