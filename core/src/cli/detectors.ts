import { Option, type Command } from 'commander';
import Table from 'cli-table3';
import { getDetectorDefinition, listDetectors } from '../detectors/registry.js';
import type { DetectorDefinition } from '../detectors/base/types.js';
import { listDefaults, describeOption } from '../detectors/base/options.js';
import { toGraphInput } from '../detection/graph/detector.js';
import { print } from './output.js';
import { colorsFor, terminalWidth } from './terminal.js';

/** `heed detectors`: what there is to choose from. */
export function detectorsCommand(program: Command): void {
  program
    .command('detectors')
    .description('list the detectors, or describe one with its options')
    .argument('[id]', 'describe this detector')
    .addOption(new Option('--format <format>', 'output').choices(['table', 'json']).default('table'))
    .addHelpText(
      'after',
      `
Examples:
  heed detectors
  heed detectors memory-attention
  heed detectors --format json | jq '.[].id'`,
    )
    .action(async (id: string | undefined, options: { format: 'table' | 'json' }) => {
      const chosen = id === undefined ? listDetectors() : [getDetectorDefinition(id)];
      if (options.format === 'json') {
        const list = chosen.map(({ id, input, tags, source, summary, options, parameters }) => ({
          id,
          input,
          tags,
          source,
          summary,
          defaults: listDefaults(options),
          parameters: parameters ?? null,
        }));
        await print(`${JSON.stringify(list, null, 2)}\n`);
      } else await print(id === undefined ? listText(chosen) : describeText(chosen[0]!));
    });
}

/** What a reader chooses by, in a word each. */
function traits(definition: DetectorDefinition): string {
  const { input, tags } = definition;
  const graphs = toGraphInput(definition);
  return [
    input !== 'series' ? input : graphs ? `series, ${graphs}` : '',
    tags.needsTraining ? (tags.supervised ? 'needs labels' : 'trained') : 'no training',
    tags.multivariate ? 'many channels' : 'one channel',
    tags.streaming ? 'streaming' : '',
    tags.baseline ? 'baseline' : '',
  ]
    .filter((trait) => trait !== '')
    .join(', ');
}

/** Trainable values, or points per window where nothing is trained. */
function sizeText({ parameters, options }: DetectorDefinition): string {
  if (parameters !== undefined) return parameters.toLocaleString('en-US');
  const window = options['window']?.default;
  // A window of 0 is chosen by the series.
  return typeof window === 'number' ? `window ${window > 0 ? window : 'auto'}` : '';
}

function listText(definitions: readonly DetectorDefinition[]): string {
  const colors = colorsFor(process.stdout);
  const width = terminalWidth();
  const columns = [Math.max(8, ...definitions.map(({ id }) => id.length)) + 2, 22, 12];
  const rest = width - columns.reduce((sum, column) => sum + column, 0) - columns.length - 2;
  const table = new Table({
    head: ['id', 'kind', 'size', 'what it does, and source'].map((name) => colors.bold(name)),
    colWidths: [...columns, Math.max(24, rest)],
    colAligns: ['left', 'left', 'right', 'left'],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const definition of definitions) {
    const what = `${definition.summary} ${colors.dim(`[${definition.source}]`)}`;
    table.push([colors.cyan(definition.id), traits(definition), sizeText(definition), what]);
  }
  const size = 'Size: values trained with the defaults on one channel.';
  return `${table.toString()}\n${definitions.length} detectors. ${size} Options of one: heed detectors ID\n`;
}

function describeText(definition: DetectorDefinition): string {
  const colors = colorsFor(process.stdout);
  const lines = [
    colors.bold(definition.id),
    definition.summary,
    `Source: ${definition.source}`,
    `Kind: ${traits(definition)}; scores ${definition.tags.minPoints} ${
      { series: 'points', image: 'images', graph: 'nodes', 'graph-sequence': 'nodes' }[definition.input]
    } or more`,
    ...(definition.parameters === undefined
      ? []
      : [
          `Size: ${definition.parameters.toLocaleString('en-US')} trained values with the defaults on one channel`,
        ]),
    '',
  ];
  const options = Object.entries(definition.options);
  if (options.length === 0) lines.push('It has no options.');
  else {
    lines.push('Options (--option NAME=VALUE):');
    for (const [name, spec] of options) {
      const value = spec.default;
      const standard =
        value === undefined ? '' : ` (default ${Array.isArray(value) ? value.join(',') : String(value)})`;
      lines.push(`  ${colors.cyan(name)}: ${spec.summary}; ${describeOption(spec)}${standard}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
