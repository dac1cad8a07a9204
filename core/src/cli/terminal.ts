import cliProgress from 'cli-progress';
import pc from 'picocolors';
import type { Progress } from '../detectors/base/types.js';
import { humanDuration } from '../format.js';
import { cleanText } from '../plot/svg.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** Color only on a terminal; NO_COLOR and FORCE_COLOR as everywhere (no-color.org). */
export function colorsFor(stream: NodeJS.WriteStream): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== '';
  const wanted = forced || (stream.isTTY === true && TERM !== 'dumb');
  return pc.createColors(wanted && !NO_COLOR);
}

/** Columns to fill: those of the terminal, COLUMNS, or 100. */
export function terminalWidth(): number {
  const columns = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Number.isFinite(columns) && columns >= 20 ? Math.min(columns, 200) : 100;
}

/** Text from data made safe to print: a name cannot move the cursor or change colors. */
export function printable(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ');
}

/** A line on stderr that neither a progress bar nor a pipe disturbs. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const phaseNames: Readonly<Record<string, string>> = {
  read: 'Reading',
  pretrain: 'Pretraining',
  fit: 'Training',
  score: 'Scoring',
  explain: 'Explaining',
  decide: 'Deciding',
  evaluate: 'Evaluating',
};

/** Phases that do not know how much of them is done. */
const withoutShare: ReadonlySet<string> = new Set(['decide']);

/** Shows the progress of long work on stderr: a bar on a terminal, a line every few seconds elsewhere. */
export class ProgressDisplay {
  private bar: cliProgress.SingleBar | undefined;
  private readonly started = Date.now();
  private lastLine = Date.now();
  private phase = '';

  /** @param quiet shows nothing */
  constructor(private readonly quiet: boolean) {}

  readonly update = (progress: Progress): void => {
    if (this.quiet) return;
    const name = phaseNames[progress.phase] ?? progress.phase;
    const percent = Math.round(100 * Math.min(1, Math.max(0, progress.done)));
    const share = withoutShare.has(progress.phase) ? '' : ` ${percent}%`;
    const details = [
      progress.epoch === undefined
        ? ''
        : `epoch ${progress.epoch}${progress.epochs ? `/${progress.epochs}` : ''}`,
      progress.loss === undefined ? '' : `loss ${progress.loss.toPrecision(3)}`,
      progress.secondsLeft === undefined ? '' : `${humanDuration(1000 * progress.secondsLeft)} left`,
      progress.message ? printable(progress.message) : '',
    ]
      .filter((detail) => detail !== '')
      .join(', ');
    if (process.stderr.isTTY) this.drawBar(name, percent, share, details);
    else this.printLine(name, percent, share, details);
  };

  /** A bar only where the work takes long enough to be noticed. */
  private drawBar(name: string, percent: number, share: string, details: string): void {
    if (!this.bar) {
      if (Date.now() - this.started < 300) return;
      this.bar = new cliProgress.SingleBar(
        {
          format: '{name} {bar}{share} {details}',
          stream: process.stderr,
          // An interrupt may end the process where it stands: a hidden cursor would stay hidden.
          hideCursor: false,
          clearOnComplete: true,
          barsize: 24,
          gracefulExit: false,
          linewrap: false,
        },
        cliProgress.Presets.shades_grey,
      );
      this.bar.start(100, percent, { name, share, details });
    }
    this.bar.update(percent, { name, share, details });
  }

  private printLine(name: string, percent: number, share: string, details: string): void {
    if (percent >= 100) return;
    const now = Date.now();
    const wait = this.phase === name ? 5000 : 2000;
    if (now - this.lastLine < wait) return;
    this.lastLine = now;
    this.phase = name;
    tell(
      `${name}${share && `:${share}`} after ${humanDuration(now - this.started)}${details ? ` (${details})` : ''}`,
    );
  }

  /** Takes the bar away; call before printing anything. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
