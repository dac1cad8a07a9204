import type { Command } from 'commander';
import { layouts } from './layouts.js';
import { print } from './output.js';
import { wrapText } from './table.js';

/** Columns of a page of help. */
const width = 116;

/** The layouts by their names, as `heed detect --help` lists them. */
export function layoutNames(): string {
  return Object.entries(layouts)
    .flatMap(([group, list]) => {
      const names = `${group}: ${list.map(({ name }) => name).join('; ')}.`;
      return wrapText(names, width - 4).map((line, i) => `${i === 0 ? '  ' : '    '}${line}`);
    })
    .join('\n');
}

/** Every layout with its sample. */
function layoutSamples(): string {
  return Object.entries(layouts)
    .map(([group, list]) =>
      [`${group}\n`, ...list.map(({ name, sample }) => `  ${name}\n${sample.replace(/^/gm, '    ')}\n`)].join(
        '\n',
      ),
    )
    .join('\n');
}

/** `heed formats`: the layouts that are read. */
export function formatsCommand(program: Command): void {
  program
    .command('formats')
    .description('show the layouts of files that are read, with a sample of each')
    .addHelpText(
      'after',
      '\nParquet and workbooks (Excel, OpenDocument) are read too, and all of these compressed by gzip or zstd. What a file is\nshows in its content, not in its name.',
    )
    .action(() => print(layoutSamples()));
}
