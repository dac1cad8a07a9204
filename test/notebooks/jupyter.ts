import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A Python that has a Jupyter module, as the start of a command line. */
export type PythonWith = 'nbconvert' | 'notebook';

const pythons = [process.env.PYTHON, '/usr/bin/python3', 'python3', 'python'].filter(
  (python): python is string => !!python,
);
const packages: Record<PythonWith, string[]> = {
  nbconvert: ['jupyter-nbconvert'],
  notebook: ['jupyter-notebook'],
};

/**
 * A Python with the given Jupyter module: PYTHON, Debian's, the one on the path; on Debian as root it is installed.
 * Without one, tests are to be skipped with the line that is printed here; under CI=true that is an error.
 */
export function findPythonWith(module: PythonWith): string | undefined {
  const found = search(module) ?? (install(module) ? search(module) : undefined);
  if (found) return found;
  const line = `Tests with Jupyter need Python's ${module} and found none. Install it (Debian: apt-get install ${packages[module].join(' ')}) or set PYTHON.`;
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`SKIPPED: ${line}`);
  return undefined;
}

function search(module: PythonWith): string | undefined {
  return pythons.find((python) => {
    try {
      execFileSync(python, ['-c', `import ${module}, jupyter_client`], { stdio: 'ignore', timeout: 30_000 });
      return true;
    } catch {
      return false;
    }
  });
}

function install(module: PythonWith): boolean {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return false;
  console.warn(`Installing Jupyter for the notebook tests (apt-get install ${packages[module].join(' ')})…`);
  const apt = (...args: string[]) =>
    execFileSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', ...packages[module]);
    return true;
  } catch {
    return false;
  }
}
