import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NotebookError } from './errors.js';
import { packageFolder } from './spec.js';

/** One exercise of the course, as its companion file says it. */
export interface Exercise {
  /** Name of the notebook without its ending, `02-attention-from-scratch`. */
  readonly notebook: string;
  /** Counted from 1 within the notebook. */
  readonly number: number;
  readonly title: string;
  /** Markdown. */
  readonly statement: string;
  /** TypeScript: what a student finds in the cell. It runs, and fails the check. */
  readonly starter: string;
  /** TypeScript: one answer that passes the check. */
  readonly solution: string;
  /** TypeScript: calls of `test(name, body)` that see the names of the cell. Hidden from students. */
  readonly check: string;
}

/** What ties a cell of a student's notebook to its exercise: metadata that Jupyter and VS Code keep. */
export function exerciseId({ notebook, number }: Exercise): string {
  return `${notebook}#${number}`;
}

const exerciseFolder = join(packageFolder, 'exercises');

/** Names of the notebooks that have exercises, in their order. */
export function courseNotebooks(): string[] {
  return readdirSync(exerciseFolder)
    .filter((file) => /^\d\d-.*\.md$/.test(file))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/** The exercises of one notebook; without `folder`, those of Heed's course. */
export function readExercises(notebook: string, folder = exerciseFolder): Exercise[] {
  const file = join(folder, `${notebook}.md`);
  return parseExercises(notebook, readFileSync(file, 'utf8'), file);
}

/**
 * Reads a companion file: Markdown with one `## N. Title` per exercise, below it the statement and then three code
 * fences, ` ```ts starter `, ` ```ts solution ` and ` ```ts check `.
 * @throws NotebookError that names the file, the exercise and what is missing
 */
export function parseExercises(notebook: string, markdown: string, file = notebook): Exercise[] {
  const heading = /^## (\d+)\. (.+)$/m;
  const parts = markdown.split(/^(?=## \d+\. )/m).filter((part) => part.startsWith('## '));
  if (parts.length === 0) {
    throw new NotebookError(`${file}: no exercise was found. Begin each with a line like "## 1. Its title".`);
  }
  return parts.map((part, i) => {
    const [, number, title] = heading.exec(part)!;
    if (Number(number) !== i + 1) {
      throw new NotebookError(
        `${file}: exercise ${number} stands where exercise ${i + 1} should. Count from 1.`,
      );
    }
    const code = (kind: string): string => {
      const found = new RegExp(`^\`\`\`ts ${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(part);
      if (!found)
        throw new NotebookError(`${file}: exercise ${number} has no \`\`\`ts ${kind} block. Add one.`);
      return found[1]!.trimEnd();
    };
    const body = part.slice(part.indexOf('\n') + 1);
    return {
      notebook,
      number: i + 1,
      title: title!.trim(),
      statement: body.slice(0, body.search(/^```ts starter$/m)).trim(),
      starter: code('starter'),
      solution: code('solution'),
      check: code('check'),
    };
  });
}
