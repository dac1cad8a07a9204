import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { delimiter, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { NotebookError } from './errors.js';
import { installKernel, kernelName, packageFolder } from './spec.js';
import { isDataFile, notebookBeside } from './starter.js';

/** One way to open notebooks: a command line, and how to tell whether it is there. */
interface Opener {
  readonly name: string;
  readonly command: readonly string[];
  readonly probe: readonly string[];
  /** False for editors that neither take Jupyter's flags nor stay in the foreground. */
  readonly server: boolean;
}

function openers(environment: NodeJS.ProcessEnv): Opener[] {
  const server = (name: string, command: string[], probe: string[]): Opener => ({
    name,
    command,
    probe,
    server: true,
  });
  // Every Python on the path, not just the first: the system's may have the Jupyter that a version manager's lacks.
  const pythons = (environment['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => ['python3', 'python', 'python.exe'].map((name) => join(folder, name)))
    .filter((file) => isAbsolute(file) && existsSync(file));
  return [
    ...(environment['JUPYTER']
      ? [server('$JUPYTER', [environment['JUPYTER'], 'lab'], [environment['JUPYTER'], '--version'])]
      : []),
    server('JupyterLab', ['jupyter-lab'], ['jupyter-lab', '--version']),
    ...pythons.map((python) =>
      server('JupyterLab', [python, '-m', 'jupyterlab'], [python, '-c', 'import jupyterlab']),
    ),
    ...pythons.map((python) =>
      server('Jupyter Notebook', [python, '-m', 'notebook'], [python, '-c', 'import notebook']),
    ),
    server('JupyterLab by uv', ['uvx', '--from', 'jupyterlab==4.*', 'jupyter-lab'], ['uvx', '--version']),
    server(
      'JupyterLab by pipx',
      ['pipx', 'run', '--spec', 'jupyterlab', 'jupyter-lab'],
      ['pipx', '--version'],
    ),
    { name: 'VS Code', command: ['code'], probe: ['code', '--version'], server: false },
  ];
}

const howToInstall = `No Jupyter and no VS Code found. Any one of these lines is enough; then run this command again:
  uv:     curl -LsSf https://astral.sh/uv/install.sh | sh
  pip:    python3 -m venv .venv && .venv/bin/pip install jupyterlab && export JUPYTER=$PWD/.venv/bin/jupyter
  conda:  conda install -c conda-forge jupyterlab
  apt:    sudo apt install jupyter-notebook`;

export interface OpenOptions {
  /** Notebook, folder, or data file (which gets a notebook of its own); without one, Heed's own notebooks. */
  readonly file?: string;
  /** Only say what would be started. */
  readonly dryRun?: boolean;
  readonly browser?: boolean;
  readonly port?: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly print?: (line: string) => void;
}

/** @throws NotebookError */
function chooseTarget({ file, dryRun }: OpenOptions): string {
  if (file === undefined) return packageFolder;
  const path = resolve(file);
  if (!existsSync(path)) {
    throw new NotebookError(
      `${file}: there is no such file. Name a notebook, a folder, or a CSV file to get a notebook for it.`,
    );
  }
  if (statSync(path).isDirectory() || extname(path) === '.ipynb') return path;
  if (!isDataFile(path)) {
    throw new NotebookError(`${file}: this is neither a notebook nor a CSV or JSON file. Name one of these.`);
  }
  return dryRun ? path : notebookBeside(path);
}

/**
 * Opens a notebook with Heed's kernel in the first of $JUPYTER, JupyterLab, notebook, uv, pipx, VS Code that is
 * there. The kernel spec is written into `.jupyter` beside this package: nothing is registered elsewhere, except
 * for VS Code, which reads only the user's own folder.
 * @returns the exit status of what was opened
 * @throws NotebookError when the file is missing or of no use here, and with one install line per package manager when there is nothing to open it with
 */
export async function openNotebook(options: OpenOptions = {}): Promise<number> {
  const environment = options.environment ?? process.env;
  const target = chooseTarget(options);
  const print = options.print ?? ((line: string) => process.stderr.write(`${line}\n`));
  const works = (probe: readonly string[]) =>
    spawnSync(probe[0]!, probe.slice(1), {
      stdio: 'ignore',
      env: environment,
      shell: process.platform === 'win32',
    }).status === 0;
  const found = openers(environment).find((opener) => works(opener.probe));
  if (!found) throw new NotebookError(howToInstall);

  const dataFolder = join(packageFolder, '.jupyter');
  mkdirSync(dataFolder, { recursive: true });
  const spec = found.server ? installKernel(dataFolder) : installKernel();
  const flags = found.server
    ? [
        `--MultiKernelManager.default_kernel_name=${kernelName}`,
        ...(options.port === undefined ? [] : [`--port=${options.port}`]),
        ...(options.browser === false ? ['--no-browser'] : []),
        // Jupyter refuses to run as root (in a container, say) unless it is told so.
        ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
      ]
    : [];
  const command = [...found.command, ...flags, target];
  print(`${found.name}, kernel spec in ${spec}`);
  print(command.join(' '));
  if (options.dryRun) return 0;
  const child = spawn(command[0]!, command.slice(1), {
    cwd: statSync(target).isDirectory() ? target : dirname(target),
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: {
      ...environment,
      JUPYTER_PATH: [dataFolder, environment['JUPYTER_PATH']].filter(Boolean).join(delimiter),
    },
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  return new Promise((done, reject) => {
    child.once('error', (error) =>
      reject(new NotebookError(`${found.name} could not be started: ${error.message}`)),
    );
    child.once('exit', (code) => done(code ?? 0));
  });
}
