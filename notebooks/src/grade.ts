import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { NotebookError } from './errors.js';
import { courseNotebooks, exerciseId, readExercises, type Exercise } from './exercises.js';
import { joinLines, readNotebook } from './nbformat.js';
import type { CheckReport, CheckRequest } from './grade-worker.js';

export interface ExerciseResult {
  readonly number: number;
  readonly title: string;
  readonly passed: boolean;
  /** Why it failed: which check, and what it saw. */
  readonly reason?: string;
}

export interface GradeOptions {
  /** Limit per exercise in ms; default 60,000. */
  readonly timeout?: number;
}

/** The code a student wrote for each exercise; undefined where the cell is gone. */
interface Submission {
  readonly exercise: Exercise;
  readonly code: string | undefined;
}

/** @throws NotebookError when the file is no notebook of the course, or has an exercise twice */
function readSubmissions(file: string): Submission[] {
  const code = new Map<string, string>();
  for (const cell of readNotebook(file).cells) {
    const id = (cell.metadata as { heed?: { exercise?: unknown } }).heed?.exercise;
    if (cell.cell_type !== 'code' || typeof id !== 'string') continue;
    if (code.has(id)) {
      throw new NotebookError(`${file}: exercise ${id} has two cells. Delete the one that should not count.`);
    }
    code.set(id, joinLines(cell.source));
  }
  const notebooks = [...new Set([...code.keys()].map((id) => id.split('#')[0]!))];
  if (notebooks.length === 0) {
    throw new NotebookError(
      `${file}: this is no student's notebook of the course: no cell of it is marked as an exercise. Make a copy to work in with "heed notebook new-course DIR".`,
    );
  }
  const known = courseNotebooks();
  const strange = notebooks.find((name) => !known.includes(name));
  if (strange !== undefined || notebooks.length > 1) {
    const what =
      strange === undefined
        ? `has exercises of ${notebooks.join(' and ')}`
        : `names exercises of "${strange}", which the course does not have`;
    throw new NotebookError(
      `${file}: the notebook ${what}. Make a new copy with "heed notebook new-course DIR".`,
    );
  }
  return readExercises(notebooks[0]!).map((exercise) => ({ exercise, code: code.get(exerciseId(exercise)) }));
}

/**
 * Grades the exercises of a student's notebook. Only the exercise cells run, each by itself with its hidden check, in a
 * worker thread that is ended when it takes too long.
 * @throws NotebookError when the file cannot be read or is not of the course
 */
export async function gradeNotebook(file: string, options: GradeOptions = {}): Promise<ExerciseResult[]> {
  const submissions = readSubmissions(file);
  const grader = new Grader(options.timeout ?? 60_000);
  try {
    const results: ExerciseResult[] = [];
    for (const { exercise, code } of submissions) {
      const { number, title } = exercise;
      const reason =
        code === undefined
          ? `its cell is missing: give a code cell the metadata {"heed": {"exercise": "${exerciseId(exercise)}"}}, or make a new copy`
          : await grader.grade(code, exercise);
      results.push(
        reason === undefined ? { number, title, passed: true } : { number, title, passed: false, reason },
      );
    }
    return results;
  } finally {
    await grader.close();
  }
}

/** A worker that has loaded what it needs: the time that takes is nobody's endless loop. */
async function start(): Promise<Worker> {
  const worker = new Worker(new URL('./grade-worker.js', import.meta.url), { stdout: true, stderr: true });
  await once(worker, 'message');
  return worker;
}

/** Runs code with a check in a worker thread, which is started on first use and again after it was ended. */
export class Grader {
  #worker: Worker | undefined;

  constructor(readonly timeout: number) {}

  /** @returns why the code fails the exercise, or undefined when it passes */
  async grade(code: string, { check }: Pick<Exercise, 'check'>): Promise<string | undefined> {
    const worker = (this.#worker ??= await start());
    const report = await new Promise<CheckReport>((done) => {
      const finish = (answer: CheckReport, end: boolean) => {
        clearTimeout(timer);
        worker.off('message', answered).off('error', failed).off('exit', exited);
        if (end) {
          this.#worker = undefined;
          // What a stopped worker still says is of no interest, but must not be an uncaught error.
          worker.on('error', () => {});
          void worker.terminate();
        }
        done(answer);
      };
      const answered = (answer: CheckReport) => finish(answer, false);
      const failed = (error: unknown) => finish({ problem: `it ended with ${String(error)}` }, true);
      const exited = () => finish({ problem: 'it ended the process: leave out process.exit()' }, true);
      const timer = setTimeout(
        () =>
          finish(
            { problem: `it did not finish within ${this.timeout / 1000} s: is there an endless loop?` },
            true,
          ),
        this.timeout,
      );
      worker.on('message', answered).on('error', failed).on('exit', exited);
      worker.postMessage({ code, check } satisfies CheckRequest);
    });
    return report.problem;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
