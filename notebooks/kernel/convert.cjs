'use strict';

/**
 * tslab's converter with two gaps closed:
 *  - `{ x }` with x of an earlier cell: tslab rewrites `x` to `exports.x` but misses the shorthand;
 *  - `await (…)`, `await […]` and `for await` at top level, which tslab's TypeScript reads as a call.
 * `ahead(work)` compiles what the executor is given in `work` without running it; the next time the executor
 * converts that cell, the result is at hand.
 */
exports.createConverters = function createConverters(createConverter, ts) {
  const lazy = {};
  let compiled = null;
  let onlyCompile = false;
  return {
    async ahead(work) {
      compiled = null;
      onlyCompile = true;
      try {
        const done = await work();
        return { done, compiled: compiled !== null };
      } finally {
        onlyCompile = false;
      }
    },
    get node() {
      if (!lazy.node) {
        const converter = createConverter({ isJS: false, isBrowser: false });
        const convert = converter.convert;
        converter.convert = (previous, source) => {
          if (compiled?.source === source && compiled.previous === previous) return compiled.result;
          const result = convert(previous, expandShorthand(ts, source));
          if (result.output && /\bawait\b/.test(result.output)) result.hasToplevelAwait = true;
          if (!onlyCompile) return result;
          compiled = { previous, source, result };
          // A cell without output leaves the executor as it was.
          return { diagnostics: [], declOutput: previous };
        };
        lazy.node = converter;
      }
      return lazy.node;
    },
    get browser() {
      return (lazy.browser ??= createConverter({ isJS: false, isBrowser: true }));
    },
    close() {
      lazy.node?.close();
      lazy.browser?.close();
    },
  };
};

function expandShorthand(ts, source) {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  const names = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  // From the end, so that the positions before stay right.
  return names
    .reverse()
    .reduce((text, name) => `${text.slice(0, name.end)}: ${name.text}${text.slice(name.end)}`, source);
}
