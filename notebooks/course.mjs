// Writes the statements of notebooks/exercises/*.md into the notebooks: npm run build, then node notebooks/course.mjs
import { join } from 'node:path';
import {
  courseNotebooks,
  exercisesCellId,
  exercisesText,
  readExercises,
  readNotebook,
  splitLines,
  writeNotebook,
} from '@heed/notebooks';

for (const name of courseNotebooks()) {
  const path = join(import.meta.dirname, `${name}.ipynb`);
  const notebook = readNotebook(path);
  const cell = notebook.cells.find(({ id }) => id === exercisesCellId);
  if (!cell) throw new Error(`${path} has no cell "${exercisesCellId}"`);
  cell.source = splitLines(exercisesText(readExercises(name)));
  writeNotebook(path, notebook);
}
