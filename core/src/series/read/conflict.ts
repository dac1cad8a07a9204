import { HeedError } from '../../errors.js';

/** True for a line that Git puts around two versions of a part of a file. */
export function isConflict(text: string): boolean {
  return /^(?:<{7}|>{7})(?: |$)/.test(text);
}

/** The error of a file whose versions were never merged. */
export function conflictError(file: string | undefined, line: number): HeedError {
  return new HeedError(
    'bad-csv',
    'a conflict of two versions begins or ends here, as Git marks it: the file was not merged',
    'Keep one version and take out the lines with <<<<<<<, ======= and >>>>>>>.',
    { file, line },
  );
}
