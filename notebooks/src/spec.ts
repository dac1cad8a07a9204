import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kernelName = 'heed';
export const kernelDisplayName = 'Heed (TypeScript)';

/** What a notebook says of the kernel it wants. */
export const kernelSpecMetadata = {
  kernelspec: { display_name: kernelDisplayName, language: 'typescript', name: kernelName },
  language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
};

/** The notebooks package, whether this file runs from src (tests) or dist. */
export const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** What every notebook finds without importing it. */
const preload = [
  "import * as heed from '@heed/core/all'",
  "import * as dfd from 'danfojs-node'",
  "import * as tf from '@tensorflow/tfjs'",
].join('; ');

/** The kernel's command line; Jupyter puts the connection file's path into `{connection_file}`. */
export function kernelCommand(): string[] {
  // node_modules folder in which the preloaded packages lie: ours, or the one npm hoisted them to.
  const tslab = createRequire(import.meta.url).resolve('tslab/package.json');
  return [
    process.execPath,
    join(packageFolder, 'kernel', 'kernel.cjs'),
    '--config-path',
    '{connection_file}',
    '--preload',
    preload,
    '--modules',
    dirname(dirname(tslab)),
  ];
}

/** The user's own Jupyter data folder (jupyter --paths prints the same). */
export function userDataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['JUPYTER_DATA_DIR']) return environment['JUPYTER_DATA_DIR'];
  if (process.platform === 'win32') return join(environment['APPDATA'] ?? homedir(), 'jupyter');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter');
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'jupyter');
}

function specFolder(dataFolder: string): string {
  return join(dataFolder, 'kernels', kernelName);
}

/**
 * Writes the kernel spec by hand: it holds absolute paths of this Node and this kernel, so that no Python is needed
 * to register it.
 * @returns the folder of the spec
 */
export function installKernel(dataFolder: string = userDataFolder()): string {
  const folder = specFolder(dataFolder);
  mkdirSync(folder, { recursive: true });
  const spec = {
    argv: kernelCommand(),
    display_name: kernelDisplayName,
    language: 'typescript',
    interrupt_mode: 'signal',
  };
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec, null, 2) + '\n');
  return folder;
}

/** Removes the spec; false when there was none. */
export function uninstallKernel(dataFolder: string = userDataFolder()): boolean {
  const folder = specFolder(dataFolder);
  if (!existsSync(folder)) return false;
  rmSync(folder, { recursive: true });
  return true;
}

/** Where the installed spec lies; undefined when the kernel is not installed there. */
export function installedKernel(dataFolder: string = userDataFolder()): string | undefined {
  const folder = specFolder(dataFolder);
  return existsSync(join(folder, 'kernel.json')) ? folder : undefined;
}
