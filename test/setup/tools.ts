import { execFileSync } from 'node:child_process';
import { findProgram } from '../../core/scripts/debian.mjs';
import { searchChromium } from './search-chromium.js';

/** Something that tests need and npm cannot bring. */
interface Tool {
  /** What cannot be tested without it. */
  readonly serves: string;
  readonly packages: readonly string[];
  /** How to point at one that stands elsewhere. */
  readonly hint?: string;
  /** Path of the program, or of the Python that has the module. */
  readonly search: () => string | undefined;
}

export const tools = {
  chromium: {
    serves: 'tests in a browser',
    packages: ['chromium-headless-shell'],
    hint: 'or set CHROMIUM_PATH',
    search: searchChromium,
  },
  nbconvert: {
    serves: 'notebooks run by nbconvert',
    packages: ['jupyter-nbconvert'],
    hint: 'or set PYTHON',
    search: () => searchPythonWith('nbconvert'),
  },
  notebook: {
    serves: 'notebooks in Jupyter Notebook',
    packages: ['jupyter-notebook'],
    hint: 'or set PYTHON',
    search: () => searchPythonWith('notebook'),
  },
  prometheus: {
    serves: 'reading a real Prometheus',
    packages: ['prometheus'],
    search: () => (findProgram('promtool') ? findProgram('prometheus') : undefined),
  },
  alertmanager: {
    serves: 'alerts in a real Alertmanager',
    packages: ['prometheus-alertmanager'],
    search: () => findProgram('prometheus-alertmanager') ?? findProgram('alertmanager'),
  },
  redis: {
    serves: 'several machines that share a real Redis',
    packages: ['redis-server'],
    search: () => findProgram('redis-server'),
  },
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** One line that says what is missing, what for, and how to get it. */
export function missingLine(name: ToolName): string {
  const { serves, packages, hint }: Tool = tools[name];
  return `${serves}: there is no ${name}. Install it (Debian: apt-get install ${packages.join(' ')})${hint ? ` ${hint}` : ''}.`;
}

const found = new Map<ToolName, string | undefined>();

/**
 * Path of a tool (for Python modules, of the Python that has them), or undefined where its tests are to be skipped:
 * the set-up has installed it where it could, and has said so where it could not.
 * @throws Error under CI=true, where nothing may be skipped for want of a tool
 */
export function findTool(name: ToolName): string | undefined {
  if (!found.has(name)) found.set(name, tools[name].search());
  const path = found.get(name);
  if (path === undefined && process.env.CI === 'true') throw new Error(missingLine(name));
  return path;
}

const pythons = [process.env.PYTHON, '/usr/bin/python3', 'python3', 'python'].filter(
  (python): python is string => !!python,
);

/** A Python with Jupyter's module: PYTHON, Debian's, the one on the path. */
function searchPythonWith(module: string): string | undefined {
  return pythons.find((python) => {
    try {
      execFileSync(python, ['-c', `import ${module}, jupyter_client`], { stdio: 'ignore', timeout: 30_000 });
      return true;
    } catch {
      return false;
    }
  });
}
