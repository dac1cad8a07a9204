import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NotebookError } from './errors.js';
import { courseNotebooks, exerciseId, readExercises, type Exercise } from './exercises.js';
import { readNotebook, splitLines, writeNotebook, type Cell, type Notebook } from './nbformat.js';
import { packageFolder } from './spec.js';

/** Id of the cell of a committed notebook that lists its exercises; a student's copy has cells to fill in there. */
export const exercisesCellId = 'course-exercises';

/** What that cell says: the statements, and where starter code and solutions are. */
export function exercisesText(exercises: readonly Exercise[]): string {
  const { notebook } = exercises[0]!;
  return [
    '## Exercises',
    `Starter code, solutions and checks: [exercises/${notebook}.md](exercises/${notebook}.md). A copy to work in, without the solutions: \`npx heed notebook new-course DIR\`; \`npx heed notebook check DIR/${notebook}.ipynb\` grades it.`,
    ...exercises.map(({ number, title, statement }) => `### ${number}. ${title}\n\n${statement}`),
  ].join('\n\n');
}

function markdownCell(id: string, source: string): Cell {
  return { cell_type: 'markdown', id, metadata: {}, source: splitLines(source) };
}

function exerciseCells(exercises: readonly Exercise[]): Cell[] {
  const { notebook } = exercises[0]!;
  return [
    markdownCell(
      exercisesCellId,
      `## Exercises\n\nReplace the code of the cells below; keep the names they define. Each cell is graded by itself: only \`heed\`, \`tf\` and \`dfd\` are there, nothing of the cells above. To grade: \`npx heed notebook check ${notebook}.ipynb\``,
    ),
    ...exercises.flatMap((exercise): Cell[] => [
      markdownCell(
        `exercise-${exercise.number}-statement`,
        `### ${exercise.number}. ${exercise.title}\n\n${exercise.statement}`,
      ),
      {
        cell_type: 'code',
        id: `exercise-${exercise.number}`,
        metadata: { heed: { exercise: exerciseId(exercise) } },
        source: splitLines(exercise.starter),
        execution_count: null,
        outputs: [],
      },
    ]),
  ];
}

/** A student's copy of a notebook: no outputs, a cell with starter code for every exercise, no solutions. */
export function studentNotebook(notebook: Notebook, exercises: readonly Exercise[]): Notebook {
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    if (cell.id === exercisesCellId) return exerciseCells(exercises);
    return [cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell];
  });
  return { ...notebook, cells };
}

export interface NewCourse {
  /** The folder's full path. */
  readonly folder: string;
  readonly notebooks: readonly string[];
  readonly exercises: number;
}

/**
 * Lays out a copy of the course for students: the notebooks without outputs, with exercise cells to fill in, and the
 * syllabus. Writes into a new or empty folder only, so that nobody's work is lost.
 * @throws NotebookError when the folder holds something, or is a file
 */
export function createCourse(folder: string): NewCourse {
  const target = resolve(folder);
  if (existsSync(target)) {
    if (!statSync(target).isDirectory()) {
      throw new NotebookError(`${folder}: this is a file. Name a new folder for the course.`);
    }
    if (readdirSync(target).length > 0) {
      throw new NotebookError(
        `${folder}: the folder is not empty, and nothing in it is overwritten. Name a new folder for the course.`,
      );
    }
  }
  const names = courseNotebooks();
  const copies = names.map((name) => {
    const exercises = readExercises(name);
    return {
      name,
      exercises,
      copy: studentNotebook(readNotebook(join(packageFolder, `${name}.ipynb`)), exercises),
    };
  });
  makeCourseFolder(folder, target);
  for (const { name, copy } of copies) writeNotebook(join(target, `${name}.ipynb`), copy);
  writeFileSync(join(target, 'SYLLABUS.md'), readFileSync(join(packageFolder, 'SYLLABUS.md')));
  return {
    folder: target,
    notebooks: names,
    exercises: copies.reduce((sum, { exercises }) => sum + exercises.length, 0),
  };
}

/** @throws NotebookError where no folder can be made there */
function makeCourseFolder(folder: string, target: string): void {
  if (existsSync(target)) return;
  try {
    mkdirSync(target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new NotebookError(
      code === 'ENOENT'
        ? `${folder}: the folder above it does not exist, or takes no folder. Make it first, or name another place.`
        : `${folder}: no folder can be made there (${code}). Name another place.`,
    );
  }
}
