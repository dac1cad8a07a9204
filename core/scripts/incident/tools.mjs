/** Finding what the recorder needs beyond npm, and moving it into its own namespaces. */
import { spawn, spawnSync } from 'node:child_process';
import { canInstall, findProgram, installPackages } from '../debian.mjs';

/** Paths of all programs (program: Debian package); installs missing ones by apt when root on Debian, else throws one line. */
export async function requirePrograms(packages) {
  if (process.platform !== 'linux') throw new Error('Recording needs Linux: it uses its namespaces.');
  const missing = Object.keys(packages).filter((name) => !findProgram(name));
  if (missing.length > 0) {
    const wanted = missing.map((name) => packages[name]);
    if (!canInstall()) {
      throw new Error(
        `Missing: ${missing.join(', ')}. On Debian: sudo apt-get install --no-install-recommends ${wanted.join(' ')}`,
      );
    }
    await installPackages(wanted, console.error);
  }
  return Object.fromEntries(Object.keys(packages).map((name) => [name, findProgram(name)]));
}

/**
 * Runs this same script again as the first process of its own mount and process namespaces. When it ends, however it
 * ends, the kernel ends every process and mount it started. Resolves with its exit status.
 */
export function runIsolated(unshare, script, args, environment) {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  if (process.getuid() !== 0) namespaces.push('--map-root-user');
  const child = spawn(unshare, [...namespaces, process.execPath, script, ...args], {
    // A session of its own, so that its priority is its own.
    detached: true,
    // The channel passes through unshare to the inner process, which stops when it closes.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.connected && child.disconnect());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

export function programVersion(path) {
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.match(/version (\S+)/)?.[1] ?? 'unknown';
}
