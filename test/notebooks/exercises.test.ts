import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  courseNotebooks,
  createCourse,
  exercisesCellId,
  exercisesText,
  Grader,
  gradeNotebook,
  joinLines,
  parseExercises,
  readExercises,
  readNotebook,
  writeNotebook,
  type Cell,
} from '@heed/notebooks';
import { commandIn } from '../cli/command.js';

const { run } = commandIn();
const folder = join(import.meta.dirname, '../../notebooks');
const names = courseNotebooks();
const exerciseOf = (cell: Cell) => (cell.metadata as { heed?: { exercise?: string } }).heed?.exercise;

let scratch: string;
let course: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'heed-course-'));
  course = join(scratch, 'course');
  createCourse(course);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes a copy of a student's notebook with other code in its exercise cells. */
function handIn(name: string, answer: (number: number, starter: string) => string): string {
  const notebook = readNotebook(join(course, `${name}.ipynb`));
  for (const cell of notebook.cells) {
    const id = exerciseOf(cell);
    if (id !== undefined) cell.source = answer(Number(id.split('#')[1]), joinLines(cell.source));
  }
  const path = join(mkdtempSync(join(scratch, 'handed-in-')), `${name}.ipynb`);
  writeNotebook(path, notebook);
  return path;
}

describe('the course', () => {
  test('has exercises for every notebook', () => {
    const notebooks = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));
    expect(names.map((name) => `${name}.ipynb`)).toEqual(notebooks.sort());
  });

  test.each(names)('%s has what a course needs, and the statements of its exercises', (name) => {
    const { cells } = readNotebook(join(folder, `${name}.ipynb`));
    const text = (id: string) => joinLines(cells.find((cell) => cell.id === id)?.source ?? '');
    const goals = text('course-goals');
    expect(goals.match(/^- /gm)?.length).toBeGreaterThanOrEqual(2);
    expect(goals).toMatch(/\*\*Prerequisites:\*\* /);
    expect(goals).toMatch(/\*\*Time:\*\* about \d+ minutes/);
    expect(cells[1]!.id).toBe('course-goals');
    expect(text('course-summary')).toMatch(/^## Summary\n/);
    expect(text('course-quiz').match(/<details>/g)).toHaveLength(2);
    expect(text('course-references')).toMatch(/^- .+https:\/\/\S+$/m);
    const exercises = readExercises(name);
    expect(exercises.length).toBeGreaterThanOrEqual(3);
    expect(text(exercisesCellId), 'Run node notebooks/course.mjs after npm run build.').toBe(
      exercisesText(exercises),
    );
  });

  test('every solution passes its check, and every starter fails it', async () => {
    const grader = new Grader(30_000);
    const wrong: string[] = [];
    for (const exercise of names.flatMap((name) => readExercises(name))) {
      const [solution, starter] = [
        await grader.grade(exercise.solution, exercise),
        await grader.grade(exercise.starter, exercise),
      ];
      const where = `${exercise.notebook} ${exercise.number}`;
      if (solution !== undefined) wrong.push(`${where}: the solution fails: ${solution}`);
      if (starter === undefined) wrong.push(`${where}: the starter passes`);
      else if (!starter.startsWith('check “')) wrong.push(`${where}: the starter does not run: ${starter}`);
    }
    await grader.close();
    expect(wrong).toEqual([]);
  });

  test('a companion file that lacks a part is refused with the place and the remedy', () => {
    expect(() => parseExercises('x', '# nothing')).toThrow(/no exercise was found.*## 1\./s);
    expect(() => parseExercises('x', '## 2. A\n')).toThrow(/exercise 2 stands where exercise 1 should/);
    expect(() => parseExercises('x', '## 1. A\n```ts starter\n1\n```\n')).toThrow(
      /exercise 1 has no ```ts solution/,
    );
  });
});

describe('a copy for students', () => {
  test('has no outputs, no solutions, and starter code in every exercise cell', () => {
    for (const name of names) {
      const { cells } = readNotebook(join(course, `${name}.ipynb`));
      for (const cell of cells.filter(({ cell_type }) => cell_type === 'code')) {
        expect(cell.outputs).toEqual([]);
        expect(cell.execution_count).toBe(null);
      }
      const exercises = readExercises(name);
      const given = cells.filter((cell) => exerciseOf(cell) !== undefined);
      expect(given.map((cell) => joinLines(cell.source))).toEqual(exercises.map(({ starter }) => starter));
      const text = readFileSync(join(course, `${name}.ipynb`), 'utf8');
      expect(text).not.toContain(`exercises/${name}.md`);
      expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    }
  });

  test('is not laid over a folder that holds something', () => {
    expect(() => createCourse(course)).toThrow(/not empty/);
    expect(() => createCourse(join(course, `${names[0]}.ipynb`))).toThrow(/this is a file/);
    expect(() => createCourse(join(course, 'none/course'))).toThrow(/the folder above it does not exist/);
  });
});

describe('heed notebook check', () => {
  const name = '02-attention-from-scratch';

  test('gives full marks where the solutions were pasted in', async () => {
    const solved = handIn(name, (number) => readExercises(name)[number - 1]!.solution);
    const { status, stdout } = await run(['notebook', 'check', solved]);
    expect(stdout).toContain('3 of 3 exercises passed');
    expect(status).toBe(0);
  });

  test('gives none to an untouched copy, over several files', async () => {
    const files = ['01-first-anomaly', name].map((one) => join(course, `${one}.ipynb`));
    const { status, stdout } = await run(['notebook', 'check', ...files]);
    expect(stdout).toContain('0 of 6 exercises passed');
    expect(status).toBe(1);
  });

  test('says which check failed, and why', async () => {
    const answers = [
      'function softmax(scores: number[]): number[] { return scores.map(() => 1 / scores.length); }',
      'const attend = () => { while (true); };',
      'const spread = ;',
    ];
    const results = await gradeNotebook(
      handIn(name, (number) => answers[number - 1]!),
      { timeout: 3000 },
    );
    expect(results.map(({ passed }) => passed)).toEqual([false, false, false]);
    expect(results[0]!.reason).toBe('check “large scores do not overflow”: at [0]: got 0.5, expected 0.75');
    expect(results[1]!.reason).toMatch(/did not finish within 3 s/);
    expect(results[2]!.reason).toMatch(/line 1 is no TypeScript: Expression expected/);
  });

  test('a name that is gone, one of another cell, and process.exit are told', async () => {
    const answers = ['const other = 1;', 'const w = dayVectors[0];', 'process.exit(0);'];
    const [gone, foreign, exit] = await gradeNotebook(handIn(name, (number) => answers[number - 1]!));
    expect(gone!.reason).toMatch(/softmax is not defined: keep the names/);
    expect(foreign!.reason).toMatch(
      /the cell fails: dayVectors is not defined: each exercise cell is run by itself/,
    );
    expect(exit!.reason).toMatch(/process\.exit/);
  });

  test('refuses what is not of the course', async () => {
    const refused = await run(['notebook', 'check', join(folder, `${name}.ipynb`)]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/no student's notebook of the course.*new-course/s);
    const broken = join(scratch, 'broken.ipynb');
    writeFileSync(broken, '{');
    await expect(gradeNotebook(broken)).rejects.toThrow(/not JSON/);
    await expect(gradeNotebook(join(scratch, 'none.ipynb'))).rejects.toThrow(/no such file/);
    const notebook = readNotebook(join(course, `${name}.ipynb`));
    const cell = notebook.cells.find((one) => exerciseOf(one) !== undefined)!;
    const twice = join(scratch, 'twice.ipynb');
    writeNotebook(twice, { ...notebook, cells: [...notebook.cells, { ...cell, id: 'again' }] });
    await expect(gradeNotebook(twice)).rejects.toThrow(/#1 has two cells/);
    const missing = join(scratch, 'missing.ipynb');
    writeNotebook(missing, { ...notebook, cells: notebook.cells.filter((one) => one !== cell) });
    expect((await gradeNotebook(missing))[0]!.reason).toMatch(/its cell is missing/);
  });
});
