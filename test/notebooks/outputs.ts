import { joinLines, type Cell, type Notebook, type Output } from '@heed/notebooks';

/** Numbers may differ by this share (at least by this much): another processor rounds otherwise. */
const tolerance = 0.002;

const number = /[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;

/** The text without its numbers, and the numbers. */
function split(text: string): { rest: string; numbers: number[] } {
  const numbers: number[] = [];
  const rest = text.replace(number, (found) => {
    numbers.push(Number(found.replace('−', '-')));
    return '#';
  });
  return { rest, numbers };
}

/** The MIME types that are drawn or printed, as text; a result's plain text says nothing where a picture says it. */
function shown(output: Output): [string, string][] {
  if (output.output_type === 'stream') return [[output.name, joinLines(output.text)]];
  if (output.output_type === 'error') return [['error', `${output.ename}: ${output.evalue}`]];
  const types = Object.keys(output.data).sort();
  return types
    .filter((type) => type !== 'text/plain' || types.length === 1)
    .map((type) => [type, joinLines(output.data[type] as string | string[])]);
}

/** What differs first between two texts, or undefined: words must be equal, numbers nearly. */
export function firstDifference(committed: string, executed: string): string | undefined {
  const [a, b] = [split(committed), split(executed)];
  if (a.rest !== b.rest) {
    let at = 0;
    while (a.rest[at] === b.rest[at]) at++;
    const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 60));
    return `committed ${around(a.rest)}\nexecuted  ${around(b.rest)}`;
  }
  const at = a.numbers.findIndex((value, i) => {
    const other = b.numbers[i]!;
    return Math.abs(value - other) > tolerance * Math.max(1, Math.abs(value), Math.abs(other));
  });
  return at < 0 ? undefined : `number ${at + 1}: committed ${a.numbers[at]}, executed ${b.numbers[at]}`;
}

/** How the outputs of an executed notebook differ from the committed ones: one line per cell. */
export function compareOutputs(committed: Notebook, executed: Notebook): string[] {
  return committed.cells.flatMap((cell: Cell, index) => {
    const before = (cell.outputs ?? []).flatMap(shown);
    const after = (executed.cells[index]!.outputs ?? []).flatMap(shown);
    const types = (outputs: [string, string][]) => outputs.map(([type]) => type).join(', ');
    if (types(before) !== types(after)) {
      return [
        `cell ${index + 1}: committed ${types(before) || 'nothing'}, executed ${types(after) || 'nothing'}`,
      ];
    }
    const differences = before.flatMap(([type, text], i) => {
      const difference = firstDifference(text, after[i]![1]);
      return difference ? [`cell ${index + 1}, ${type}: ${difference}`] : [];
    });
    return differences.slice(0, 1);
  });
}
