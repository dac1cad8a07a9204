'use strict';

/**
 * tslab's converter with two gaps closed:
 *  - `{ x }` with x of an earlier cell: tslab rewrites `x` to `exports.x` but misses the shorthand;
 *  - `await (…)`, `await […]` and `for await` at top level, which tslab's TypeScript reads as a call.
 */
exports.createConverters = function createConverters(createConverter, ts) {
  const lazy = {};
  return {
    get node() {
      if (!lazy.node) {
        const converter = createConverter({ isJS: false, isBrowser: false });
        const convert = converter.convert;
        converter.convert = (previous, source) => {
          const result = convert(previous, expandShorthand(ts, source));
          if (result.output && /\bawait\b/.test(result.output)) result.hasToplevelAwait = true;
          return result;
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
