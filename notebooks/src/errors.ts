/** One clear line for a person: what is wrong, where, what to do. The command line prints it without a stack. */
export class NotebookError extends Error {
  override readonly name = 'NotebookError';
}
