/** The `heed` command: registers the subcommands and turns every failure into one line and an exit status. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { isHeedError } from '../errors.js';
import { interruption, printedLine } from './interrupt.js';
import { unwritable } from './output.js';

/** The subcommands in the order of the help. A run loads the one that was asked for: all of them take a second. */
const subcommands: Record<string, () => Promise<(program: Command) => void>> = {
  detect: async () => (await import('./detect.js')).detectCommand,
  fit: async () => (await import('./fit.js')).fitCommand,
  evaluate: async () => (await import('./evaluate.js')).evaluateCommand,
  backtest: async () => (await import('./backtest.js')).backtestCommand,
  formats: async () => (await import('./formats.js')).formatsCommand,
  detectors: async () => (await import('./detectors.js')).detectorsCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
  exporter: async () => (await import('./serve.js')).exporterCommand,
  bench: async () => (await import('./bench.js')).benchCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
  notebook: async () => (await import('./notebook.js')).notebookCommand,
  kernel: async () => (await import('./kernel.js')).kernelCommand,
};

const usageStatus = 2;
/** Codes that mean the command itself was wrong, not its input. */
const usageCodes = new Set(['unknown-detector', 'bad-option']);

function version(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('heed')
    .description('Find anomalies in time series, with reasons. Training-free by default.')
    .version(version())
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      `
Examples:
  heed detect metrics.csv                       a table of anomalies
  heed detect metrics.csv --report report.html  and a report to look at
  heed detectors                                what there is to choose from

Exit status: 0 done (with or without anomalies), 1 bad input or failed work, 2 wrong usage.`,
    );
  const names = asked !== undefined && Object.hasOwn(subcommands, asked) ? [asked] : Object.keys(subcommands);
  for (const name of names) (await subcommands[name]!())(program);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Prints what went wrong and returns the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version end this way too, and commander has printed them.
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return usageStatus;
    const text = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    process.stderr.write(`heed: ${printedLine(text)}${/[.?!)]$/.test(text) ? '' : '.'} See heed --help.\n`);
    return usageStatus;
  }
  const interrupted = interruption.status();
  if (interrupted !== undefined) {
    interruption.tell();
    return interrupted;
  }
  if (isHeedError(error)) {
    process.stderr.write(`heed: ${printedLine(error.message)}\n`);
    showStack(error);
    return usageCodes.has(error.code) ? usageStatus : 1;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `heed: internal error: ${printedLine(message)}. Please report it; HEED_DEBUG=1 shows where it happened.\n`,
  );
  showStack(error);
  return 1;
}

function showStack(error: unknown): void {
  if (process.env.HEED_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

// A reader that closes the pipe (`heed … | head`) wants no more, which is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    // Whoever waited for what was printed may have reported it already.
    if (stream === process.stdout && !process.exitCode) report(unwritable('(standard output)', error));
    process.exit(1);
  });
}

try {
  await (await createProgram(process.argv[2])).parseAsync();
} catch (error) {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE') process.exitCode = 0;
  else process.exitCode = report(error);
}
interruption.end();
